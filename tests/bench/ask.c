/* ask: a client of a control port that is answered with one line for each request.
 *
 *   ask SOCKET REQUEST            once; prints the answer
 *   ask SOCKET REQUEST SECONDS    over and over on one connection; prints how often in a second
 *   ask SOCKET REQUEST SECONDS slow   the same; prints within how many milliseconds 999 of 1000 answers came
 *   ask SOCKET REQUEST stall      reads the first of the answer, and then nothing more until it is ended */
#include "ledger.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static char line[1 << 20];

static int connect_to(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        perror(path);
        exit(1);
    }
    return fd;
}

static size_t read_line(int fd)
{
    size_t length = 0;

    while (length == 0 || line[length - 1] != '\n') {
        ssize_t n = read(fd, line + length, sizeof line - length);

        if (n <= 0)
            exit(1);
        length += (size_t)n;
    }
    return length;
}

static size_t ask(int fd, const char *request, size_t length)
{
    if (write(fd, request, length) != (ssize_t)length)
        exit(1);
    return read_line(fd);
}

static int compare(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

static void ask_for_a_while(int fd, const char *request, size_t length, double seconds, int slow)
{
    static int64_t took[1 << 20];
    size_t most = sizeof took / sizeof *took, asked = 0;
    int64_t began = nanoseconds(), before = began, now;

    do {
        ask(fd, request, length);
        now = nanoseconds();
        took[asked++] = now - before;
        before = now;
    } while ((double)(now - began) < seconds * 1e9 && asked < most);
    if (!slow) {
        printf("%.1f\n", (double)asked * 1e9 / (double)(now - began));
        return;
    }
    qsort(took, asked, sizeof *took, compare);
    printf("%.3f\n", (double)took[asked * 999 / 1000] / 1e6);
}

int main(int argc, char **argv)
{
    char request[512];
    int fd, length;

    if (argc < 3)
        return 2;
    length = snprintf(request, sizeof request, "%s\n", argv[2]);
    fd = connect_to(argv[1]);
    read_line(fd); /* the greeting */
    if (argc == 3) {
        fwrite(line, 1, ask(fd, request, (size_t)length), stdout);
    } else if (strcmp(argv[3], "stall") == 0) {
        ask(fd, request, (size_t)length);
        pause();
    } else {
        ask_for_a_while(fd, request, (size_t)length, atof(argv[3]), argc > 4);
    }
    return 0;
}
