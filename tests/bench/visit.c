/* visit: clients of a server that answers each line with a line.
 *
 *   visit held PORT COUNT SECONDS   COUNT connections ask as fast as they are answered; prints answers in a second
 *   visit each PORT COUNT SECONDS   the same, with a new connection for each
 *   visit all PORT COUNT TOTAL      TOTAL connections, one question each; prints how many were refused or broke
 *   visit kill PORT ROUNDS          the answer is a pid: kills it, asks again; prints the median until the next answer,
 * in ms
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 1000 };

static struct sockaddr_in server = { .sin_family = AF_INET };
static int poller;
static long answers, failures;

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int open_connection(void)
{
    static unsigned visits;
    struct sockaddr_in from = { .sin_family = AF_INET };
    int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

    /* From many addresses: one has too few ports for those that were closed a moment ago. */
    from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + visits++ % 100);
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    if (fd < 0 || bind(fd, (struct sockaddr *)&from, sizeof from) != 0 ||
        connect(fd, (struct sockaddr *)&server, sizeof server) != 0) {
        if (fd >= 0)
            close(fd);
        return -1;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

/* A connection that asks; -1: it could not. */
static int begin(void)
{
    struct epoll_event event = { .events = EPOLLIN };
    int fd = open_connection();

    if (fd < 0 || send(fd, "hello\n", 6, MSG_NOSIGNAL) != 6) {
        failures++;
        if (fd >= 0)
            close(fd);
        return -1;
    }
    event.data.fd = fd;
    epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
    return fd;
}

/* Whether it was answered. */
static int finish(int fd)
{
    char line[256];
    ssize_t n = recv(fd, line, sizeof line, 0);

    if (n > 0 && line[n - 1] == '\n') {
        answers++;
        return 1;
    }
    failures++;
    return 0;
}

static void held(int count, double seconds)
{
    struct epoll_event events[MOST];
    double start = now(), end = start + seconds;

    for (int i = 0; i < count; i++)
        begin();
    while (now() < end) {
        int n = epoll_wait(poller, events, MOST, 1000);

        for (int i = 0; i < n; i++)
            if (finish(events[i].data.fd))
                send(events[i].data.fd, "hello\n", 6, MSG_NOSIGNAL);
            else
                close(events[i].data.fd);
    }
    printf("%.0f\n", (double)answers / (now() - start));
}

static void each(int count, double seconds, long total)
{
    struct epoll_event events[MOST];
    double start = now(), end = start + seconds;
    long begun = 0, open = 0;

    while (total > 0 ? answers + failures < total : now() < end) {
        int n;

        for (; open < count && (total == 0 || begun < total); begun++)
            open += begin() >= 0;
        n = epoll_wait(poller, events, MOST, 1000);
        for (int i = 0; i < n; i++) {
            finish(events[i].data.fd);
            close(events[i].data.fd);
            open--;
        }
    }
    if (total > 0)
        printf("%ld\n", failures);
    else
        printf("%.0f\n", (double)answers / (now() - start));
}

static pid_t ask_pid(void)
{
    char line[64] = "";
    int fd = open_connection();

    if (fd < 0 || send(fd, "pid\n", 4, MSG_NOSIGNAL) != 4 || recv(fd, line, sizeof line - 1, 0) <= 0)
        exit(1);
    close(fd);
    return (pid_t)atoi(line);
}

static int compare(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

static void replace(int rounds)
{
    double took[MOST];

    for (int i = 0; i < rounds && i < MOST; i++) {
        pid_t pid = ask_pid();
        double start = now();

        kill(pid, SIGKILL);
        if (ask_pid() == pid) { /* it took the connection along: ask once more */
            i--;
            continue;
        }
        took[i] = (now() - start) * 1000;
    }
    qsort(took, (size_t)rounds, sizeof *took, compare);
    printf("%.2f\n", took[rounds / 2]);
}

int main(int argc, char **argv)
{
    if (argc < 4)
        return 2;
    server.sin_port = htons((in_port_t)atoi(argv[2]));
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    poller = epoll_create1(0);
    if (strcmp(argv[1], "held") == 0)
        held(atoi(argv[3]), atof(argv[4]));
    else if (strcmp(argv[1], "each") == 0)
        each(atoi(argv[3]), atof(argv[4]), 0);
    else if (strcmp(argv[1], "all") == 0)
        each(atoi(argv[3]), 0, atol(argv[4]));
    else if (strcmp(argv[1], "kill") == 0)
        replace(atoi(argv[3]));
    return 0;
}
