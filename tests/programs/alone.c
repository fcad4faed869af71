/* alone FILE COMPLAINTS [ADDRESS PORT]: holds FILE for as long as it lives; if another one does already, writes so into
 * COMPLAINTS. Listens at the address, if there is one. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>

static bool listen_at(const char *address, const char *port)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons((in_port_t)atoi(port)) };
    int fd = socket(AF_INET, SOCK_STREAM, 0), yes = 1;

    return inet_pton(AF_INET, address, &at.sin_addr) == 1 && fd >= 0 &&
           setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 &&
           bind(fd, (struct sockaddr *)&at, sizeof at) == 0 && listen(fd, 5) == 0;
}

int main(int argc, char **argv)
{
    int fd = argc == 3 || argc == 5 ? open(argv[1], O_RDWR | O_CREAT, 0600) : -1;
    FILE *f;

    if (fd < 0 || (argc == 5 && !listen_at(argv[3], argv[4])))
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
