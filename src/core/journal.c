/* Entries are kept as they came and written out when somebody asks: most are never asked for. */
#include "core/journal.h"

#include "base/json.h"
#include "base/log.h"
#include "base/stamp.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "command_private.h"
#include "core/book.h"
#include "os/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

enum { LINE_MOST = 1024, KINDS = 2 };

struct entry {
    msec at;
    int level;                       /* of a log line */
    const char *event, *state;       /* names, of an event; no state: it is of no process */
    const struct process_exit *exit; /* NULL: none */
    const char *text;                /* the log line, or what an event says; may be NULL */
    const char *process;             /* of an event; may be NULL, as program */
    const char *program;
};

struct journal_listener {
    LIST_ENTRY(journal_listener) link;
    enum journal_kind kind;
    bool json;
    journal_fn *fn; /* NULL: it goes when all were told */
    void *arg;
};

static struct {
    struct book book[KINDS];
    size_t added[KINDS];
    struct buffer packed; /* kept: there are many entries */
    struct listener *bus;
    LIST_HEAD(, journal_listener) listeners;
    bool telling;
} journal = { .book = { [JOURNAL_LOG] = { .kind = "log book" }, [JOURNAL_EVENTS] = { .kind = "event book" } } };

/* ---- writing out ------------------------------------------------------------------------------- */

static void print_log_line(const struct entry *e, struct buffer *out)
{
    struct stamp stamp;

    stamp_set(&stamp, e->at);
    buffer_addf(out, "%s %s %s\n", stamp.text, log_level_name(e->level), e->text);
}

static void print_log_json(const struct entry *e, struct buffer *out)
{
    json_open_object(out);
    json_key(out, "at");
    json_double(out, (double)e->at / 1000);
    json_key(out, "level");
    json_text(out, log_level_name(e->level));
    json_key(out, "message");
    json_text(out, e->text);
    json_close_object(out);
}

/* Events of the supervisor itself may have several lines of text. */
static void print_text(const char *text, struct buffer *out)
{
    const char *before = ": ";

    for (size_t length; *text != '\0'; text += length + (text[length] == '\n')) {
        length = strcspn(text, "\n");
        buffer_add_text(out, before);
        buffer_add(out, text, length);
        before = "; ";
    }
}

static void print_event_line(const struct entry *e, struct buffer *out)
{
    struct stamp stamp;
    const char *who = e->process != NULL ? e->process : e->program != NULL ? e->program : "reeve";
    size_t begin = out->length;

    stamp_set(&stamp, e->at);
    buffer_addf(out, "%s %s %s", stamp.text, who, e->event);
    if (e->state != NULL && strcmp(e->event, event_name(EVENT_STATE)) == 0)
        buffer_addf(out, " %s", e->state);
    if (e->exit != NULL)
        buffer_addf(out, ": %s", e->exit->reason);
    else if (e->text != NULL)
        print_text(e->text, out);
    text_flatten(out->data + begin); /* what a check of a user's says goes to terminals */
    buffer_add_char(out, '\n');
}

static void print_event_json(const struct entry *e, struct buffer *out)
{
    json_open_object(out);
    json_key(out, "event");
    json_text(out, e->event);
    json_key(out, "process");
    json_text(out, e->process);
    json_key(out, "program");
    json_text(out, e->program);
    json_key(out, "state");
    json_text(out, e->process != NULL ? e->state : NULL);
    json_key(out, "exit");
    command_print_exit(e->exit, out);
    json_key(out, "text");
    json_text(out, e->text);
    json_key(out, "at");
    json_double(out, (double)e->at / 1000);
    json_close_object(out);
}

static void print(enum journal_kind kind, const struct entry *e, bool json, struct buffer *out)
{
    if (kind == JOURNAL_LOG)
        (json ? print_log_json : print_log_line)(e, out);
    else
        (json ? print_event_json : print_event_line)(e, out);
}

/* ---- keeping ----------------------------------------------------------------------------------- */

enum { EVENT, STATE, TEXT, PROCESS, PROGRAM, REASON, TEXTS };

/* What stands in a book; behind it the texts that are there, in their order, each with its zero. Lives of other
 * versions read it too: what is new is added at the end, here and to the texts. */
struct kept {
    uint16_t size;  /* of this */
    uint16_t texts; /* a bit for each */
    int32_t level;
    int64_t at, ended;
    int32_t code, signal;
};

static void keep(enum journal_kind kind, const struct entry *e)
{
    const struct process_exit *exit = e->exit;
    const char *texts[TEXTS] = {
        e->event, e->state, e->text, e->process, e->program, exit != NULL ? exit->reason : NULL
    };
    struct kept k = { .size = sizeof k, .level = e->level, .at = e->at };
    size_t length[TEXTS], all = sizeof k;
    char *at;

    if (exit != NULL) {
        k.ended = exit->at;
        k.code = exit->code;
        k.signal = exit->signal;
    }
    for (int i = 0; i < TEXTS; i++) {
        length[i] = texts[i] != NULL ? strlen(texts[i]) + 1 : 0;
        all += length[i];
        if (texts[i] != NULL)
            k.texts |= (uint16_t)(1 << i);
    }
    buffer_clear(&journal.packed);
    buffer_reserve(&journal.packed, all);
    at = mempcpy(journal.packed.data, &k, sizeof k);
    for (int i = 0; i < TEXTS; i++)
        if (texts[i] != NULL)
            at = mempcpy(at, texts[i], length[i]);
    book_add(&journal.book[kind], journal.packed.data, all);
    journal.added[kind]++;
}

/* Points into the book. False: it is broken. */
static bool find_parts(const char *data, size_t length, struct entry *e, struct process_exit *exit)
{
    const char *end = data + length, *texts[TEXTS] = { 0 };
    struct kept k = { 0 };

    if (length < sizeof k.size)
        return false;
    memcpy(&k.size, data, sizeof k.size);
    if (k.size > length)
        return false;
    memcpy(&k, data, k.size < sizeof k ? k.size : sizeof k);
    data += k.size;
    for (int i = 0; i < TEXTS; i++) {
        if (!(k.texts & 1 << i))
            continue;
        texts[i] = data;
        data = memchr(data, '\0', (size_t)(end - data));
        if (data == NULL)
            return false;
        data++;
    }
    *exit = (struct process_exit){ .code = k.code, .signal = k.signal, .at = k.ended };
    snprintf(exit->reason, sizeof exit->reason, "%s", texts[REASON] != NULL ? texts[REASON] : "");
    *e = (struct entry){ .at = k.at,
                         .level = k.level,
                         .event = texts[EVENT],
                         .state = texts[STATE],
                         .exit = texts[REASON] != NULL ? exit : NULL,
                         .text = texts[TEXT],
                         .process = texts[PROCESS],
                         .program = texts[PROGRAM] };
    return true;
}

/* Whoever asked for the last entries. */
struct tail {
    enum journal_kind kind;
    size_t kept, count, seen;
    bool json;
    const char *separator;
    struct buffer *out;
};

static void count_kept(const char *data, size_t length, void *arg)
{
    (void)data;
    (void)length;
    ++*(size_t *)arg;
}

static void add_to_tail(const char *data, size_t length, void *arg)
{
    struct tail *t = arg;
    struct process_exit exit;
    struct entry e;

    if (t->seen++ + t->count < t->kept || !find_parts(data, length, &e, &exit))
        return;
    if ((t->kind == JOURNAL_LOG ? e.text : e.event) == NULL)
        return;
    print(t->kind, &e, t->json, t->out);
    buffer_add_text(t->out, t->separator);
}

void journal_tail(enum journal_kind kind, size_t count, bool json, const char *separator, struct buffer *out)
{
    struct tail t = { .kind = kind, .count = count, .json = json, .separator = separator, .out = out };

    book_each(&journal.book[kind], count_kept, &t.kept);
    book_each(&journal.book[kind], add_to_tail, &t);
}

size_t journal_count_new(enum journal_kind kind)
{
    return journal.added[kind];
}

/* ---- whoever listens --------------------------------------------------------------------------- */

static void forget_listeners(void)
{
    struct journal_listener *l, *next;

    for (l = LIST_FIRST(&journal.listeners); l != NULL; l = next) {
        next = LIST_NEXT(l, link);
        if (l->fn == NULL) {
            LIST_REMOVE(l, link);
            free(l);
        }
    }
}

static void tell(enum journal_kind kind, const struct entry *e)
{
    struct buffer out = { 0 };
    struct journal_listener *l;

    if (LIST_EMPTY(&journal.listeners) || journal.telling)
        return;
    journal.telling = true;
    LIST_FOREACH(l, &journal.listeners, link)
    {
        if (l->fn == NULL || l->kind != kind)
            continue;
        buffer_clear(&out);
        print(kind, e, l->json, &out);
        l->fn(out.data, out.length, l->arg);
    }
    journal.telling = false;
    forget_listeners();
    buffer_free(&out);
}

/* Of a text, what the journal keeps. */
static void copy_text(char out[LINE_MOST + 1], const char *text, size_t length)
{
    if (length > LINE_MOST)
        length = LINE_MOST;
    memcpy(out, text, length);
    out[length] = '\0';
}

static void on_log_line(int level, const char *line, size_t length, void *arg)
{
    char text[LINE_MOST + 1];
    const struct entry entry = { .at = clock_wall(), .level = level, .text = text };

    (void)arg;
    copy_text(text, line, length);
    keep(JOURNAL_LOG, &entry);
    tell(JOURNAL_LOG, &entry);
}

/* Events of the supervisor itself may say much: a reload lists every program. */
static void on_event(const struct event *event, void *arg)
{
    char text[LINE_MOST + 1];
    const struct entry entry = { .at = event->at,
                                 .event = event_name(event->kind),
                                 .state = event->process != NULL ? process_state_name(event->state) : NULL,
                                 .exit = event->exit,
                                 .text = event->text != NULL ? text : NULL,
                                 .process = event->process != NULL ? process_name(event->process) : NULL,
                                 .program = event->program != NULL ? event->program->name : NULL };

    (void)arg;
    if (event->kind == EVENT_HEALTH && event->ok)
        return; /* a thousand of these would leave no room for news */
    if (event->text != NULL)
        copy_text(text, event->text, strlen(event->text));
    keep(JOURNAL_EVENTS, &entry);
    tell(JOURNAL_EVENTS, &entry);
}

void journal_open(struct bus *bus)
{
    journal.bus = bus_listen(bus, on_event, NULL);
    log_listen(on_log_line, NULL);
}

void journal_close(void)
{
    log_listen(NULL, NULL);
    bus_unlisten(&journal.bus);
    for (int kind = 0; kind < KINDS; kind++)
        book_free(&journal.book[kind]);
    buffer_free(&journal.packed);
}

void journal_keep(struct snapshot *snapshot)
{
    for (int kind = 0; kind < KINDS; kind++)
        book_keep(&journal.book[kind], snapshot);
}

void journal_resume(const struct former *former)
{
    for (int kind = 0; kind < KINDS; kind++)
        book_resume(&journal.book[kind], former);
}

struct journal_listener *journal_listen(enum journal_kind kind, bool json, journal_fn *fn, void *arg)
{
    struct journal_listener *l = xcalloc(1, sizeof *l);

    l->kind = kind;
    l->json = json;
    l->fn = fn;
    l->arg = arg;
    LIST_INSERT_HEAD(&journal.listeners, l, link);
    return l;
}

void journal_unlisten(struct journal_listener **l)
{
    if (*l == NULL)
        return;
    (*l)->fn = NULL;
    *l = NULL;
    if (!journal.telling)
        forget_listeners();
}
