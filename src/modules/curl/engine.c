/* curl's multi interface on the loop. Functions of users are called from here only, never within one of curl's.
 *
 *             turn               end or deadline            told
 *   WAITING --------> RUNNING -------------------> ENDED ---------> (gone)
 *      |                                             ^
 *      +---------------------------------------------+ deadline
 */
#include "base/xalloc.h"
#include "curl_private.h"
#include "os/clock.h"

#include <arpa/inet.h>
#include <assert.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    THREADS_MAX = 256, /* lookups that were given up go on in their threads until the name service's patience ends */
    TURN_LONGEST = 10,
};

struct engine {
    struct loop *loop;
    pid_t pid; /* who made it; a forked child makes its own */
    CURLM *multi;
    struct timer *timer; /* curl's */
    struct transfer_list waiting, running, ended;
    size_t waiting_count, running_count;
    msec spent;       /* in curl, in this turn of the loop */
    bool ending_turn; /* end_turn was asked for, or runs */
    bool closed;
    struct engine *inherited; /* a parent's, never used */
};

static struct engine *engine;

/* ---- what the world sees of curl's descriptors and threads ----------------------------------- */

/* curl opens pairs of sockets for itself, not close-on-exec, and shows one end at most. All that reeve has open should
 * be, so nothing else is meant. Kernels before 5.11 cannot: there only the closing at the start of a child helps. */
static void close_all_on_exec(void)
{
    syscall(SYS_close_range, 3, ~0U, CLOSE_RANGE_CLOEXEC);
}

static bool is_close_on_exec(int fd)
{
    return (fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0;
}

/* The thread of a lookup inherits these: no signal that is sent to the process may end there. Faults, and the timers
 * that watch over the loop's thread itself, stay open. */
static void block_signals(sigset_t *before)
{
    static const int open[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS, SIGALRM, SIGPROF };
    sigset_t set;
    size_t i;
    int number;

    sigfillset(&set);
    for (i = 0; i < sizeof open / sizeof open[0]; i++)
        sigdelset(&set, open[i]);
    for (number = SIGRTMIN; number <= SIGRTMAX; number++)
        sigdelset(&set, number);
    pthread_sigmask(SIG_BLOCK, &set, before);
}

static bool is_literal(const char *host)
{
    unsigned char address[sizeof(struct in6_addr)];

    return *host == '[' || inet_pton(AF_INET, host, address) == 1 || strcasecmp(host, "localhost") == 0;
}

/* Without opening anything: the folder has two links, and one for each thread. */
static size_t count_threads(void)
{
    struct stat tasks;

    return stat("/proc/self/task", &tasks) == 0 && tasks.st_nlink > 2 ? tasks.st_nlink - 2 : 1;
}

/* ---- the end of a turn ---------------------------------------------------------------------- */

static void ask_for_end_of_turn(struct engine *g);

static void tell_first(struct engine *g)
{
    struct transfer *t = TAILQ_FIRST(&g->ended);

    TAILQ_REMOVE(&g->ended, t, link);
    answer_tell(t);
    transfer_free(t);
}

static struct transfer *next_with_part(struct engine *g)
{
    struct transfer *t;

    TAILQ_FOREACH(t, &g->running, link)
    if (t->on_part != NULL && t->answer.body.length > 0)
        return t;
    return NULL;
}

static void on_deadline(void *arg);

/* Each at most once: what comes meanwhile is for the next turn. A function may cancel its own transfer and others. */
static void tell_parts(struct engine *g)
{
    struct transfer *t;

    while (!g->closed && (t = next_with_part(g)) != NULL) {
        timer_stop(&t->deadline);
        t->deadline = timer_start(g->loop, t->timeout, on_deadline, t);
        answer_tell_part(t);
    }
}

/* A function may cancel others that are in the list, start some that end at once, and close the engine. */
static void end_turn(void *arg)
{
    struct engine *g = arg;
    const struct transfer *t;
    size_t now = 0;

    g->spent = 0;
    tell_parts(g);
    TAILQ_FOREACH(t, &g->ended, link)
    now++;
    for (; now > 0 && !TAILQ_EMPTY(&g->ended); now--)
        tell_first(g);
    g->ending_turn = false;
    if (g->closed)
        free(g);
    else if (!TAILQ_EMPTY(&g->ended))
        ask_for_end_of_turn(g);
}

static void ask_for_end_of_turn(struct engine *g)
{
    if (!g->ending_turn)
        loop_later(g->loop, end_turn, g);
    g->ending_turn = true;
}

/* ---- stages ---------------------------------------------------------------------------------- */

static void leave_stage(struct transfer *t)
{
    struct engine *g = t->engine;

    switch (t->stage) {
    case STAGE_WAITING:
        TAILQ_REMOVE(&g->waiting, t, link);
        g->waiting_count--;
        break;
    case STAGE_RUNNING:
        TAILQ_REMOVE(&g->running, t, link);
        g->running_count--;
        delivery_stop(t);
        mail_hang_up(t);
        curl_multi_remove_handle(g->multi, t->easy);
        break;
    case STAGE_ENDED:
        TAILQ_REMOVE(&g->ended, t, link);
        break;
    }
}

static void end(struct transfer *t)
{
    struct engine *g = t->engine;

    leave_stage(t);
    timer_stop(&t->deadline);
    t->stage = STAGE_ENDED;
    TAILQ_INSERT_TAIL(&g->ended, t, link);
    ask_for_end_of_turn(g);
}

static void run(struct transfer *t)
{
    struct engine *g = t->engine;

    leave_stage(t);
    t->stage = STAGE_RUNNING;
    TAILQ_INSERT_TAIL(&g->running, t, link);
    g->running_count++;
    curl_multi_add_handle(g->multi, t->easy);
}

static void run_or_refuse(struct transfer *t)
{
    if (is_literal(t->host) || count_threads() < THREADS_MAX) {
        run(t);
        return;
    }
    reason_fail(t, "the name service does not answer: %d lookups hang, there is none for '%s'", THREADS_MAX, t->host);
    end(t);
}

static void fill(struct engine *g)
{
    while (g->running_count < TRANSFERS_AT_ONCE && !TAILQ_EMPTY(&g->waiting))
        run_or_refuse(TAILQ_FIRST(&g->waiting));
}

void engine_end(struct transfer *t)
{
    struct engine *g = t->engine;

    end(t);
    fill(g);
}

struct loop *engine_loop(const struct transfer *t)
{
    return t->engine->loop;
}

static void on_deadline(void *arg)
{
    struct transfer *t = arg;

    t->deadline = NULL;
    reason_of_deadline(t);
    engine_end(t);
}

/* ---- curl on the loop ------------------------------------------------------------------------ */

static void collect(struct engine *g)
{
    CURLMsg *message;
    struct transfer *t;
    int left;

    while ((message = curl_multi_info_read(g->multi, &left)) != NULL) {
        if (message->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &t);
        if (t->is_mail && message->data.result == CURLE_OK) {
            delivery_begin(t);
            continue;
        }
        reason_of_code(t, message->data.result);
        end(t);
    }
    fill(g);
}

static void drive(struct engine *g, curl_socket_t fd, int what)
{
    sigset_t before;
    int running;
    msec start = clock_now();

    block_signals(&before);
    curl_multi_socket_action(g->multi, fd, what, &running);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    collect(g);
    g->spent += clock_now() - start;
    ask_for_end_of_turn(g);
}

/* Fifty handshakes that come at once are a tenth of a second: what is left is said again in the next turn. */
static bool is_weary(const struct engine *g)
{
    return g->spent >= TURN_LONGEST;
}

static void on_ready(int fd, int what, void *arg)
{
    if (!is_weary(arg))
        drive(arg, fd, (what & WATCH_READ ? CURL_CSELECT_IN : 0) | (what & WATCH_WRITE ? CURL_CSELECT_OUT : 0));
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *socket_arg)
{
    struct engine *g = arg;
    struct watch *watch = socket_arg;
    struct transfer *t = NULL;

    watch_stop(&watch);
    if (what != CURL_POLL_REMOVE) {
        if (!is_close_on_exec(fd))
            close_all_on_exec();
        watch =
            watch_start(g->loop, fd, (what & CURL_POLL_IN ? WATCH_READ : 0) | (what & CURL_POLL_OUT ? WATCH_WRITE : 0),
                        on_ready, g);
    }
    curl_multi_assign(g->multi, fd, watch);
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &t);
    /* The pair of a lookup is shown as well, and closed without our knowing. */
    if (t != NULL && (what != CURL_POLL_REMOVE || t->socket == fd))
        t->socket = what != CURL_POLL_REMOVE ? fd : -1;
    return 0;
}

static void on_time(void *arg)
{
    struct engine *g = arg;

    g->timer = NULL;
    if (is_weary(g))
        g->timer = timer_start(g->loop, 0, on_time, g);
    else
        drive(g, CURL_SOCKET_TIMEOUT, 0);
}

static int on_timer(CURLM *multi, long delay, void *arg)
{
    struct engine *g = arg;

    (void)multi;
    timer_stop(&g->timer);
    if (delay >= 0)
        g->timer = timer_start(g->loop, delay, on_time, g);
    return 0;
}

/* ---- the engine ------------------------------------------------------------------------------ */

static void listen_to_curl(struct engine *g)
{
    curl_multi_setopt(g->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(g->multi, CURLMOPT_SOCKETDATA, g);
    curl_multi_setopt(g->multi, CURLMOPT_TIMERFUNCTION, on_timer);
    curl_multi_setopt(g->multi, CURLMOPT_TIMERDATA, g);
}

static struct engine *new_engine(struct loop *loop, CURLM *multi)
{
    struct engine *g = xcalloc(1, sizeof *g);

    g->loop = loop;
    g->pid = getpid();
    g->multi = multi;
    g->inherited = engine;
    TAILQ_INIT(&g->waiting);
    TAILQ_INIT(&g->running);
    TAILQ_INIT(&g->ended);
    listen_to_curl(g);
    close_all_on_exec();
    return g;
}

static bool open_engine(struct loop *loop, struct error *e)
{
    CURLM *multi;

    if (engine != NULL && engine->loop == loop && engine->pid == getpid())
        return true;
    assert(engine == NULL || engine->pid != getpid());
    multi = curl_multi_init();
    if (multi == NULL)
        return failure(e, "libcurl cannot begin: out of memory");
    engine = new_engine(loop, multi);
    return true;
}

bool engine_start(struct loop *loop, struct transfer *t, struct error *e)
{
    if (!open_engine(loop, e))
        return false;
    if (engine->waiting_count >= TRANSFERS_WAITING)
        return failure(e, "%d transfers wait for their turn already", TRANSFERS_WAITING);
    t->engine = engine;
    t->stage = STAGE_WAITING;
    t->deadline = timer_start(loop, t->timeout, on_deadline, t);
    TAILQ_INSERT_TAIL(&engine->waiting, t, link);
    engine->waiting_count++;
    fill(engine);
    return true;
}

void engine_cancel(struct transfer *t)
{
    struct engine *g = t->engine;

    leave_stage(t);
    transfer_free(t);
    fill(g);
}

void engine_forget_socket(int fd)
{
    struct transfer *t;

    if (engine == NULL)
        return;
    TAILQ_FOREACH(t, &engine->running, link)
    if (t->socket == fd)
        t->socket = -1;
}

static void drop_all(struct transfer_list *list)
{
    struct transfer *t;

    while ((t = TAILQ_FIRST(list)) != NULL) {
        leave_stage(t);
        transfer_free(t);
    }
}

void engine_close(void)
{
    struct engine *g = engine;

    if (g == NULL || g->pid != getpid())
        return;
    engine = g->inherited;
    drop_all(&g->waiting);
    drop_all(&g->running);
    drop_all(&g->ended);
    curl_multi_cleanup(g->multi);
    timer_stop(&g->timer);
    g->closed = true;
    if (!g->ending_turn)
        free(g);
}
