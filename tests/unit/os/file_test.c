#include "os/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/file_test.XXXXXX";
static char path[128]; /* of a file in it */
static struct error e;

static int remove_one(const char *name, const struct stat *st, int kind, struct FTW *where)
{
    (void)st;
    (void)kind;
    (void)where;
    return remove(name);
}

static int open_folder(void **state)
{
    (void)state;
    strcpy(strrchr(folder, '.'), ".XXXXXX");
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(path, sizeof path, "%s/log", folder);
    e.text[0] = '\0';
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    return nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void assert_says(const char *part)
{
    if (strstr(e.text, part) == NULL)
        print_error("'%s' does not say '%s'\n", e.text, part);
    assert_non_null(strstr(e.text, part));
}

static void write_file(const char *name, const char *data, size_t length)
{
    FILE *f = fopen(name, "w");

    assert_non_null(f);
    assert_int_equal(fwrite(data, 1, length, f), length);
    assert_int_equal(fclose(f), 0);
}

static mode_t mode_of(const char *name)
{
    struct stat st;

    assert_return_code(stat(name, &st), errno);
    return st.st_mode & 07777;
}

static void assert_holds(const char *name, const char *text)
{
    struct buffer b = { 0 };

    assert_true(file_read(name, 1 << 20, &b, &e));
    assert_int_equal(b.length, strlen(text));
    assert_memory_equal(b.data, text, b.length);
    buffer_free(&b);
}

static void appending_makes_the_file_with_its_mode(void **state)
{
    mode_t before = umask(077);
    int fd = file_open_append(path, 0664, &e);

    (void)state;
    umask(before);
    assert_true(fd >= 0);
    assert_int_equal(mode_of(path), 0664);
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    assert_int_equal(fcntl(fd, F_GETFL) & (O_NONBLOCK | O_APPEND), O_APPEND);
    close(fd);
}

static void appending_without_a_mode_heeds_the_umask(void **state)
{
    mode_t before = umask(027);
    int fd = file_open_append(path, -1, &e);

    (void)state;
    umask(0);
    close(fd);
    assert_int_equal(mode_of(path), 0640);
    unlink(path);
    close(file_open_append(path, -1, &e));
    umask(before);
    assert_int_equal(mode_of(path), 0644);
}

static void appending_keeps_what_is_there(void **state)
{
    int fd;

    (void)state;
    write_file(path, "one\n", 4);
    chmod(path, 0600);
    fd = file_open_append(path, 0644, &e);
    assert_true(fd >= 0);
    assert_int_equal(mode_of(path), 0600);
    assert_int_equal(write(fd, "two\n", 4), 4);
    close(fd);
    assert_holds(path, "one\ntwo\n");
}

static void appending_follows_a_link_to_nothing(void **state)
{
    char target[160];
    int fd;

    (void)state;
    snprintf(target, sizeof target, "%s/target", folder);
    assert_return_code(symlink(target, path), errno);
    fd = file_open_append(path, 0644, &e);
    assert_true(fd >= 0);
    close(fd);
    assert_return_code(access(target, F_OK), errno);
}

static void what_cannot_be_opened_is_named_with_its_reason(void **state)
{
    char name[PATH_MAX + 10];

    (void)state;
    assert_int_equal(file_open_append(folder, 0644, &e), -1);
    assert_says(folder);
    assert_says("Is a directory");

    snprintf(name, sizeof name, "%s/no/web.log", folder);
    assert_int_equal(file_open_append(name, 0644, &e), -1);
    assert_says("no/web.log'");
    assert_says("there is no folder");

    assert_int_equal(file_open_append("", 0644, &e), -1);

    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    assert_int_equal(file_open_append(name, 0644, &e), -1);
}

static void no_permission_is_said(void **state)
{
    (void)state;
    if (geteuid() == 0)
        skip();
    write_file(path, "", 0);
    chmod(path, 0);
    assert_int_equal(file_open_append(path, 0644, &e), -1);
    assert_says("Permission denied");
    chmod(folder, 0500);
    unlink(path);
    strcat(path, "2");
    assert_int_equal(file_open_append(path, 0644, &e), -1);
    assert_says("Permission denied");
    chmod(folder, 0700);
}

static void a_lack_of_descriptors_is_said(void **state)
{
    struct rlimit before, none;

    (void)state;
    getrlimit(RLIMIT_NOFILE, &before);
    none = before;
    none.rlim_cur = 0;
    setrlimit(RLIMIT_NOFILE, &none);
    assert_int_equal(file_open_append(path, 0644, &e), -1);
    setrlimit(RLIMIT_NOFILE, &before);
    assert_says("Too many open files");
}

static void a_fifo_works_once_somebody_reads_it(void **state)
{
    int reader, fd;

    (void)state;
    assert_return_code(mkfifo(path, 0600), errno);
    assert_int_equal(file_open_append(path, 0644, &e), -1);
    assert_says("nobody reads this FIFO");
    reader = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    fd = file_open_append(path, 0644, &e);
    assert_true(fd >= 0);
    assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
    close(fd);
    close(reader);
}

/* Call `use` while our stdout is `fd`. */
static void with_stdout(int fd, void (*use)(void))
{
    int saved = dup(STDOUT_FILENO);

    fflush(stdout);
    dup2(fd, STDOUT_FILENO);
    use();
    fflush(stdout);
    dup2(saved, STDOUT_FILENO);
    close(saved);
}

static const char *own_path;
static int opened;

static void open_stdout(void)
{
    opened = file_open_append(own_path, 0644, &e);
}

static void our_own_stdout_can_be_appended_to(void **state)
{
    static const char *const names[] = { "/dev/fd/1", "/proc/self/fd/1", "/dev/stdout" };
    int pair[2];
    char c;

    (void)state;
    assert_return_code(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), errno);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        own_path = names[i];
        with_stdout(pair[1], open_stdout);
        assert_true(opened >= 0);
        assert_int_equal(write(opened, "x", 1), 1);
        assert_int_equal(read(pair[0], &c, 1), 1);
        assert_true(fcntl(opened, F_GETFD) & FD_CLOEXEC);
        close(opened);
    }
    close(pair[0]);
    close(pair[1]);

    assert_return_code(pipe2(pair, O_CLOEXEC), errno);
    with_stdout(pair[1], open_stdout);
    assert_true(opened >= 0);
    close(opened);
    close(pair[0]);
    close(pair[1]);
}

static void reading_has_a_limit(void **state)
{
    struct buffer b = { 0 };

    (void)state;
    buffer_add_text(&b, "before ");
    write_file(path, "0123456789", 10);
    assert_false(file_read(path, 9, &b, &e));
    assert_says("more than 9 bytes");
    assert_int_equal(b.length, 7);
    assert_true(file_read(path, 10, &b, &e));
    assert_string_equal(b.data, "before 0123456789");
    buffer_free(&b);
}

static void files_that_hide_their_size_are_read(void **state)
{
    struct buffer b = { 0 };

    (void)state;
    assert_true(file_read("/proc/self/status", 1 << 20, &b, &e));
    assert_true(b.length > 100);
    buffer_clear(&b);
    assert_false(file_read("/proc/self/status", 100, &b, &e));
    assert_says("more than 100 bytes");
    buffer_free(&b);
}

static void a_large_file_is_read_whole(void **state)
{
    size_t length = 3 << 20, i;
    char *data = malloc(length);
    struct buffer b = { 0 };

    (void)state;
    for (i = 0; i < length; i++)
        data[i] = (char)(i % 251);
    write_file(path, data, length);
    assert_true(file_read(path, length, &b, &e));
    assert_int_equal(b.length, length);
    assert_memory_equal(b.data, data, length);
    buffer_free(&b);
    free(data);
}

static void only_regular_files_are_read(void **state)
{
    struct buffer b = { 0 };

    (void)state;
    assert_false(file_read(folder, 100, &b, &e));
    assert_says("Is a directory");
    assert_false(file_read("/dev/zero", 100, &b, &e));
    assert_says("no regular file");
    assert_return_code(mkfifo(path, 0600), errno);
    assert_false(file_read(path, 100, &b, &e));
    assert_false(file_tail(path, 1, 100, &b, &e));
    assert_says("no regular file");
    assert_false(file_read("/nope/nope", 100, &b, &e));
    assert_says("there is no folder '/nope'");
    assert_int_equal(b.length, 0);
    buffer_free(&b);
}

static void a_file_is_replaced_whole(void **state)
{
    mode_t before = umask(077);

    (void)state;
    write_file(path, "old and long", 12);
    assert_true(file_replace(path, "new", 3, 0640, &e));
    umask(before);
    assert_holds(path, "new");
    assert_int_equal(mode_of(path), 0640);
    assert_true(file_replace(path, "", 0, 0640, &e));
    assert_holds(path, "");
}

static int count_entries(void)
{
    char command[160];
    FILE *f;
    int n = -1;

    snprintf(command, sizeof command, "ls -A %s | wc -l", folder);
    f = popen(command, "r");
    assert_non_null(f);
    assert_int_equal(fscanf(f, "%d", &n), 1);
    pclose(f);
    return n;
}

/* A limit on the size of files stands for a disk that is full. */
static void a_failed_replace_leaves_the_old_file(void **state)
{
    struct rlimit before, small;
    char target[160];

    (void)state;
    write_file(path, "old", 3);
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before);
    small = before;
    small.rlim_cur = 10;
    setrlimit(RLIMIT_FSIZE, &small);
    assert_false(file_replace(path, "longer than ten bytes", 21, 0644, &e));
    setrlimit(RLIMIT_FSIZE, &before);
    assert_says("cannot write");
    assert_holds(path, "old");
    assert_int_equal(count_entries(), 1);

    snprintf(target, sizeof target, "%s/no/file", folder);
    assert_false(file_replace(target, "x", 1, 0644, &e));
    assert_says("there is no folder");
    assert_false(file_replace(folder, "x", 1, 0644, &e));
}

static bool is_fifo(void)
{
    struct stat st;

    return lstat(path, &st) == 0 && S_ISFIFO(st.st_mode);
}

static void what_is_no_file_is_not_replaced(void **state)
{
    char got[8] = "";
    int reader;

    (void)state;
    unlink(path);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_false(file_replace(path, "new", 3, 0644, &e));
    assert_says("no regular file");
    assert_true(is_fifo());

    reader = open(path, O_RDONLY | O_NONBLOCK);
    assert_true(file_put(path, "new", 3, 0644, &e));
    assert_int_equal(read(reader, got, sizeof got), 3);
    assert_string_equal(got, "new");
    assert_true(is_fifo());
    close(reader);
    assert_int_equal(unlink(path), 0);
    assert_true(file_put(path, "new", 3, 0644, &e));
    assert_holds(path, "new");
}

static void assert_tail(size_t lines, size_t most, const char *expected)
{
    struct buffer b = { 0 };

    buffer_add_text(&b, "<");
    assert_true(file_tail(path, lines, most, &b, &e));
    assert_int_equal(b.length, 1 + strlen(expected));
    assert_string_equal(b.data + 1, expected);
    buffer_free(&b);
}

static void the_tail_is_the_last_lines(void **state)
{
    (void)state;
    write_file(path, "one\ntwo\nthree\n", 14);
    assert_tail(0, 1000, "");
    assert_tail(1, 1000, "three\n");
    assert_tail(2, 1000, "two\nthree\n");
    assert_tail(3, 1000, "one\ntwo\nthree\n");
    assert_tail(99, 1000, "one\ntwo\nthree\n");
    assert_tail(2, 8, "o\nthree\n");
    write_file(path, "one\ntwo", 7);
    assert_tail(1, 1000, "two");
    write_file(path, "\n\n\n", 3);
    assert_tail(2, 1000, "\n\n");
    write_file(path, "", 0);
    assert_tail(5, 1000, "");
}

static void the_tail_of_a_long_file_is_found(void **state)
{
    struct buffer all = { 0 }, b = { 0 };
    int i;

    (void)state;
    for (i = 0; i < 100000; i++)
        buffer_addf(&all, "line %d\n", i);
    write_file(path, all.data, all.length);
    assert_true(file_tail(path, 50000, 10 << 20, &b, &e));
    assert_memory_equal(b.data, "line 50000\n", 11);
    assert_memory_equal(b.data + b.length - 11, "line 99999\n", 11);
    buffer_clear(&b);
    assert_true(file_tail(path, 200000, 10 << 20, &b, &e));
    assert_int_equal(b.length, all.length);
    buffer_free(&all);
    buffer_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(appending_makes_the_file_with_its_mode, open_folder, remove_folder),
        cmocka_unit_test_setup_teardown(appending_without_a_mode_heeds_the_umask, open_folder, remove_folder),
        cmocka_unit_test_setup_teardown(appending_keeps_what_is_there, open_folder, remove_folder),
        cmocka_unit_test_setup_teardown(appending_follows_a_link_to_nothing, open_folder, remove_folder),
        cmocka_unit_test_setup_teardown(what_cannot_be_opened_is_named_with_its_reason, open_folder, remove_folder),
        cmocka_unit_test_setup_teardown(no_permission_is_said, open_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_lack_of_descriptors_is_said, open_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_fifo_works_once_somebody_reads_it, open_folder, remove_folder),
        cmocka_unit_test_setup_teardown(our_own_stdout_can_be_appended_to, open_folder, remove_folder),
        cmocka_unit_test_setup_teardown(reading_has_a_limit, open_folder, remove_folder),
        cmocka_unit_test_setup_teardown(files_that_hide_their_size_are_read, open_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_large_file_is_read_whole, open_folder, remove_folder),
        cmocka_unit_test_setup_teardown(only_regular_files_are_read, open_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_file_is_replaced_whole, open_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_failed_replace_leaves_the_old_file, open_folder, remove_folder),
        cmocka_unit_test_setup_teardown(what_is_no_file_is_not_replaced, open_folder, remove_folder),
        cmocka_unit_test_setup_teardown(the_tail_is_the_last_lines, open_folder, remove_folder),
        cmocka_unit_test_setup_teardown(the_tail_of_a_long_file_is_found, open_folder, remove_folder),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
