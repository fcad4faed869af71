#include "os/pidfile.h"
#include "unit/os/race.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 20 };

static char folder[32] = "/tmp/pidfile_test.XXXXXX";
static char path[128];
static struct error e;
static const char *unopened; /* what ends like this finds no descriptor left */

/* In place of the C library's. */
int open(const char *name, int flags, ...)
{
    size_t length = strlen(name), end = unopened != NULL ? strlen(unopened) : 0;
    va_list args;
    mode_t mode;

    if (unopened != NULL && length >= end && strcmp(name + length - end, unopened) == 0) {
        errno = EMFILE;
        return -1;
    }
    va_start(args, flags);
    mode = (flags & O_CREAT) != 0 ? va_arg(args, mode_t) : 0;
    va_end(args);
    return (int)syscall(SYS_openat, AT_FDCWD, name, flags, mode);
}

static int open_folder(void **state)
{
    (void)state;
    strcpy(strrchr(folder, '.'), ".XXXXXX");
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(path, sizeof path, "%s/reeve.pid", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

static void write_text(const char *text)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static long pid_inside(void)
{
    FILE *f = fopen(path, "r");
    long pid = -1;

    if (f != NULL) {
        if (fscanf(f, "%ld", &pid) != 1)
            pid = -1;
        fclose(f);
    }
    return pid;
}

static pid_t dead_pid(void)
{
    pid_t pid = fork();

    if (pid == 0)
        _exit(0);
    waitpid(pid, NULL, 0);
    return pid;
}

static void our_pid_is_written_and_removed(void **state)
{
    struct stat st;

    (void)state;
    assert_true(pidfile_write(path, &e));
    assert_int_equal(pid_inside(), getpid());
    assert_return_code(stat(path, &st), errno);
    assert_int_equal(st.st_mode & 0777, 0644);
    assert_true(pidfile_write(path, &e));
    pidfile_remove(path);
    assert_int_equal(access(path, F_OK), -1);
    pidfile_remove(path);
}

static void a_living_process_keeps_its_place(void **state)
{
    char text[32];

    (void)state;
    snprintf(text, sizeof text, "%d\n", (int)getppid());
    write_text(text);
    assert_false(pidfile_write(path, &e));
    snprintf(text, sizeof text, "process %d ", (int)getppid());
    assert_non_null(strstr(e.text, text));
    assert_non_null(strstr(e.text, path));
    assert_int_equal(pid_inside(), getppid());
    pidfile_remove(path);
    assert_int_equal(pid_inside(), getppid());
}

/* Process 1 is somebody else's, and no signal reaches it; it lives all the same. */
static void who_may_not_be_signalled_lives(void **state)
{
    (void)state;
    write_text("1\n");
    assert_false(pidfile_write(path, &e));
    assert_non_null(strstr(e.text, "process 1 "));
}

static void the_dead_are_overwritten(void **state)
{
    char text[64];

    (void)state;
    snprintf(text, sizeof text, "%d 12345678\n", (int)dead_pid());
    write_text(text);
    assert_true(pidfile_write(path, &e));
    assert_int_equal(pid_inside(), getpid());
    write_text("");
    assert_true(pidfile_write(path, &e));
    assert_int_equal(pid_inside(), getpid());
}

/* The file is from an hour ago, and was not written by who has this number now. */
static void make_old(void)
{
    struct timespec times[2] = { { .tv_sec = time(NULL) - 3600 }, { .tv_sec = time(NULL) - 3600 } };

    assert_return_code(utimensat(AT_FDCWD, path, times, 0), errno);
}

static void whoever_is_younger_than_the_file_is_a_stranger(void **state)
{
    char text[32];
    pid_t pid = fork();

    (void)state;
    if (pid == 0) {
        pause();
        _exit(0);
    }
    snprintf(text, sizeof text, "%d\n", (int)pid);
    write_text(text);
    assert_false(pidfile_write(path, &e));
    make_old();
    assert_true(pidfile_write(path, &e));
    assert_int_equal(pid_inside(), getpid());
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

static void another_process_is_recorded_and_found(void **state)
{
    struct process_mark who, found;

    (void)state;
    assert_true(procfs_mark(getppid(), &who));
    assert_true(pidfile_record(path, &who, &e));
    make_old();
    assert_true(pidfile_find(path, &found, &e));
    assert_int_equal(found.pid, getppid());
    assert_int_equal(found.start, who.start);
    pidfile_forget(path, getpid());
    assert_int_equal(access(path, F_OK), 0);
    pidfile_forget(path, getppid());
    assert_int_equal(access(path, F_OK), -1);
}

static void the_folder_of_a_record_is_made(void **state)
{
    char deep[160], middle[150];
    struct process_mark who;

    (void)state;
    snprintf(middle, sizeof middle, "%s/run", folder);
    snprintf(deep, sizeof deep, "%s/x.pid", middle);
    assert_true(procfs_mark(getppid(), &who));
    assert_true(pidfile_record(deep, &who, &e));
    assert_true(pidfile_find(deep, &who, &e));
    unlink(deep);
    assert_return_code(rmdir(middle), errno);
    assert_false(pidfile_record("/proc/nope/x.pid", &who, &e));
    assert_non_null(strstr(e.text, "/proc/nope"));
}

static void assert_not_found(const char *text, const char *why)
{
    struct process_mark found;

    write_text(text);
    assert_false(pidfile_find(path, &found, &e));
    if (strstr(e.text, why) == NULL)
        fail_msg("'%s' is not in '%s'", why, e.text);
}

static void a_number_alone_names_nobody(void **state)
{
    struct process_mark who, found;
    char text[160];

    (void)state;
    assert_true(procfs_mark(getppid(), &who));
    snprintf(text, sizeof text, "%d %lld\n", (int)who.pid, (long long)who.start);
    write_text(text);
    assert_true(pidfile_find(path, &found, &e));
    snprintf(text, sizeof text, "%d %lld\n", (int)who.pid, (long long)who.start + 1);
    assert_not_found(text, "another one by now");
    snprintf(text, sizeof text, "%d %lld another-boot\n", (int)who.pid, (long long)who.start);
    assert_not_found(text, "is gone");
    snprintf(text, sizeof text, "%d 5\n", (int)dead_pid());
    assert_not_found(text, "is gone");
    assert_not_found("", "is empty");
    assert_not_found("web\n", "holds no pid");
    unlink(path);
    assert_false(pidfile_find(path, &found, &e));
}

static void who_cannot_be_looked_at_is_not_called_gone(void **state)
{
    struct process_mark found;
    char text[32];

    (void)state;
    snprintf(text, sizeof text, "%d\n", (int)getppid());
    unopened = "/stat";
    assert_not_found(text, strerror(EMFILE));
    unopened = NULL;
    assert_null(strstr(e.text, "is gone"));
    assert_true(pidfile_find(path, &found, &e));
}

/* As programs write them, with or without more behind it. */
static void without_a_start_time_the_process_must_be_older(void **state)
{
    struct process_mark found;
    char text[64];

    (void)state;
    snprintf(text, sizeof text, "%d", (int)getppid());
    write_text(text);
    assert_true(pidfile_find(path, &found, &e));
    snprintf(text, sizeof text, "%d\n/var/lib/db\n", (int)getppid());
    write_text(text);
    assert_true(pidfile_find(path, &found, &e));
    make_old();
    assert_false(pidfile_find(path, &found, &e));
    assert_non_null(strstr(e.text, "another one by now"));
}

static void nobody_can_have_us_signal_another_users_process(void **state)
{
    struct process_mark found;
    char text[64];

    (void)state;
    snprintf(text, sizeof text, "%d\n", (int)getpid());
    assert_not_found(text, "which cannot be it");
    assert_not_found("1\n", "which cannot be it");
    if (getuid() != 0)
        skip();
    snprintf(text, sizeof text, "%d\n", (int)getppid());
    write_text(text);
    assert_true(pidfile_find(path, &found, &e));
    assert_return_code(chown(path, 65534, 65534), errno);
    assert_false(pidfile_find(path, &found, &e));
    assert_non_null(strstr(e.text, "of another user"));
}

/* Nor by a link of his to what root has written for somebody else. */
static void a_link_to_roots_pid_file_is_none(void **state)
{
    struct process_mark found;
    char text[64], other[PATH_MAX];

    (void)state;
    if (getuid() != 0)
        skip();
    snprintf(text, sizeof text, "%d\n", (int)getppid());
    write_text(text);
    snprintf(other, sizeof other, "%s.of_root", path);
    assert_return_code(rename(path, other), errno);
    assert_return_code(symlink(other, path), errno);
    assert_true(pidfile_find(path, &found, &e));
    assert_return_code(lchown(path, 65534, 65534), errno);
    assert_false(pidfile_find(path, &found, &e));
    assert_non_null(strstr(e.text, "symbolic link"));
    unlink(other);
}

static void a_user_may_name_his_own_process(void **state)
{
    struct process_mark found;
    int ready[2];
    char text[32], c;
    pid_t pid;

    (void)state;
    if (getuid() != 0)
        skip();
    assert_return_code(pipe(ready), errno);
    pid = fork();
    if (pid == 0) {
        if (setuid(65534) < 0 || write(ready[1], "x", 1) != 1)
            _exit(1);
        pause();
        _exit(0);
    }
    assert_int_equal(read(ready[0], &c, 1), 1);
    snprintf(text, sizeof text, "%d\n", (int)pid);
    write_text(text);
    assert_return_code(chown(path, 65534, 65534), errno);
    assert_true(pidfile_find(path, &found, &e));
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    close(ready[0]);
    close(ready[1]);
}

/* Its number is still taken, but nobody is there. */
static void a_zombie_is_not_found(void **state)
{
    struct process_mark found;
    siginfo_t info;
    char text[32];
    pid_t pid = fork();

    (void)state;
    if (pid == 0)
        _exit(0);
    assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
    snprintf(text, sizeof text, "%d\n", (int)pid);
    write_text(text);
    assert_false(pidfile_find(path, &found, &e));
    assert_true(pidfile_write(path, &e));
    waitpid(pid, NULL, 0);
}

/* A path that was mistaken must not cost somebody a file. */
static void what_is_no_pid_file_is_left_alone(void **state)
{
    const char *const texts[] = { "root:x:0:0:\n", "-5\n", "12x\n", "99999999999999999999\n", "0\n" };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof texts / sizeof *texts; i++) {
        write_text(texts[i]);
        assert_false(pidfile_write(path, &e));
        assert_non_null(strstr(e.text, "holds no pid"));
    }
    assert_false(pidfile_write(folder, &e));
    assert_false(pidfile_write("/nope/reeve.pid", &e));
    assert_non_null(strstr(e.text, "/nope"));
}

static bool takes_the_file(void)
{
    return pidfile_write(path, NULL);
}

static void of_many_starters_one_wins(void **state)
{
    char text[32];
    int i;

    (void)state;
    for (i = 0; i < ROUNDS; i++) {
        snprintf(text, sizeof text, "%d\n", (int)dead_pid());
        write_text(text);
        assert_one_wins(takes_the_file);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(our_pid_is_written_and_removed, open_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_living_process_keeps_its_place, open_folder, remove_folder),
        cmocka_unit_test_setup_teardown(who_may_not_be_signalled_lives, open_folder, remove_folder),
        cmocka_unit_test_setup_teardown(the_dead_are_overwritten, open_folder, remove_folder),
        cmocka_unit_test_setup_teardown(what_is_no_pid_file_is_left_alone, open_folder, remove_folder),
        cmocka_unit_test_setup_teardown(whoever_is_younger_than_the_file_is_a_stranger, open_folder, remove_folder),
        cmocka_unit_test_setup_teardown(another_process_is_recorded_and_found, open_folder, remove_folder),
        cmocka_unit_test_setup_teardown(the_folder_of_a_record_is_made, open_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_number_alone_names_nobody, open_folder, remove_folder),
        cmocka_unit_test_setup_teardown(who_cannot_be_looked_at_is_not_called_gone, open_folder, remove_folder),
        cmocka_unit_test_setup_teardown(without_a_start_time_the_process_must_be_older, open_folder, remove_folder),
        cmocka_unit_test_setup_teardown(nobody_can_have_us_signal_another_users_process, open_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_link_to_roots_pid_file_is_none, open_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_user_may_name_his_own_process, open_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_zombie_is_not_found, open_folder, remove_folder),
        cmocka_unit_test_setup_teardown(of_many_starters_one_wins, open_folder, remove_folder),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
