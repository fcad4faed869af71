/* A name service that swallows every question: a file of our own in place of /etc/resolv.conf, in a child that sees
 * the file system in its own way. Needs root. */
#include "transfers.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>

enum { SKIP = 77 };

/* It hears, and says nothing. */
static bool open_silent_server(void)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(53) };
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    inet_pton(AF_INET, "127.0.0.9", &a.sin_addr);
    return bind(fd, (struct sockaddr *)&a, sizeof a) == 0;
}

static bool bind_over(const char *text, const char *path)
{
    char name[] = "/tmp/reeve-lookup-XXXXXX";
    int fd = mkstemp(name);
    bool done = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) && fchmod(fd, 0644) == 0 &&
                mount(name, path, NULL, MS_BIND, NULL) == 0;

    close(fd);
    unlink(name);
    return done;
}

static bool enter_the_black_hole(void)
{
    return unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           bind_over("nameserver 127.0.0.9\noptions timeout:5 attempts:1\n", "/etc/resolv.conf") &&
           bind_over("hosts: files dns\n", "/etc/nsswitch.conf") && open_silent_server();
}

static void run_in_the_black_hole(bool (*scene)(void))
{
    pid_t pid = fork();
    int status;

    if (pid == 0) {
        find_modules();
        if (!enter_the_black_hole())
            _exit(SKIP);
        loop = loop_new();
        _exit(scene() ? 0 : 1);
    }
    waitpid(pid, &status, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == SKIP)
        skip();
    assert_int_equal(status, 0);
}

static struct outcome *look_up(msec timeout)
{
    return begin(&(struct transfer_request){ .url = "http://host.example/", .timeout = timeout });
}

/* Says what was wrong, since the child's exit status says no more than that. */
static bool check(bool fine, const char *what)
{
    if (!fine)
        fprintf(stderr, "not so: %s (longest stall %d ms, first error '%s')\n", what, (int)longest_stall,
                outcomes[0].error);
    return fine;
}

static bool times_out(void)
{
    msec start = clock_now();
    bool fine;

    watch_stalls();
    look_up(700);
    turn_until(all_told);
    timer_stop(&pulse);
    on_pulse(NULL);
    fine = check(clock_now() - start < 700 + STALL_MOST, "in time") && check(longest_stall < STALL_MOST, "no stall") &&
           check(strcmp(outcomes[0].error, "the address of 'host.example' was not found within 700ms: "
                                           "the name service does not answer") == 0,
                 "words");
    return fine;
}

static void a_lookup_that_hangs_ends_at_its_time(void **state)
{
    (void)state;
    run_in_the_black_hole(times_out);
}

static bool hundred_milliseconds_passed(void)
{
    static msec end;

    if (end == 0)
        end = clock_now() + 100;
    return clock_now() >= end;
}

static bool is_dropped(void)
{
    struct outcome *first = look_up(60000);

    look_up(60000);
    watch_stalls();
    turn_until(hundred_milliseconds_passed);
    transfer_cancel(first->transfer);
    transfers_close();
    timer_stop(&pulse);
    on_pulse(NULL);
    return check(longest_stall < STALL_MOST, "no stall");
}

static void a_lookup_that_hangs_can_be_dropped(void **state)
{
    (void)state;
    run_in_the_black_hole(is_dropped);
}

static bool blocks_all(const char *thread)
{
    static const int must[] = { SIGTERM, SIGINT, SIGHUP, SIGCHLD, SIGUSR1, SIGWINCH, SIGPIPE, SIGTTIN, SIGIO };
    char path[300], line[200];
    unsigned long long blocked = 0;
    FILE *status;
    size_t i;

    snprintf(path, sizeof path, "/proc/self/task/%s/status", thread);
    status = fopen(path, "re");
    while (status != NULL && fgets(line, sizeof line, status) != NULL)
        sscanf(line, "SigBlk: %llx", &blocked);
    if (status != NULL)
        fclose(status);
    for (i = 0; i < sizeof must / sizeof must[0]; i++)
        if ((blocked >> (must[i] - 1) & 1) == 0)
            return check(false, "blocked");
    return true;
}

static bool blocks_signals(void)
{
    DIR *tasks;
    struct dirent *entry;
    bool fine = true;
    int helpers = 0;

    look_up(60000);
    turn_until(hundred_milliseconds_passed);
    tasks = opendir("/proc/self/task");
    while ((entry = readdir(tasks)) != NULL) {
        if (*entry->d_name == '.' || atoi(entry->d_name) == getpid())
            continue;
        helpers++;
        fine = blocks_all(entry->d_name) && fine;
    }
    closedir(tasks);
    return check(helpers > 0, "a thread looks up") && fine;
}

static void the_thread_of_a_lookup_takes_no_signals(void **state)
{
    (void)state;
    run_in_the_black_hole(blocks_signals);
}

static bool refuses_more(void)
{
    struct outcome *last = NULL, *literal;
    int round, i;

    watch_stalls();
    for (round = 0; round < 6; round++) {
        for (i = 0; i < TRANSFERS_AT_ONCE; i++)
            last = look_up(50);
        turn_until(all_told);
    }
    literal = finished(&(struct transfer_request){ .url = "http://127.0.0.1:1/", .timeout = 3000 });
    timer_stop(&pulse);
    on_pulse(NULL);
    return check(strstr(last->error, "256 lookups hang, there is none for 'host.example'") != NULL, "refused") &&
           check(strstr(literal->error, "Connection refused") != NULL, "addresses still work") &&
           check(longest_stall < STALL_MOST, "no stall");
}

static void lookups_that_hang_are_bounded_and_harm_no_others(void **state)
{
    (void)state;
    run_in_the_black_hole(refuses_more);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lookup_that_hangs_ends_at_its_time),
        cmocka_unit_test(a_lookup_that_hangs_can_be_dropped),
        cmocka_unit_test(the_thread_of_a_lookup_takes_no_signals),
        cmocka_unit_test(lookups_that_hang_are_bounded_and_harm_no_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
