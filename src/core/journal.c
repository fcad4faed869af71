/* Entries are kept as they came and written out when somebody asks: most are never asked for. */
#include "core/journal.h"

#include "base/json.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "command_private.h"
#include "core/line_format.h"
#include "os/clock.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

enum { KEPT = 512, LINE_MOST = 1024, KINDS = 2 };

struct entry {
    msec at;
    int level;       /* of a log line */
    int kind, state; /* of an event */
    char *text;      /* the log line, or what an event says; may be NULL */
    char *process;   /* of an event; may be NULL, as the next two */
    char *program;
    struct process_exit *exit;
};

/* The last KEPT entries: entry number n lies at n % KEPT. */
struct book {
    struct entry *entry; /* NULL: nothing yet */
    size_t written;
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
    struct listener *bus;
    LIST_HEAD(, journal_listener) listeners;
    bool telling;
} journal;

/* ---- writing out ------------------------------------------------------------------------------- */

static void print_log_line(const struct entry *e, struct buffer *out)
{
    struct line_stamp stamp;

    line_stamp_set(&stamp, e->at);
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

/* Events of the supervisor itself may have several lines of text: the first will do. */
static void print_event_line(const struct entry *e, struct buffer *out)
{
    struct line_stamp stamp;
    const char *who = e->process != NULL ? e->process : e->program != NULL ? e->program : "reeve";

    line_stamp_set(&stamp, e->at);
    buffer_addf(out, "%s %s %s", stamp.text, who, event_name((enum event_kind)e->kind));
    if (e->kind == EVENT_STATE)
        buffer_addf(out, " %s", process_state_name((enum process_state)e->state));
    if (e->exit != NULL)
        buffer_addf(out, ": %s", e->exit->reason);
    else if (e->text != NULL && *e->text != '\0')
        buffer_addf(out, ": %.*s", (int)strcspn(e->text, "\n"), e->text);
    buffer_add_char(out, '\n');
}

static void print_event_json(const struct entry *e, struct buffer *out)
{
    json_open_object(out);
    json_key(out, "event");
    json_text(out, event_name((enum event_kind)e->kind));
    json_key(out, "process");
    json_text(out, e->process);
    json_key(out, "program");
    json_text(out, e->program);
    json_key(out, "state");
    json_text(out, e->process != NULL ? process_state_name((enum process_state)e->state) : NULL);
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

static void entry_clear(struct entry *e)
{
    free(e->text);
    free(e->process);
    free(e->program);
    free(e->exit);
    *e = (struct entry){ 0 };
}

static struct entry *next_entry(struct book *book)
{
    struct entry *e;

    if (book->entry == NULL)
        book->entry = xcalloc(KEPT, sizeof *book->entry);
    e = &book->entry[book->written++ % KEPT];
    entry_clear(e);
    return e;
}

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

static void on_log_line(int level, const char *line, size_t length, void *arg)
{
    struct entry *e = next_entry(&journal.book[JOURNAL_LOG]);

    (void)arg;
    e->at = clock_wall();
    e->level = level;
    e->text = xstrndup(line, length < LINE_MOST ? length : LINE_MOST);
    tell(JOURNAL_LOG, e);
}

static void on_event(const struct event *event, void *arg)
{
    struct entry *e;

    (void)arg;
    if (event->kind == EVENT_HEALTH && event->ok)
        return; /* a thousand of these would leave no room for news */
    e = next_entry(&journal.book[JOURNAL_EVENTS]);
    e->at = event->at;
    e->kind = (int)event->kind;
    e->state = event->state;
    e->text = xstrdup(event->text);
    e->process = event->process != NULL ? xstrdup(process_name(event->process)) : NULL;
    e->program = event->program != NULL ? xstrdup(event->program->name) : NULL;
    if (event->exit != NULL) {
        e->exit = xmalloc(sizeof *e->exit);
        *e->exit = *event->exit;
    }
    tell(JOURNAL_EVENTS, e);
}

void journal_open(struct bus *bus)
{
    journal.bus = bus_listen(bus, on_event, NULL);
    log_listen(on_log_line, NULL);
}

static void book_free(struct book *book)
{
    for (size_t i = 0; book->entry != NULL && i < KEPT; i++)
        entry_clear(&book->entry[i]);
    free(book->entry);
    *book = (struct book){ 0 };
}

void journal_close(void)
{
    log_listen(NULL, NULL);
    bus_unlisten(&journal.bus);
    book_free(&journal.book[JOURNAL_LOG]);
    book_free(&journal.book[JOURNAL_EVENTS]);
}

void journal_tail(enum journal_kind kind, size_t count, bool json, const char *separator, struct buffer *out)
{
    const struct book *book = &journal.book[kind];
    size_t kept = book->written < KEPT ? book->written : KEPT;

    if (count > kept)
        count = kept;
    for (size_t i = book->written - count; i < book->written; i++) {
        print(kind, &book->entry[i % KEPT], json, out);
        buffer_add_text(out, separator);
    }
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
