/* alone FILE COMPLAINTS: holds FILE for as long as it lives; if another one does already, writes so into COMPLAINTS. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    int fd = argc == 3 ? open(argv[1], O_RDWR | O_CREAT, 0600) : -1;
    FILE *f;

    if (fd < 0)
        return 2;
    if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
        f = fopen(argv[2], "a");
        if (f != NULL) {
            fprintf(f, "%s\n", argv[1]);
            fclose(f);
        }
    }
    for (;;)
        pause();
}
