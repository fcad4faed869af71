#include "base/buffer.h"
#include "base/log.h"
#include "base/syslogger.h"
#include "base/xalloc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static char folder[] = "/tmp/reeve-log-XXXXXX";
static char path[64], other[64];

static void read_all(const char *from, struct buffer *b)
{
    int fd = open(from, O_RDONLY | O_CLOEXEC);
    ssize_t n;

    assert_true(fd >= 0);
    buffer_clear(b);
    do {
        buffer_reserve(b, 65536);
        n = read(fd, b->data + b->length, 65536);
        b->length += n > 0 ? (size_t)n : 0;
    } while (n > 0);
    buffer_add(b, NULL, 0);
    close(fd);
}

/* The lines of `from` without their time stamps are `expected`. */
static void holds(const char *from, const char *expected)
{
    struct buffer file = { 0 }, lines = { 0 };

    read_all(from, &file);
    buffer_add(&lines, NULL, 0);
    for (const char *p = file.data, *end; *p != '\0'; p = end + 1) {
        end = strchr(p, '\n');
        assert_non_null(end);
        assert_true(end - p > 25);
        buffer_add(&lines, p + 25, (size_t)(end + 1 - p - 25));
    }
    assert_string_equal(lines.data, expected);
    buffer_free(&lines);
    buffer_free(&file);
}

static struct sockaddr_un syslog_path = { .sun_family = AF_UNIX };

static int syslog_daemon(void)
{
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    snprintf(syslog_path.sun_path, sizeof syslog_path.sun_path, "%s/syslog", folder);
    assert_int_equal(bind(fd, (struct sockaddr *)&syslog_path, sizeof syslog_path), 0);
    syslogger_use(syslog_path.sun_path);
    return fd;
}

/* The priority of the message that waits; -1: none does. */
static int receive(int daemon, char *text, size_t size)
{
    ssize_t n = recv(daemon, text, size - 1, MSG_DONTWAIT);

    if (n < 0)
        return -1;
    text[n] = '\0';
    return atoi(text + 1);
}

static void open_log(int level)
{
    const char *const targets[] = { path };

    assert_true(log_open(targets, 1, level, LOG_DAEMON, NULL));
}

static int fresh_files(void **state)
{
    (void)state;
    unlink(path);
    unlink(other);
    unlink(syslog_path.sun_path);
    return 0;
}

static int closed(void **state)
{
    (void)state;
    log_listen(NULL, NULL);
    log_close();
    return 0;
}

static void a_line_has_time_and_level(void **state)
{
    static const char shape[] = "dddd-dd-ddTdd:dd:dd.dddZ notice web:1 is ready\n";
    struct buffer b = { 0 };

    (void)state;
    open_log(LOG_INFO);
    log_notice("%s is %s", "web:1", "ready");
    read_all(path, &b);
    assert_int_equal(b.length, strlen(shape));
    for (size_t i = 0; i < b.length; i++) {
        if (shape[i] == 'd' && i < 24)
            assert_in_range(b.data[i], '0', '9');
        else
            assert_int_equal(b.data[i], shape[i]);
    }
    buffer_free(&b);
}

static void only_what_is_urgent_enough_is_written(void **state)
{
    (void)state;
    open_log(LOG_NOTICE);
    assert_true(log_wants(LOG_NOTICE));
    assert_false(log_wants(LOG_INFO));
    log_error("a");
    log_warning("b");
    log_notice("c");
    log_info("d");
    log_debug("e");
    holds(path, "err a\nwarning b\nnotice c\n");
}

static void a_line_stays_a_line(void **state)
{
    (void)state;
    open_log(LOG_INFO);
    log_info("one\ntwo\r\tthree \x1b[31m\x7f caf\u00e9\n\n");
    log_info("%s", "");
    log_info("\xc2\x9b"
             "31m \x9b"
             "31m");
    holds(path, "info one\\ntwo\\r\\tthree \\x1b[31m\\x7f caf\u00e9\ninfo \ninfo \\xc2\\x9b31m \\x9b31m\n");
}

static void a_line_has_an_end(void **state)
{
    char *text = xmalloc(100001);
    struct stat file;

    (void)state;
    memset(text, 'x', 100000);
    text[100000] = '\0';
    open_log(LOG_INFO);
    log_info("%s", text);
    assert_int_equal(stat(path, &file), 0);
    assert_int_equal(file.st_size, 25 + 5 + 65536 + 7);
    free(text);
}

static void errno_is_kept(void **state)
{
    (void)state;
    open_log(LOG_INFO);
    errno = EPERM;
    log_info("signal: %m");
    assert_int_equal(errno, EPERM);
    holds(path, "info signal: Operation not permitted\n");
}

static void every_target_gets_the_line(void **state)
{
    const char *const targets[] = { path, "syslog", other };
    int daemon = syslog_daemon();
    char message[200];

    (void)state;
    assert_true(log_open(targets, 3, LOG_INFO, LOG_LOCAL7, NULL));
    log_debug("test");
    log_info("all");
    holds(path, "info all\n");
    holds(other, "info all\n");
    assert_int_equal(receive(daemon, message, sizeof message), LOG_LOCAL7 | LOG_INFO);
    assert_non_null(strstr(message, "]: all"));
    close(daemon);
}

static void a_stuck_syslog_is_told_to_the_others(void **state)
{
    const char *const targets[] = { "syslog", path };
    int daemon = syslog_daemon();
    struct buffer file = { 0 };
    char message[200];

    (void)state;
    assert_true(log_open(targets, 2, LOG_INFO, LOG_DAEMON, NULL));
    do {
        log_info("a line");
        read_all(path, &file);
    } while (strstr(file.data, "cannot write the log 'syslog': Resource temporarily unavailable") == NULL);
    log_info("a line");
    while (receive(daemon, message, sizeof message) >= 0)
        ;
    log_info("the last");
    assert_int_equal(receive(daemon, message, sizeof message), LOG_DAEMON | LOG_WARNING);
    assert_non_null(strstr(message, "]: 2 lines of this log were lost: "));
    receive(daemon, message, sizeof message);
    assert_non_null(strstr(message, "]: the last"));
    buffer_free(&file);
    close(daemon);
}

static void a_target_that_cannot_be_opened_changes_nothing(void **state)
{
    const char *const targets[] = { other, "/nowhere/reeve.log" };
    struct error e;

    (void)state;
    open_log(LOG_INFO);
    assert_false(log_open(targets, 2, LOG_ERR, LOG_DAEMON, &e));
    assert_string_equal(e.text, "cannot open the log '/nowhere/reeve.log': No such file or directory");
    log_info("still here");
    holds(path, "info still here\n");
}

static void a_log_is_appended(void **state)
{
    struct stat file;

    (void)state;
    open_log(LOG_INFO);
    log_info("one");
    open_log(LOG_INFO);
    log_info("two");
    holds(path, "info one\ninfo two\n");
    assert_int_equal(stat(path, &file), 0);
    assert_int_equal(file.st_mode & 07133, 0);
}

static void a_rotated_log_is_opened_by_its_path(void **state)
{
    (void)state;
    open_log(LOG_INFO);
    log_info("one");
    assert_int_equal(rename(path, other), 0);
    log_info("two");
    log_reopen();
    log_info("three");
    holds(other, "info one\ninfo two\n");
    holds(path, "info three\n");
}

static void a_log_that_cannot_be_reopened_stays(void **state)
{
    (void)state;
    open_log(LOG_INFO);
    assert_int_equal(rename(path, other), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    log_reopen();
    assert_int_equal(rmdir(path), 0);
    log_info("on");
    assert_int_equal(rename(other, path), 0);
    {
        struct buffer b = { 0 };

        read_all(path, &b);
        assert_non_null(strstr(b.data, "err cannot open the log '/tmp/reeve-log-"));
        assert_non_null(strstr(b.data, "Is a directory: still writing to the old file\n"));
        assert_non_null(strstr(b.data, "info on\n"));
        buffer_free(&b);
    }
}

static void a_relative_path_survives_a_change_of_directory(void **state)
{
    const char *const targets[] = { "a.log" };
    char *here = getcwd(NULL, 0);

    (void)state;
    assert_int_equal(chdir(folder), 0);
    assert_true(log_open(targets, 1, LOG_INFO, LOG_DAEMON, NULL));
    assert_int_equal(chdir("/"), 0);
    assert_int_equal(unlink(path), 0);
    log_reopen();
    log_info("found");
    assert_int_equal(chdir(here), 0);
    holds(path, "info found\n");
    free(here);
}

static void a_full_disk_is_told_to_the_others_once(void **state)
{
    const char *const targets[] = { "/dev/full", path };

    (void)state;
    assert_true(log_open(targets, 2, LOG_INFO, LOG_DAEMON, NULL));
    log_info("one");
    log_info("two");
    holds(path,
          "info one\n"
          "err cannot write the log '/dev/full': No space left on device, its lines are lost until it works again\n"
          "info two\n");
}

static void lost_lines_are_counted(void **state)
{
    (void)state;
    assert_int_equal(symlink("/dev/full", path), 0);
    open_log(LOG_INFO);
    log_info("one");
    log_info("two");
    assert_int_equal(unlink(path), 0);
    log_reopen();
    log_info("three");
    log_info("four");
    holds(path, "warning 2 lines of this log were lost: No space left on device\ninfo three\ninfo four\n");
}

static void a_torn_line_spoils_no_other(void **state)
{
    struct rlimit before, small;
    struct buffer b = { 0 };

    (void)state;
    open_log(LOG_INFO);
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before);
    small = before;
    small.rlim_cur = 40;
    setrlimit(RLIMIT_FSIZE, &small);
    log_info("a line that does not fit");
    log_info("another");
    setrlimit(RLIMIT_FSIZE, &before);
    log_info("whole again");
    read_all(path, &b);
    assert_int_equal(b.data[40], '\n');
    assert_non_null(strstr(b.data, "warning 2 lines of this log were lost: "));
    assert_non_null(strstr(b.data, "Z info whole again\n"));
    buffer_free(&b);
}

/* Runs `body` while descriptor 2 is `fd`. */
static void with_stderr(int fd, void (*body)(void))
{
    int before = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);

    fflush(stderr);
    dup2(fd, STDERR_FILENO);
    body();
    dup2(before, STDERR_FILENO);
    close(before);
}

static void say_three(void)
{
    log_info("one");
    log_notice("two");
    log_error("three");
}

static void before_it_is_opened_stderr_is_the_log(void **state)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

    (void)state;
    with_stderr(fd, say_three);
    holds(path, "notice two\nerr three\n");
    close(fd);
}

static void say_one(void)
{
    log_error("one");
}

static void a_reader_that_sleeps_holds_up_nobody(void **state)
{
    static char page[4096];
    int ends[2];
    char seen[8192] = "";
    ssize_t n;

    (void)state;
    assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
    while (write(ends[1], page, sizeof page) > 0)
        ;
    fcntl(ends[1], F_SETFL, 0); /* a write would wait now */
    with_stderr(ends[1], say_one);
    with_stderr(ends[1], say_one);
    while (read(ends[0], page, sizeof page) > 0)
        ;
    with_stderr(ends[1], say_one);
    n = read(ends[0], seen, sizeof seen - 1);
    assert_true(n > 0);
    assert_non_null(strstr(seen, "warning 2 lines of this log were lost: Resource temporarily unavailable\n"));
    assert_non_null(strstr(seen, "err one\n"));
    close(ends[0]);
    close(ends[1]);
}

static void a_pipe_without_a_reader_is_refused(void **state)
{
    const char *const targets[] = { path };

    (void)state;
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_false(log_open(targets, 1, LOG_INFO, LOG_DAEMON, NULL));
}

static void collect(int level, const char *line, size_t length, void *arg)
{
    buffer_addf(arg, "%d:", level);
    buffer_add(arg, line, length);
    buffer_add_char(arg, '\n');
}

static void a_listener_hears_every_written_line(void **state)
{
    struct buffer heard = { 0 };

    (void)state;
    assert_true(log_open(NULL, 0, LOG_INFO, LOG_DAEMON, NULL));
    log_listen(collect, &heard);
    log_info("one\n%d", 2);
    log_debug("unwanted");
    log_error("three");
    log_text(LOG_INFO, "fo\0ur", 5);
    log_listen(NULL, NULL);
    log_error("five");
    assert_string_equal(heard.data, "6:one\\n2\n3:three\n6:fo\\x00ur\n");
    buffer_free(&heard);
}

static void log_again(int level, const char *line, size_t length, void *arg)
{
    (void)length;
    (*(int *)arg)++;
    log_at(level, "%s", line);
}

static void a_listener_that_logs_is_not_followed(void **state)
{
    int calls = 0;

    (void)state;
    open_log(LOG_INFO);
    log_listen(log_again, &calls);
    log_info("one");
    assert_int_equal(calls, 1);
    holds(path, "info one\n");
}

static void levels_and_facilities_have_names(void **state)
{
    (void)state;
    assert_int_equal(log_level_parse("err"), LOG_ERR);
    assert_int_equal(log_level_parse("error"), LOG_ERR);
    assert_int_equal(log_level_parse("warn"), LOG_WARNING);
    assert_int_equal(log_level_parse("debug"), LOG_DEBUG);
    assert_int_equal(log_level_parse("loud"), -1);
    assert_int_equal(log_level_parse(""), -1);
    for (int level = LOG_ERR; level <= LOG_DEBUG; level++)
        assert_int_equal(log_level_parse(log_level_name(level)), level);
    assert_int_equal(log_facility_parse("daemon"), LOG_DAEMON);
    assert_int_equal(log_facility_parse("local7"), LOG_LOCAL7);
    assert_int_equal(log_facility_parse("local8"), -1);
}

static int make_folder(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(path, sizeof path, "%s/a.log", folder);
    snprintf(other, sizeof other, "%s/b.log", folder);
    return 0;
}

static int remove_folder(void **state)
{
    fresh_files(state);
    return rmdir(folder);
}

#define log_test(name) cmocka_unit_test_setup_teardown(name, fresh_files, closed)

int main(void)
{
    const struct CMUnitTest tests[] = {
        log_test(a_line_has_time_and_level),
        log_test(only_what_is_urgent_enough_is_written),
        log_test(a_line_stays_a_line),
        log_test(a_line_has_an_end),
        log_test(errno_is_kept),
        log_test(every_target_gets_the_line),
        log_test(a_stuck_syslog_is_told_to_the_others),
        log_test(a_target_that_cannot_be_opened_changes_nothing),
        log_test(a_log_is_appended),
        log_test(a_rotated_log_is_opened_by_its_path),
        log_test(a_log_that_cannot_be_reopened_stays),
        log_test(a_relative_path_survives_a_change_of_directory),
        log_test(a_full_disk_is_told_to_the_others_once),
        log_test(lost_lines_are_counted),
        log_test(a_torn_line_spoils_no_other),
        log_test(before_it_is_opened_stderr_is_the_log),
        log_test(a_reader_that_sleeps_holds_up_nobody),
        log_test(a_pipe_without_a_reader_is_refused),
        log_test(a_listener_hears_every_written_line),
        log_test(a_listener_that_logs_is_not_followed),
        log_test(levels_and_facilities_have_names),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
