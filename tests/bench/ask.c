/* ask: a client of a control port that is answered with one line for each request.
 *
 *   ask SOCKET REQUEST            once; prints the answer
 *   ask SOCKET REQUEST SECONDS    over and over on one connection; prints how often in a second */
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

int main(int argc, char **argv)
{
    char request[512];
    int fd, length;
    int64_t began, now, asked = 0;

    if (argc < 3)
        return 2;
    length = snprintf(request, sizeof request, "%s\n", argv[2]);
    fd = connect_to(argv[1]);
    read_line(fd); /* the greeting */
    if (argc == 3) {
        fwrite(line, 1, ask(fd, request, (size_t)length), stdout);
        return 0;
    }
    began = nanoseconds();
    do {
        ask(fd, request, (size_t)length);
        asked++;
        now = nanoseconds();
    } while (now - began < atof(argv[3]) * 1e9);
    printf("%.1f\n", (double)asked * 1e9 / (double)(now - began));
    return 0;
}
