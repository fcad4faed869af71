/* Entries are kept as they came and written out when somebody asks: most are never asked for. They lie one behind the
 * other in one block: each on its own, a thousand of them would pin a thousand pages of the heap. */
#include "core/journal.h"

#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "command_private.h"
#include "core/line_format.h"
#include "os/clock.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

enum { BOOK_SIZE = 64 * 1024, LINE_MOST = 1024, KINDS = 2 };

/* What stands in a book, behind it the exit if there is one, and the texts that are there, each with its zero. */
struct entry {
    unsigned size;   /* with all that follows; a multiple of 8 */
    int level;       /* of a log line */
    int kind, state; /* of an event */
    msec at;
    bool has_exit, has_text, has_process, has_program;
};

/* An entry with its parts found: they point into the book. */
struct found {
    const struct entry *entry;
    const struct process_exit *exit;
    const char *text;    /* the log line, or what an event says; may be NULL */
    const char *process; /* of an event; may be NULL, as program */
    const char *program;
};

struct book {
    char *bytes; /* of BOOK_SIZE, owned; NULL: nothing yet */
    size_t used;
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

static void print_log_line(const struct found *f, struct buffer *out)
{
    struct line_stamp stamp;

    line_stamp_set(&stamp, f->entry->at);
    buffer_addf(out, "%s %s %s\n", stamp.text, log_level_name(f->entry->level), f->text);
}

static void print_log_json(const struct found *f, struct buffer *out)
{
    json_open_object(out);
    json_key(out, "at");
    json_double(out, (double)f->entry->at / 1000);
    json_key(out, "level");
    json_text(out, log_level_name(f->entry->level));
    json_key(out, "message");
    json_text(out, f->text);
    json_close_object(out);
}

/* Events of the supervisor itself may have several lines of text: the first will do. */
static void print_event_line(const struct found *f, struct buffer *out)
{
    struct line_stamp stamp;
    const char *who = f->process != NULL ? f->process : f->program != NULL ? f->program : "reeve";
    size_t begin = out->length;

    line_stamp_set(&stamp, f->entry->at);
    buffer_addf(out, "%s %s %s", stamp.text, who, event_name((enum event_kind)f->entry->kind));
    if (f->entry->kind == EVENT_STATE)
        buffer_addf(out, " %s", process_state_name((enum process_state)f->entry->state));
    if (f->exit != NULL)
        buffer_addf(out, ": %s", f->exit->reason);
    else if (f->text != NULL && *f->text != '\0')
        buffer_addf(out, ": %.*s", (int)strcspn(f->text, "\n"), f->text);
    text_flatten(out->data + begin); /* what a check of a user's says goes to terminals */
    buffer_add_char(out, '\n');
}

static void print_event_json(const struct found *f, struct buffer *out)
{
    json_open_object(out);
    json_key(out, "event");
    json_text(out, event_name((enum event_kind)f->entry->kind));
    json_key(out, "process");
    json_text(out, f->process);
    json_key(out, "program");
    json_text(out, f->program);
    json_key(out, "state");
    json_text(out, f->process != NULL ? process_state_name((enum process_state)f->entry->state) : NULL);
    json_key(out, "exit");
    command_print_exit(f->exit, out);
    json_key(out, "text");
    json_text(out, f->text);
    json_key(out, "at");
    json_double(out, (double)f->entry->at / 1000);
    json_close_object(out);
}

static void print(enum journal_kind kind, const struct found *f, bool json, struct buffer *out)
{
    if (kind == JOURNAL_LOG)
        (json ? print_log_json : print_log_line)(f, out);
    else
        (json ? print_event_json : print_event_line)(f, out);
}

/* ---- keeping ----------------------------------------------------------------------------------- */

static size_t size_of_text(const char *text)
{
    return text != NULL ? strlen(text) + 1 : 0;
}

static const struct entry *entry_at(const struct book *book, size_t offset)
{
    return (const struct entry *)(const void *)(book->bytes + offset);
}

/* Forget the oldest entries until there is room for `size` more. */
static void make_room(struct book *book, size_t size)
{
    size_t gone = 0;

    if (book->bytes == NULL)
        book->bytes = xmalloc(BOOK_SIZE);
    if (book->used + size <= BOOK_SIZE)
        return;
    /* A good deal at once, or each entry would move all the others. */
    while (book->used - gone + size > BOOK_SIZE - BOOK_SIZE / 4 && gone < book->used)
        gone += entry_at(book, gone)->size;
    book->used -= gone;
    memmove(book->bytes, book->bytes + gone, book->used);
}

static char *put(char *at, const void *data, size_t size)
{
    return size > 0 ? (char *)memcpy(at, data, size) + size : at;
}

static struct found find_parts(const struct entry *e)
{
    struct found f = { .entry = e };
    const char *at = (const char *)(e + 1);

    if (e->has_exit) {
        f.exit = (const struct process_exit *)(const void *)at;
        at += sizeof *f.exit;
    }
    if (e->has_text) {
        f.text = at;
        at += size_of_text(f.text);
    }
    if (e->has_process) {
        f.process = at;
        at += size_of_text(f.process);
    }
    if (e->has_program)
        f.program = at;
    return f;
}

/* Write `f` down; the copy, which stays until more is written. */
static struct found keep(struct book *book, const struct found *f)
{
    struct entry e = *f->entry;
    size_t exit = f->exit != NULL ? sizeof *f->exit : 0;
    size_t size = sizeof e + exit + size_of_text(f->text) + size_of_text(f->process) + size_of_text(f->program);
    char *start, *at;

    e.size = (unsigned)(size + 7) & ~7u;
    e.has_exit = f->exit != NULL;
    e.has_text = f->text != NULL;
    e.has_process = f->process != NULL;
    e.has_program = f->program != NULL;
    make_room(book, e.size);
    start = book->bytes + book->used;
    at = put(start, &e, sizeof e);
    at = put(at, f->exit, exit);
    at = put(at, f->text, size_of_text(f->text));
    at = put(at, f->process, size_of_text(f->process));
    put(at, f->program, size_of_text(f->program));
    book->used += e.size;
    return find_parts((const struct entry *)(const void *)start);
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

static void tell(enum journal_kind kind, const struct found *f)
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
        print(kind, f, l->json, &out);
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
    struct found f;

    (void)arg;
    copy_text(text, line, length);
    f = keep(&journal.book[JOURNAL_LOG],
             &(struct found){ .entry = &(struct entry){ .at = clock_wall(), .level = level }, .text = text });
    tell(JOURNAL_LOG, &f);
}

/* Events of the supervisor itself may say much: a reload lists every program. */
static void on_event(const struct event *event, void *arg)
{
    struct entry entry = { .at = event->at, .kind = (int)event->kind, .state = event->state };
    char text[LINE_MOST + 1];
    struct found f = { .entry = &entry,
                       .exit = event->exit,
                       .text = event->text != NULL ? text : NULL,
                       .process = event->process != NULL ? process_name(event->process) : NULL,
                       .program = event->program != NULL ? event->program->name : NULL };

    (void)arg;
    if (event->kind == EVENT_HEALTH && event->ok)
        return; /* a thousand of these would leave no room for news */
    if (event->text != NULL)
        copy_text(text, event->text, strlen(event->text));
    f = keep(&journal.book[JOURNAL_EVENTS], &f);
    tell(JOURNAL_EVENTS, &f);
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
    for (int kind = 0; kind < KINDS; kind++) {
        free(journal.book[kind].bytes);
        journal.book[kind] = (struct book){ 0 };
    }
}

void journal_tail(enum journal_kind kind, size_t count, bool json, const char *separator, struct buffer *out)
{
    const struct book *book = &journal.book[kind];
    size_t kept = 0, i = 0;

    for (size_t at = 0; at < book->used; at += entry_at(book, at)->size)
        kept++;
    for (size_t at = 0; at < book->used; at += entry_at(book, at)->size, i++) {
        struct found f = find_parts(entry_at(book, at));

        if (i + count < kept)
            continue;
        print(kind, &f, json, out);
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
