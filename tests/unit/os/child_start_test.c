/* What a child is given. */
#include "unit/os/children.h"

#include <grp.h>
#include <sys/resource.h>

static char *const sleeper[] = { (char[]){ "/bin/sleep" }, (char[]){ "100" }, NULL };

static void kill_and_wait(struct child *c)
{
    int before = ends;

    assert_true(child_signal(c, SIGKILL, NULL));
    wait_for_ends(before + 1);
    assert_int_equal(last.signal, SIGKILL);
}

static void arguments_and_environment_are_the_requested_ones(void **state)
{
    char *argv[] = { (char[]){ "/bin/sh" }, (char[]){ "-c" },      (char[]){ "echo $1:$A:$HOME" },
                     (char[]){ "sh" },      (char[]){ "one two" }, NULL };
    char *envp[] = { (char[]){ "A=b c" }, NULL };
    struct child_request r = request_for(argv);

    (void)state;
    r.envp = envp;
    assert_string_equal(output_of(&r), "one two:b c:\n");
}

static void a_name_without_a_slash_is_looked_up_in_its_path(void **state)
{
    char *argv[] = { (char[]){ "sh" }, (char[]){ "-c" }, (char[]){ "echo found" }, NULL };
    char *with_path[] = { (char[]){ "PATH=/nope:/etc/passwd:/bin" }, NULL };
    char *without[] = { NULL };
    struct child_request r = request_for(argv);

    (void)state;
    r.envp = with_path;
    assert_string_equal(output_of(&r), "found\n");
    r.envp = without;
    assert_string_equal(output_of(&r), "found\n");
}

/* As the shell does it. */
static void an_empty_place_in_its_path_is_its_directory(void **state)
{
    char *argv[] = { (char[]){ "sh" }, (char[]){ "-c" }, (char[]){ "echo found" }, NULL };
    char *envp[] = { (char[]){ "PATH=/nope::/etc" }, NULL };
    struct child_request r = request_for(argv);

    (void)state;
    r.envp = envp;
    r.directory = "/bin";
    assert_string_equal(output_of(&r), "found\n");
}

static void directory_and_umask_are_set(void **state)
{
    char *argv[] = { (char[]){ "./sh" }, (char[]){ "-c" }, (char[]){ "pwd -P; umask" }, NULL };
    char here[PATH_MAX];
    struct child_request r = request_for(argv);
    mode_t mask = umask(0);

    (void)state;
    umask(mask);
    assert_non_null(realpath("/bin", here));
    r.directory = here;
    r.umask = 027;
    assert_int_equal(strncmp(output_of(&r), here, strlen(here)), 0);
    assert_non_null(strstr(output_of(&r), "\n0027\n"));
    assert_int_equal(umask(mask), mask); /* ours is untouched */
}

static void limits_nice_and_oom_score_are_set(void **state)
{
    char *argv[] = { (char[]){ "/bin/sh" }, (char[]){ "-c" },
                     (char[]){ "ulimit -Sn; ulimit -Hn; ulimit -c; cat /proc/self/oom_score_adj; nice" }, NULL };
    struct limit limits[] = { { RLIMIT_NOFILE, 50, 60 }, { RLIMIT_CORE, 0, 0 } };
    struct child_request r = request_for(argv);

    (void)state;
    r.limits = limits;
    r.limit_count = 2;
    r.has_nice = r.has_oom_score_adj = true;
    r.nice = 7;
    r.oom_score_adj = 900;
    assert_string_equal(output_of(&r), "50\n60\n0\n900\n7\n");
}

static void no_new_privs_is_set(void **state)
{
    struct child_request r = request_for(sleeper);
    struct child *c;

    (void)state;
    c = start(&r);
    assert_string_equal(status_of(child_pid(c), "NoNewPrivs"), "0");
    kill_and_wait(c);
    r.no_new_privs = true;
    c = start(&r);
    assert_string_equal(status_of(child_pid(c), "NoNewPrivs"), "1");
    kill_and_wait(c);
}

static void it_leads_a_session_with_all_signals_open_and_default(void **state)
{
    struct child_request r = request_for(sleeper);
    const unsigned long long internal = 3ULL << 31; /* 32 and 33: glibc's posix_spawn (make) leaves them ignored */
    struct child *c;

    (void)state;
    signal(SIGINT, SIG_DFL); /* a shell ignores them for what it runs in the background */
    signal(SIGQUIT, SIG_DFL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    c = start(&r);
    assert_int_equal(getsid(child_pid(c)), child_pid(c));
    assert_int_equal(getpgid(child_pid(c)), child_pid(c));
    assert_string_equal(status_of(child_pid(c), "SigBlk"), "0000000000000000");
    assert_int_equal(strtoull(status_of(child_pid(c), "SigIgn"), NULL, 16) & ~internal, 0);
    kill_and_wait(c);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGXFSZ, SIG_DFL);
}

static void it_may_lead_a_group_in_our_session(void **state)
{
    struct child_request r = request_for(sleeper);
    struct child *c;

    (void)state;
    r.in_our_session = true;
    c = start(&r);
    assert_int_equal(getsid(child_pid(c)), getsid(0));
    assert_int_equal(getpgid(child_pid(c)), child_pid(c));
    kill_and_wait(c);
}

static pid_t counted;
static int expected;

static bool the_count_is_right(void)
{
    return count_descriptors(counted) == expected;
}

/* While it is loaded, a program opens its libraries. */
static void assert_has_descriptors(pid_t pid, int count)
{
    counted = pid;
    expected = count;
    wait_until(the_count_is_right);
}

static void it_sees_no_descriptor_but_its_own(void **state)
{
    struct child_request r = request_for(sleeper);
    int low = dup(null_fd), high = fcntl(null_fd, F_DUPFD, 200); /* not close-on-exec */
    struct child *c = start(&r);

    (void)state;
    assert_has_descriptors(child_pid(c), 3);
    kill_and_wait(c);
    close(low);
    close(high);
}

static void assert_holds(pid_t pid, int number, int ours)
{
    char path[40], theirs[64] = "", same[64] = "";

    snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)pid, number);
    assert_true(readlink(path, theirs, sizeof theirs - 1) > 0);
    snprintf(path, sizeof path, "/proc/self/fd/%d", ours);
    assert_true(readlink(path, same, sizeof same - 1) > 0);
    assert_string_equal(theirs, same);
}

/* Six pipe ends at numbers that are also targets, in an order that a careless dup2 would spoil. */
static void passed_descriptors_begin_at_three(void **state)
{
    struct child_request r = request_for(sleeper);
    int end[6], passed[3];
    struct child *c;

    (void)state;
    for (int i = 0; i < 6; i += 2)
        assert_int_equal(pipe2(end + i, O_CLOEXEC), 0);
    passed[0] = end[3];
    passed[1] = end[1];
    passed[2] = end[1];
    r.stdio[0] = end[4];
    r.stdio[1] = end[5];
    r.stdio[2] = end[2];
    r.passed = passed;
    r.passed_count = 3;
    c = start(&r);
    assert_has_descriptors(child_pid(c), 6);
    assert_holds(child_pid(c), 0, end[4]);
    assert_holds(child_pid(c), 1, end[5]);
    assert_holds(child_pid(c), 2, end[2]);
    assert_holds(child_pid(c), 3, end[3]);
    assert_holds(child_pid(c), 4, end[1]);
    assert_holds(child_pid(c), 5, end[1]);
    kill_and_wait(c);
    for (int i = 0; i < 6; i++)
        close(end[i]);
}

static void numbers_between_can_stay_closed(void **state)
{
    char *const argv[] = { "sh", "-c", "test ! -e /proc/self/fd/3 && test ! -e /proc/self/fd/4 && echo 5 >&5", NULL };
    struct child_request r = request_for(argv);
    int end[2], passed[3];
    char byte;

    (void)state;
    assert_int_equal(pipe2(end, O_CLOEXEC), 0);
    passed[0] = passed[1] = -1;
    passed[2] = end[1];
    r.passed = passed;
    r.passed_count = 3;
    start(&r);
    close(end[1]);
    run_loop();
    assert_int_equal(last.code, 0);
    assert_int_equal(read(end[0], &byte, 1), 1);
    close(end[0]);
}

static void a_hundred_descriptors_can_be_passed(void **state)
{
    struct child_request r = request_for(sleeper);
    int passed[100], end[2];
    struct child *c;

    (void)state;
    assert_int_equal(pipe2(end, O_CLOEXEC), 0);
    for (int i = 0; i < 100; i++)
        passed[i] = end[i % 2];
    r.passed = passed;
    for (r.passed_count = 1; r.passed_count <= 100; r.passed_count += 33) {
        c = start(&r);
        assert_has_descriptors(child_pid(c), 3 + (int)r.passed_count);
        for (size_t i = 0; i < r.passed_count; i++)
            assert_holds(child_pid(c), 3 + (int)i, passed[i]);
        kill_and_wait(c);
    }
    close(end[0]);
    close(end[1]);
}

static void listen_pid_is_the_childs_own(void **state)
{
    char *argv[] = { (char[]){ "/bin/sh" }, (char[]){ "-c" },
                     (char[]){ "test $LISTEN_PID = $$ && echo $LISTEN_FDS $LISTEN_FDNAMES" }, NULL };
    char *envp[] = { (char[]){ "LISTEN_FDS=1" }, (char[]){ "LISTEN_PID=?" }, (char[]){ "LISTEN_FDNAMES=web" }, NULL };
    struct child_request r = request_for(argv);

    (void)state;
    r.envp = envp;
    r.passed = &null_fd;
    r.passed_count = 1;
    assert_string_equal(output_of(&r), "1 web\n");
    assert_string_equal(envp[1], "LISTEN_PID=?");
}

static void a_pipe_ends_with_the_child(void **state)
{
    char *argv[] = { (char[]){ "/bin/true" }, NULL };
    struct child_request r = request_for(argv);

    (void)state;
    for (int i = 0; i < 3; i++)
        assert_string_equal(output_of(&r), "");
}

static void root_can_make_it_anybody(void **state)
{
    char *argv[] = { (char[]){ "/bin/sh" }, (char[]){ "-c" }, (char[]){ "id -u; id -g; id -G" }, NULL };
    gid_t groups[] = { 65531, 65532 };
    struct identity id = { .uid = 65530, .gid = 65531, .groups = groups, .group_count = 2 };
    struct child_request r = request_for(argv);

    (void)state;
    if (geteuid() != 0)
        skip();
    r.identity = &id;
    r.deathsig = SIGTERM;
    assert_string_equal(output_of(&r), "65530\n65531\n65531 65532\n");
    id.group_count = 0;
    assert_string_equal(output_of(&r), "65530\n65531\n65531\n");
}

static bool be_ourselves(void)
{
    char *argv[] = { (char[]){ "/bin/true" }, NULL };
    struct identity id;
    struct child_request r;
    struct error e;
    struct child *c;

    if (geteuid() == 0 && (setgroups(0, NULL) < 0 || setgid(65534) < 0 || setuid(65534) < 0))
        return false;
    open_children(NULL);
    if (!identity_find(NULL, NULL, NULL, 0, &id, &e))
        return false;
    r = request_for(argv);
    r.identity = &id;
    c = child_start(all, &r, on_exit_end, NULL, &e);
    if (c == NULL) {
        fprintf(stderr, "%s\n", e.text);
        return false;
    }
    wait_for_ends(1);
    identity_free(&id);
    return last.code == 0;
}

static void anybody_can_stay_who_he_is(void **state)
{
    (void)state;
    in_a_fork(be_ourselves);
}

/* A supervisor in a fork starts a child with a deathsig, says its pid and dies of KILL. */
static void start_and_die(int say, const struct identity *id)
{
    struct child_request r;
    struct child *c;
    pid_t pid;

    open_children(NULL);
    r = request_for(sleeper);
    r.deathsig = SIGTERM;
    r.identity = id;
    c = child_start(all, &r, on_exit_end, NULL, NULL);
    pid = c == NULL ? 0 : child_pid(c);
    if (write(say, &pid, sizeof pid) == sizeof pid)
        kill(getpid(), SIGKILL);
    _exit(1);
}

static void the_deathsig_follows_the_supervisors_death(void **state)
{
    struct identity id = { .uid = 65530, .gid = 65530 };
    int end[2], status;
    pid_t supervisor, pid;

    (void)state;
    assert_int_equal(pipe2(end, O_CLOEXEC), 0);
    supervisor = fork();
    if (supervisor == 0)
        start_and_die(end[1], geteuid() == 0 ? &id : NULL);
    assert_int_equal(read(end[0], &pid, sizeof pid), sizeof pid);
    assert_int_equal(waitpid(supervisor, &status, 0), supervisor);
    assert_true(WIFSIGNALED(status) && pid > 0);
    assert_int_equal(waitpid(pid, &status, 0), pid); /* we are its subreaper */
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGTERM);
    close(end[0]);
    close(end[1]);
}

int main(void)
{
#define WITH_CHILDREN(test) cmocka_unit_test_setup_teardown(test, open_children, close_children)
    const struct CMUnitTest tests[] = {
        WITH_CHILDREN(arguments_and_environment_are_the_requested_ones),
        WITH_CHILDREN(a_name_without_a_slash_is_looked_up_in_its_path),
        WITH_CHILDREN(an_empty_place_in_its_path_is_its_directory),
        WITH_CHILDREN(directory_and_umask_are_set),
        WITH_CHILDREN(limits_nice_and_oom_score_are_set),
        WITH_CHILDREN(no_new_privs_is_set),
        WITH_CHILDREN(it_leads_a_session_with_all_signals_open_and_default),
        WITH_CHILDREN(it_may_lead_a_group_in_our_session),
        WITH_CHILDREN(it_sees_no_descriptor_but_its_own),
        WITH_CHILDREN(passed_descriptors_begin_at_three),
        WITH_CHILDREN(numbers_between_can_stay_closed),
        WITH_CHILDREN(a_hundred_descriptors_can_be_passed),
        WITH_CHILDREN(listen_pid_is_the_childs_own),
        WITH_CHILDREN(a_pipe_ends_with_the_child),
        WITH_CHILDREN(root_can_make_it_anybody),
        cmocka_unit_test(anybody_can_stay_who_he_is),
        cmocka_unit_test(the_deathsig_follows_the_supervisors_death),
    };

    return RUN_BOTH_WAYS(tests, NULL, NULL);
}
