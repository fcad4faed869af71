/* transfers: real servers, and transfers whose outcomes are kept. Run from the top of the tree. */
#ifndef TESTS_UNIT_MODULES_TRANSFERS_H
#define TESTS_UNIT_MODULES_TRANSFERS_H

#include "../os/turn.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/xalloc.h"
#include "os/transfer.h"

enum {
    /* What is to be seen are waits of four seconds and more; valgrind takes its time. */
    STALL_MOST = 2000,
    OUTCOMES_MAX = 1200,
};

/* ---- servers ------------------------------------------------------------------------------- */

struct server {
    pid_t pid;
    int input; /* closed: it ends */
    int port;
};

static inline int port_from(int output)
{
    char text[16] = "";
    size_t length = 0;
    ssize_t n;

    while (length < sizeof text - 1 && strchr(text, '\n') == NULL) {
        n = read(output, text + length, sizeof text - 1 - length);
        if (n <= 0)
            fail_msg("the server did not start");
        length += (size_t)n;
        text[length] = '\0';
    }
    close(output);
    return atoi(text);
}

/* `command` begins with the path of a server in tests/programs and ends with a NULL. */
static inline struct server server_start(const char *const *command)
{
    struct server s;
    int in[2], out[2];

    assert_return_code(pipe2(in, O_CLOEXEC), 0);
    assert_return_code(pipe2(out, O_CLOEXEC), 0);
    s.pid = fork();
    if (s.pid == 0) {
        dup2(in[0], 0);
        dup2(out[1], 1);
        execv(command[0], (char **)(uintptr_t)command);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    s.input = in[1];
    s.port = port_from(out[0]);
    return s;
}

static inline void server_stop(struct server *s)
{
    if (s->pid <= 0)
        return;
    close(s->input);
    kill(s->pid, SIGKILL);
    waitpid(s->pid, NULL, 0);
    s->pid = 0;
}

/* ---- outcomes ------------------------------------------------------------------------------ */

struct outcome {
    struct transfer *transfer; /* NULL: told, or cancelled */
    bool told;
    char error[512]; /* "": it arrived */
    int status;
    char *body;
    size_t length;
    char *headers; /* "name=value;" of each */
    void (*then)(struct outcome *o);
};

static struct outcome outcomes[OUTCOMES_MAX];
static size_t outcome_count, told_count;

static inline void on_done(const struct transfer_result *r, void *arg)
{
    struct outcome *o = arg;
    struct buffer headers = { 0 };
    size_t i;

    assert_false(o->told);
    o->transfer = NULL;
    o->told = true;
    told_count++;
    snprintf(o->error, sizeof o->error, "%s", r->error != NULL ? r->error : "");
    o->status = r->status;
    o->length = r->body_length;
    o->body = xstrndup(r->body, r->body_length);
    for (i = 0; i < r->header_count; i++)
        buffer_addf(&headers, "%s=%s;", r->header[i].name, r->header[i].value);
    o->headers = buffer_take(&headers);
    if (o->then != NULL)
        o->then(o);
}

static inline struct outcome *begin(const struct transfer_request *r)
{
    struct outcome *o = &outcomes[outcome_count++];
    struct error e;

    assert_in_range(outcome_count, 1, OUTCOMES_MAX);
    o->transfer = transfer_start(loop, r, on_done, o, &e);
    if (o->transfer == NULL)
        fail_msg("%s", e.text);
    assert_false(o->told);
    return o;
}

static inline bool all_told(void)
{
    return told_count == outcome_count;
}

static inline struct outcome *finished(const struct transfer_request *r)
{
    struct outcome *o = begin(r);

    turn_until(all_told);
    return o;
}

static inline void assert_error(const struct outcome *o, const char *part)
{
    if (strstr(o->error, part) == NULL)
        fail_msg("no '%s' in '%s'", part, o->error);
}

/* A transfer that is given more time until it comes as far as `part` says, and no farther: a busy machine needs more.
 */
static inline const struct outcome *given_up(struct transfer_request r, const char *part)
{
    const struct outcome *o;

    r.timeout = 100;
    while (strstr((o = finished(&r))->error, part) == NULL && r.timeout < 5000)
        r.timeout *= 2;
    assert_error(o, part);
    return o;
}

static inline void assert_refused(const struct transfer_request *r, const char *part)
{
    struct error e = { "" };

    assert_null(transfer_start(loop, r, on_done, NULL, &e));
    if (strstr(e.text, part) == NULL)
        fail_msg("no '%s' in '%s'", part, e.text);
}

static inline void forget_outcomes(void)
{
    size_t i;

    for (i = 0; i < outcome_count; i++) {
        free(outcomes[i].body);
        free(outcomes[i].headers);
    }
    memset(outcomes, 0, sizeof outcomes);
    outcome_count = told_count = 0;
}

/* ---- stalls -------------------------------------------------------------------------------- */

static struct timer *pulse;
static msec last_pulse, longest_stall;

/* For how long this thread could have run while others had the processor. */
static inline msec time_of_others(void)
{
    unsigned long long ran, waited = 0;
    FILE *f = fopen("/proc/thread-self/schedstat", "re");

    if (f == NULL)
        return 0;
    if (fscanf(f, "%llu %llu", &ran, &waited) != 2)
        waited = 0;
    fclose(f);
    return (msec)(waited / 1000000);
}

/* Of a busy machine's time only ours counts: what we do, and what we sleep. */
static inline void on_pulse(void *arg)
{
    msec now = clock_now() - time_of_others();

    (void)arg;
    if (now - last_pulse > longest_stall)
        longest_stall = now - last_pulse;
    last_pulse = now;
    pulse = timer_start(loop, 1, on_pulse, NULL);
}

static inline void watch_stalls(void)
{
    longest_stall = 0;
    last_pulse = clock_now() - time_of_others();
    pulse = timer_start(loop, 0, on_pulse, NULL);
}

static inline void assert_no_stall(void)
{
    timer_stop(&pulse);
    on_pulse(NULL);
    if (getenv("SHOW_STALLS") != NULL)
        fprintf(stderr, "longest stall: %d ms\n", (int)longest_stall);
    assert_in_range(longest_stall, 0, STALL_MOST);
}

/* ---- descriptors --------------------------------------------------------------------------- */

typedef void descriptor_fn(int fd);

static inline int each_descriptor(descriptor_fn *fn)
{
    DIR *folder = opendir("/proc/self/fd");
    struct dirent *entry;
    int count = 0;

    assert_non_null(folder);
    while ((entry = readdir(folder)) != NULL) {
        if (*entry->d_name == '.' || atoi(entry->d_name) == dirfd(folder))
            continue;
        count++;
        if (fn != NULL)
            fn(atoi(entry->d_name));
    }
    closedir(folder);
    return count;
}

static inline void assert_close_on_exec(int fd)
{
    int flags = fd > 2 ? fcntl(fd, F_GETFD) : FD_CLOEXEC;

    /* A lookup's thread may have closed it meanwhile. */
    if (flags != -1 && (flags & FD_CLOEXEC) == 0)
        fail_msg("descriptor %d is not close-on-exec", fd);
}

/* ---- set-up -------------------------------------------------------------------------------- */

/* The modules of this build. */
static inline void find_modules(void)
{
    char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 20);
    int i;

    assert_true(length > 0);
    path[length] = '\0';
    for (i = 0; i < 3; i++)
        *strrchr(path, '/') = '\0';
    strcat(path, "/modules");
    setenv("REEVE_MODULES", path, 1);
}

static inline int open_all(void **state)
{
    find_modules();
    return open_loop(state);
}

static inline int close_all(void **state)
{
    timer_stop(&pulse);
    transfers_close();
    forget_outcomes();
    return close_loop(state);
}

#endif
