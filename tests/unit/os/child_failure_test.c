/* A start that fails says which step and why, and leaves nothing behind. */
#include "unit/os/children.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "base/log.h"

static char *true_argv[] = { (char[]){ "/bin/true" }, NULL };

static char folder[64];

static int make_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/child_failure.XXXXXX");
    return mkdtemp(folder) == NULL ? -1 : chmod(folder, 0755);
}

static int remove_folder(void **state)
{
    static const char *const names[] = { "text", "lost", "data" };
    char path[128];

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    return rmdir(folder);
}

static bool become_nobody(void)
{
    return geteuid() != 0 || (setgid(65534) == 0 && setuid(65534) == 0);
}

/* A file in the folder; its path, until the next call. */
static char *file_with(const char *name, const char *text, mode_t mode)
{
    static char path[128];
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    file = fopen(path, "we");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    chmod(path, mode);
    return path;
}

/* close_children looks whether something is left. */
static void assert_fails(const struct child_request *r, const char *why)
{
    struct error e;

    assert_null(child_start(all, r, on_exit_end, NULL, &e));
    assert_string_equal(e.text, why);
}

static void assert_argv0_fails(char *argv0, const char *why)
{
    char *argv[] = { argv0, NULL };
    struct child_request r = request_for(argv);
    char text[256];

    snprintf(text, sizeof text, "exec '%s': %s", argv0, why);
    assert_fails(&r, text);
}

static void what_cannot_be_run_is_told_apart(void **state)
{
    (void)state;
    assert_argv0_fails((char[]){ "/nope/x" }, "No such file or directory");
    assert_argv0_fails((char[]){ "" }, "it is in no directory of PATH");
    assert_argv0_fails((char[]){ "no-such-program" }, "it is in no directory of PATH");
    assert_argv0_fails((char[]){ "/etc/passwd" }, "Permission denied");
    assert_argv0_fails((char[]){ "/etc" }, "Permission denied");
    assert_argv0_fails((char[]){ "/etc/passwd/x" }, "Not a directory");
    assert_argv0_fails(file_with("text", "echo hello\n", 0755), "exec format error: no #! line?");
    assert_argv0_fails(file_with("lost", "#!/no/such/shell\n", 0755),
                       "No such file or directory: not the file, but what its #! line or its format names");
}

static void a_forbidden_file_in_path_is_remembered(void **state)
{
    char *argv[] = { (char[]){ "data" }, NULL };
    char path[100];
    char *envp[] = { path, NULL };
    struct child_request r = request_for(argv);

    (void)state;
    file_with("data", "x", 0644);
    snprintf(path, sizeof path, "PATH=%s:/nope", folder);
    r.envp = envp;
    assert_fails(&r, "exec 'data': Permission denied");
}

static bool passes_by_a_closed_folder(void)
{
    char *argv[] = { (char[]){ "no-such-program" }, NULL };
    char path[100];
    char *envp[] = { path, NULL };
    struct child_request r;
    struct error e;

    if (!become_nobody())
        return false;
    open_children(NULL);
    r = request_for(argv);
    r.envp = envp;
    snprintf(path, sizeof path, "PATH=/bin:%s", folder);
    return child_start(all, &r, on_exit_end, NULL, &e) == NULL &&
           strcmp(e.text, "exec 'no-such-program': it is in no directory of PATH") == 0;
}

static void a_closed_folder_in_path_is_passed_by(void **state)
{
    (void)state;
    chmod(folder, 0);
    in_a_fork(passes_by_a_closed_folder);
    chmod(folder, 0755);
}

static void a_missing_directory_is_named(void **state)
{
    struct child_request r = request_for(true_argv);

    (void)state;
    r.directory = "/nope";
    assert_fails(&r, "chdir to '/nope': No such file or directory");
}

static void a_limit_above_its_own_hard_one_is_named(void **state)
{
    struct limit limits[] = { { RLIMIT_CORE, 0, 0 }, { RLIMIT_NOFILE, 60, 50 } };
    struct child_request r = request_for(true_argv);

    (void)state;
    r.limits = limits;
    r.limit_count = 2;
    assert_fails(&r, "setrlimit nofile: Invalid argument");
}

static void a_closed_descriptor_is_named(void **state)
{
    struct child_request r = request_for(true_argv);
    int closed = 777;

    (void)state;
    r.stdio[1] = closed;
    assert_fails(&r, "descriptor 777 for stdout: Bad file descriptor");
    r.stdio[1] = null_fd;
    r.passed = &closed;
    r.passed_count = 1;
    assert_fails(&r, "descriptor 777 to be passed: Bad file descriptor");
}

static void a_failed_start_keeps_nobodys_pipe_open(void **state)
{
    struct child_request r = request_for(true_argv);
    int closed = 777, end[2];
    char byte;

    (void)state;
    assert_int_equal(pipe2(end, O_CLOEXEC), 0);
    r.stdio[1] = fcntl(end[1], F_DUPFD_CLOEXEC, 200); /* the child gets a copy of a high one */
    r.passed = &closed;
    r.passed_count = 1;
    assert_fails(&r, "descriptor 777 to be passed: Bad file descriptor");
    close(r.stdio[1]);
    close(end[1]);
    assert_int_equal(read(end[0], &byte, 1), 0);
    close(end[0]);
}

static void an_argument_that_is_too_long_is_no_surprise(void **state)
{
    size_t length = 4 << 20;
    char *argv[] = { (char[]){ "/bin/true" }, malloc(length), NULL };
    struct child_request r = request_for(argv);

    (void)state;
    memset(argv[1], 'x', length - 1);
    argv[1][length - 1] = '\0';
    assert_fails(&r, "exec '/bin/true': Argument list too long");
    free(argv[1]);
}

static void failures_do_not_hurt_who_runs(void **state)
{
    struct child_request r = request_for(true_argv);
    struct child *c = start_shell("exec sleep 100");

    (void)state;
    r.directory = "/nope";
    for (int i = 0; i < 200; i++)
        assert_null(child_start(all, &r, on_exit_end, NULL, NULL));
    assert_true(child_signal(c, SIGTERM, NULL));
    wait_for_ends(1);
    assert_int_equal(ends, 1);
    assert_int_equal(last.signal, SIGTERM);
}

/* From here on: in a fork, which gives up rights. */

static bool fails_with(const struct child_request *r, const char *why)
{
    struct error e = { "it did not fail" };
    struct child *c = child_start(all, r, on_exit_end, NULL, &e);
    siginfo_t info;

    if (c != NULL || strcmp(e.text, why) != 0)
        fprintf(stderr, "expected \"%s\", got \"%s\"\n", why, e.text);
    return c == NULL && strcmp(e.text, why) == 0 && waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) < 0;
}

static bool fails_as_nobody(void)
{
    gid_t group = 65000;
    struct identity id = { .uid = 0, .gid = 0, .groups = &group, .group_count = 1, .name = (char[]){ "root" } };
    struct limit limit = { .resource = RLIMIT_NOFILE };
    struct rlimit now;
    struct child_request r;
    char why[128];
    bool good;

    if (!become_nobody())
        return false;
    open_children(NULL);
    r = request_for(true_argv);
    r.identity = &id;
    good = fails_with(&r, "setgroups: Operation not permitted (only root may become another user)");
    r.identity = NULL;
    r.has_nice = true;
    r.nice = -20; /* whatever ours is */
    good = fails_with(&r, "nice to -20: Permission denied") && good;
    r.has_nice = false;
    r.has_oom_score_adj = true;
    r.oom_score_adj = -900;
    good = fails_with(&r, "oom_score_adj to -900: Permission denied") && good;
    r.has_oom_score_adj = false;
    r.limits = &limit;
    r.limit_count = 1;
    getrlimit(RLIMIT_NOFILE, &now);
    limit.hard = (int64_t)now.rlim_max + 1;
    snprintf(why, sizeof why, "setrlimit nofile: Operation not permitted (the hard limit is %lld)",
             (long long)now.rlim_max);
    return fails_with(&r, why) && good;
}

static void who_has_no_rights_is_told_so(void **state)
{
    (void)state;
    in_a_fork(fails_as_nobody);
}

/* The plain way needs a pipe for the report. */
static bool needs_no_descriptor_but_the_pipe(void)
{
    struct child_request r;
    struct rlimit few = { 100, 100 };

    open_children(NULL);
    setrlimit(RLIMIT_NOFILE, &few);
    while (dup(null_fd) >= 0)
        ;
    r = request_for(true_argv);
    if (getenv("REEVE_SPAWN") != NULL)
        return fails_with(&r, "pipe: Too many open files");
    if (child_start(all, &r, on_exit_end, NULL, NULL) == NULL)
        return false;
    wait_for_ends(1);
    return last.code == 0;
}

/* The slots are above the limit then. */
static bool runs_below_a_lowered_limit(void)
{
    struct child_request r;
    struct rlimit few = { 30, 30 };

    open_children(NULL);
    setrlimit(RLIMIT_NOFILE, &few);
    r = request_for(true_argv);
    if (child_start(all, &r, on_exit_end, NULL, NULL) == NULL)
        return false;
    wait_for_ends(1);
    return last.code == 0;
}

static void a_lowered_limit_of_descriptors_is_no_failure(void **state)
{
    (void)state;
    in_a_fork(runs_below_a_lowered_limit);
    in_a_fork(needs_no_descriptor_but_the_pipe);
}

static bool fails_without_processes(void)
{
    struct rlimit one = { 0, 0 };
    struct child_request r;

    if (!become_nobody())
        return false;
    open_children(NULL);
    setrlimit(RLIMIT_NPROC, &one);
    r = request_for(true_argv);
    return fails_with(&r, "fork: Resource temporarily unavailable (too many processes?)");
}

static void a_fork_that_fails_is_explained(void **state)
{
    (void)state;
    in_a_fork(fails_without_processes);
}

/* From now on the call `number` fails with `reason`, when the argument `which` has a bit of `mask`. */
static bool refuse_call(int number, int reason, unsigned which, unsigned mask)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)number, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args) + 8 * which),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, mask, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ((unsigned)reason & SECCOMP_RET_DATA)),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = { sizeof code / sizeof code[0], code };

    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/* As refuse_call, when the argument is `value`, or always for ANY. */
enum { ANY = -1 };

static bool refuse_value(int number, int reason, unsigned which, int value)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)number, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args) + 8 * which),
        BPF_JUMP(BPF_JMP | (value == ANY ? BPF_JGE : BPF_JEQ) | BPF_K, value == ANY ? 0 : (unsigned)value, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ((unsigned)reason & SECCOMP_RET_DATA)),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = { sizeof code / sizeof code[0], code };

    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/* Each call of the child's steps, and what is said when the kernel refuses it. */
static const struct refusal {
    int number;
    unsigned which;
    int value; /* of that argument */
    const char *why;
} refusals[] = {
#ifdef SYS_dup2
    { SYS_dup2, 1, 0, "dup2: Input/output error" },
    { SYS_dup2, 1, 2, "dup2: Input/output error" },
#endif
    { SYS_setsid, 0, ANY, "setsid: Input/output error" },
    { SYS_rt_sigaction, 0, SIGPIPE, "signals to default: Input/output error" },
    { SYS_setpriority, 0, ANY, "nice to 1: Input/output error" },
    { SYS_write, 2, 3, "oom_score_adj to 900: Input/output error" },
    { SYS_prlimit64, 1, RLIMIT_CORE, "setrlimit core: Input/output error" },
    { SYS_setgroups, 0, ANY, "setgroups: Input/output error" },
    { SYS_setresgid, 0, ANY, "setgid to 65530: Input/output error" },
    { SYS_setresuid, 0, ANY, "setuid to 'bob': Input/output error" },
    { SYS_chdir, 0, ANY, "chdir to '/': Input/output error" },
    { SYS_prctl, 0, PR_SET_NO_NEW_PRIVS, "no_new_privs: Input/output error" },
    { SYS_prctl, 0, PR_SET_PDEATHSIG, "deathsig TERM: Input/output error" },
    { SYS_execve, 0, ANY, "exec '/bin/true': Input/output error" },
};

static const struct refusal *refusal;

static bool says_what_is_refused(void)
{
    struct identity id = { .uid = 65530, .gid = 65530, .name = (char[]){ "bob" } };
    struct limit limit = { RLIMIT_CORE, 0, 0 };
    struct child_request r;

    open_children(NULL);
    r = request_for(true_argv);
    r.has_nice = r.has_oom_score_adj = r.no_new_privs = true;
    r.nice = 1;
    r.oom_score_adj = 900;
    r.limits = &limit;
    r.limit_count = 1;
    r.directory = "/";
    r.deathsig = SIGTERM;
    if (geteuid() == 0)
        r.identity = &id;
    return refuse_value(refusal->number, EIO, refusal->which, refusal->value) && fails_with(&r, refusal->why);
}

static void each_step_that_the_kernel_refuses_is_named(void **state)
{
    (void)state;
    for (refusal = refusals; refusal < refusals + sizeof refusals / sizeof refusals[0]; refusal++)
        if (geteuid() == 0 || strncmp(refusal->why, "set", 3) != 0 || refusal->number == SYS_setsid)
            in_a_fork(says_what_is_refused);
}

static int notices;

static void count_notices(int level, const char *line, size_t length, void *arg)
{
    (void)length;
    (void)arg;
    notices += level == LOG_NOTICE && strstr(line, "children are started by fork") != NULL;
}

/* Runs two and waits for both. */
static bool runs_all_the_same(int expected_notices)
{
    struct child_request r = request_for(true_argv);
    struct error e;

    log_listen(count_notices, NULL);
    for (int i = 0; i < 2; i++)
        if (child_start(all, &r, on_exit_end, NULL, &e) == NULL) {
            fprintf(stderr, "%s\n", e.text);
            return false;
        }
    wait_for_ends(2);
    r.directory = "/nope";
    return last.code == 0 && notices == expected_notices &&
           fails_with(&r, "chdir to '/nope': No such file or directory");
}

static bool runs_without_clone(void)
{
    open_children(NULL);
    return refuse_call(SYS_clone, EPERM, 0, CLONE_VFORK) && runs_all_the_same(getenv("REEVE_SPAWN") == NULL);
}

static bool runs_without_close_range(void)
{
    open_children(NULL);
    return refuse_value(SYS_close_range, ENOSYS, 0, ANY) && runs_all_the_same(getenv("REEVE_SPAWN") == NULL);
}

static void a_kernel_without_the_quick_way_is_served_plainly(void **state)
{
    (void)state;
    in_a_fork(runs_without_clone);
    in_a_fork(runs_without_close_range);
}

int main(void)
{
#define WITH_CHILDREN(test) cmocka_unit_test_setup_teardown(test, open_children, close_children)
    const struct CMUnitTest tests[] = {
        WITH_CHILDREN(what_cannot_be_run_is_told_apart),
        WITH_CHILDREN(a_forbidden_file_in_path_is_remembered),
        cmocka_unit_test(a_closed_folder_in_path_is_passed_by),
        WITH_CHILDREN(a_missing_directory_is_named),
        WITH_CHILDREN(a_limit_above_its_own_hard_one_is_named),
        WITH_CHILDREN(a_closed_descriptor_is_named),
        WITH_CHILDREN(a_failed_start_keeps_nobodys_pipe_open),
        WITH_CHILDREN(an_argument_that_is_too_long_is_no_surprise),
        WITH_CHILDREN(failures_do_not_hurt_who_runs),
        cmocka_unit_test(who_has_no_rights_is_told_so),
        cmocka_unit_test(a_lowered_limit_of_descriptors_is_no_failure),
        cmocka_unit_test(a_fork_that_fails_is_explained),
        cmocka_unit_test(each_step_that_the_kernel_refuses_is_named),
        cmocka_unit_test(a_kernel_without_the_quick_way_is_served_plainly),
    };

    return RUN_BOTH_WAYS(tests, make_folder, remove_folder);
}
