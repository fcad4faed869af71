#include "script/lines.h"

#include "base/hash.h"
#include "base/log.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "core/feed.h"
#include "script/hooks.h"
#include "script/lane.h"

#include <stdlib.h>
#include <string.h>

enum { WAITING_MOST = 1 << 20 }; /* bytes of a process's lines */

struct ear;

/* One stream of a process. */
struct mouth {
    struct ear *ear;
    struct feed *feed; /* NULL: it is not read */
    char mark;         /* before each of its lines, among those that wait */
};

/* A process whose lines somebody wants. */
struct ear {
    UT_hash_handle hh;
    unsigned id;
    struct mouth mouths[2];
    struct buffer waiting; /* lines, each behind its mark */
    unsigned long untold;
    struct timer *soon;
};

static struct {
    struct supervisor *supervisor; /* NULL: closed */
    struct listener *listener;
    struct ear *ears;
    struct timer *look;
} lines;

static struct ear *find(unsigned id)
{
    struct ear *ear = NULL;

    if (lines.ears != NULL)
        HASH_FIND(hh, lines.ears, &id, sizeof id, ear);
    return ear;
}

static void ear_free(struct ear *ear)
{
    feed_close(&ear->mouths[0].feed);
    feed_close(&ear->mouths[1].feed);
    timer_stop(&ear->soon);
    buffer_free(&ear->waiting);
    HASH_DEL(lines.ears, ear);
    free(ear);
}

/* ---- to the hooks ------------------------------------------------------------------------------ */

static void say_untold(struct ear *ear, const struct process *p)
{
    if (ear->untold > 0)
        log_warning("%s: its hooks are too slow, %lu lines were not told to them", process_name(p), ear->untold);
    ear->untold = 0;
}

/* How many bytes were told. They lie still, whatever the hooks do: nothing is added from within. */
static size_t tell_while(struct ear *ear, struct process *p, size_t most)
{
    const char *data = ear->waiting.data;
    size_t done = 0;

    while (done < ear->waiting.length && lane_length(ear->id) < most) {
        size_t length = (size_t)((char *)memchr(data + done, '\n', ear->waiting.length - done) - data) - done;

        hooks_tell_line(p, data + done + 1, length - 1, data[done] == 'e' ? "stderr" : "stdout");
        done += length + 1;
    }
    return done;
}

/* `most`: so many hooks may wait for their turn. */
static void tell(struct ear *ear, size_t most)
{
    struct process *p = supervisor_process(lines.supervisor, ear->id);

    if (p == NULL) {
        buffer_free(&ear->waiting);
        return;
    }
    buffer_drop(&ear->waiting, tell_while(ear, p, most));
    if (ear->waiting.length == 0) {
        buffer_free(&ear->waiting);
        say_untold(ear, p);
    }
}

static void on_soon(void *arg)
{
    struct ear *ear = arg;

    ear->soon = NULL;
    tell(ear, 1);
}

static void tell_soon(struct ear *ear)
{
    if (ear->soon == NULL && ear->waiting.length > 0)
        ear->soon = timer_start(supervisor_loop(lines.supervisor), 0, on_soon, ear);
}

static void on_lane_empty(unsigned id)
{
    struct ear *ear = find(id);

    if (ear != NULL)
        tell_soon(ear);
}

static void finish_lines(struct ear *ear)
{
    for (int i = 0; i < 2; i++)
        if (ear->mouths[i].feed != NULL)
            feed_finish_line(ear->mouths[i].feed);
}

/* What was written since a start comes after it. Hooks that do not follow lose lines at an end: there they cannot wait.
 */
void lines_before(const struct event *event)
{
    struct ear *ear = event->process != NULL ? find(process_id(event->process)) : NULL;

    if (ear == NULL || event->kind == EVENT_START)
        return;
    if (event->kind == EVENT_EXIT)
        finish_lines(ear);
    if (ear->waiting.length == 0)
        return;
    tell(ear, LANE_LONGEST / 2);
    if (event->kind != EVENT_EXIT)
        return;
    ear->untold += text_count_lines(ear->waiting.data, ear->waiting.length);
    buffer_free(&ear->waiting);
}

/* ---- from the processes ------------------------------------------------------------------------ */

/* Hooks do not run in here: they might end the stream that is being read. */
static void on_lines(const char *data, size_t length, void *arg)
{
    struct mouth *m = arg;
    struct ear *ear = m->ear;

    if (ear->waiting.length + length > WAITING_MOST) {
        ear->untold += text_count_lines(data, length);
        return;
    }
    for (size_t start = 0; start < length;) {
        size_t end = (size_t)((char *)memchr(data + start, '\n', length - start) - data) + 1;

        buffer_add_char(&ear->waiting, m->mark);
        buffer_add(&ear->waiting, data + start, end - start);
        start = end;
    }
    if (lane_length(ear->id) == 0)
        tell_soon(ear);
}

static void on_gone(void *arg)
{
    struct mouth *m = arg;
    struct ear *ear = m->ear;

    feed_close(&m->feed);
    if (ear->mouths[0].feed != NULL || ear->mouths[1].feed != NULL)
        return;
    tell(ear, LANE_LONGEST / 2);
    ear_free(ear);
}

static void listen_to(struct ear *ear, struct process *p, int stream)
{
    struct mouth *m = &ear->mouths[stream - 1];
    bool is_merged = stream == 2 && feed_output(p, 2) == feed_output(p, 1);

    if (m->feed != NULL || feed_output(p, stream) == NULL || is_merged)
        return;
    m->feed = feed_open(p, stream, on_lines, on_gone, m);
    feed_hear_begun(m->feed);
}

static struct ear *ear_of(struct process *p)
{
    struct ear *ear = find(process_id(p));

    if (ear != NULL)
        return ear;
    ear = xcalloc(1, sizeof *ear);
    ear->id = process_id(p);
    ear->mouths[0] = (struct mouth){ .ear = ear, .mark = 'o' };
    ear->mouths[1] = (struct mouth){ .ear = ear, .mark = 'e' };
    HASH_ADD(hh, lines.ears, id, sizeof ear->id, ear);
    return ear;
}

static void look_at(struct process *p, void *arg)
{
    struct ear *ear = find(process_id(p));

    (void)arg;
    if (hooks_want_lines(p)) {
        ear = ear_of(p);
        listen_to(ear, p, 1);
        listen_to(ear, p, 2);
    } else if (ear != NULL) {
        ear_free(ear);
    }
}

static void look(void *arg)
{
    bool known;

    (void)arg;
    lines.look = NULL;
    supervisor_each(lines.supervisor, "all", look_at, NULL, &known);
}

void lines_look_again(void)
{
    if (lines.supervisor != NULL && lines.look == NULL)
        lines.look = timer_start(supervisor_loop(lines.supervisor), 0, look, NULL);
}

/* A start makes the outputs, and nothing was read from them yet: this is heard at once. */
static void on_event(const struct event *event, void *arg)
{
    (void)arg;
    if (event->kind == EVENT_START)
        look_at(event->process, NULL);
}

void lines_open(struct supervisor *s)
{
    lines.supervisor = s;
    lines.listener = bus_listen_at_once(supervisor_bus(s), on_event, NULL);
    lane_on_empty(on_lane_empty);
}

void lines_close(void)
{
    lane_on_empty(NULL);
    bus_unlisten(&lines.listener);
    timer_stop(&lines.look);
    while (lines.ears != NULL)
        ear_free(lines.ears);
    lines.supervisor = NULL;
}
