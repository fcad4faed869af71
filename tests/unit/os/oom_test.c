/* Who was killed for want of memory, by what the kernel would say: files in a folder stand in for its own. */
#include "os/oom.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[64], kernel_log[128];

static const char *in_folder(const char *name)
{
    static char path[256];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void write_file(const char *name, const char *how, const char *text)
{
    FILE *f = fopen(in_folder(name), how);

    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/reeve-oom.XXXXXX");
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(kernel_log, sizeof kernel_log, "%s/kmsg", folder);
    return mkdir(in_folder("ns"), 0700) + mkdir(in_folder("mnt"), 0700) + mkdir(in_folder("mnt/a"), 0700);
}

static int remove_folder(void **state)
{
    char command[100];

    (void)state;
    oom_close();
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

/* A system with one hierarchy of control groups, in which ours is /a. */
static void count_in_new_hierarchy(void)
{
    char mounts[200];

    write_file("cgroup", "w", "0::/a\n");
    snprintf(mounts, sizeof mounts,
             "22 1 0:20 / /proc rw - proc proc rw\n30 23 0:26 / %s/mnt rw,nosuid shared:4 - cgroup2 cgroup2 rw\n",
             folder);
    write_file("mountinfo", "w", mounts);
    write_file("mnt/a/memory.events", "w", "low 0\nhigh 0\nmax 9\noom 2\noom_kill 2\noom_group_kill 0\n");
}

static void count_is(int number)
{
    char text[100];

    snprintf(text, sizeof text, "low 0\nhigh 0\nmax 9\noom 9\noom_kill %d\noom_group_kill 0\n", number);
    write_file("mnt/a/memory.events", "w", text);
}

static void see_all_pids(void)
{
    assert_int_equal(symlink("pid:[4026531836]", in_folder("ns/pid")), 0);
    write_file("kmsg", "w", "6,1,1,-;Out of memory: Killed process 100 (old) total-vm:1kB\n");
}

static void open_it(void)
{
    oom_open(folder, kernel_log);
}

static void a_death_that_was_counted_is_one(void **state)
{
    (void)state;
    count_in_new_hierarchy();
    open_it();
    assert_false(oom_took(100)); /* what was before does not count */
    count_is(3);
    assert_true(oom_took(101));
    assert_false(oom_took(102));
    count_is(5);
    assert_true(oom_took(103));
    assert_true(oom_took(104));
    assert_false(oom_took(105));
}

static void the_older_hierarchy_is_understood(void **state)
{
    char mounts[400];

    (void)state;
    write_file("cgroup", "w", "8:pids:/\n4:cpu,memory:/no\n3:memory:/docker/x\n0::/\n");
    snprintf(mounts, sizeof mounts,
             "30 23 0:26 / %s/mnt rw - cgroup2 cgroup2 rw\n"
             "31 23 0:27 / /nowhere rw - cgroup cgroup rw,pids\n"
             "32 23 0:28 /docker/x %s/mnt/a rw - cgroup cgroup rw,memory\n",
             folder, folder);
    write_file("mountinfo", "w", mounts);
    write_file("mnt/a/memory.oom_control", "w", "oom_kill_disable 0\nunder_oom 0\noom_kill 0\n");
    open_it();
    assert_false(oom_took(1));
    write_file("mnt/a/memory.oom_control", "w", "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n");
    assert_true(oom_took(2));
}

static void the_log_says_who(void **state)
{
    (void)state;
    see_all_pids();
    open_it();
    assert_false(oom_took(100));
    write_file("kmsg", "a", "3,2,2,-;Memory cgroup out of memory: Killed process 4711 (hog) total-vm:1kB, UID:0\n");
    assert_false(oom_took(4712));
    assert_true(oom_took(4711));
    assert_false(oom_took(4711)); /* the next one with that pid */
}

static void a_death_of_somebody_else_is_not_blamed_on_ours(void **state)
{
    (void)state;
    count_in_new_hierarchy();
    see_all_pids();
    open_it();
    count_is(3);
    write_file("kmsg", "a", "3,2,2,-;Memory cgroup out of memory: Killed process 5000 (grandchild) total-vm:1kB\n");
    assert_false(oom_took(42));
    count_is(4); /* the log is late */
    assert_true(oom_took(43));
}

static void the_log_of_another_namespace_is_not_read(void **state)
{
    (void)state;
    assert_int_equal(symlink("pid:[4026532999]", in_folder("ns/pid")), 0);
    write_file("kmsg", "w", "");
    open_it();
    write_file("kmsg", "a", "3,2,2,-;Out of memory: Killed process 42 (x) total-vm:1kB\n");
    assert_false(oom_took(42));
}

static void where_nothing_is_said_nothing_is_known(void **state)
{
    (void)state;
    open_it();
    assert_false(oom_took(42));
    write_file("cgroup", "w", "nonsense\n:\n0::\n");
    write_file("mountinfo", "w", "1 2 3\n - \n30 23 - cgroup2\n");
    oom_close();
    open_it();
    assert_false(oom_took(42));
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(a_death_that_was_counted_is_one),
        IN_FOLDER(the_older_hierarchy_is_understood),
        IN_FOLDER(the_log_says_who),
        IN_FOLDER(a_death_of_somebody_else_is_not_blamed_on_ours),
        IN_FOLDER(the_log_of_another_namespace_is_not_read),
        IN_FOLDER(where_nothing_is_said_nothing_is_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
