/* tasks: the hooks and tasks that run; and what `status` says of them. */
#include "base/duration.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/xalloc.h"
#include "command_private.h"
#include "os/clock.h"

#include <stdlib.h>
#include <string.h>

enum { LISTED_MOST = 1000 }; /* by `status`, which is asked for often */

static void each_task(const struct supervisor *s, task_info_fn *fn, void *arg)
{
    const struct supervisor_upward *up = supervisor_upward(s);

    if (up->each_task != NULL)
        up->each_task(up->arg, fn, arg);
}

static void add_whereabouts(struct buffer *b, const struct task_info *info)
{
    if (info->line == 0) {
        buffer_add_text(b, "has not begun");
        return;
    }
    buffer_addf(b, "%s for ", info->runs ? "runs" : "waits");
    duration_format(b, clock_now() - info->since);
    buffer_addf(b, " at %s:%d", info->file, info->line);
}

static void say_task(const struct task_info *info, struct reply *r)
{
    struct buffer where = { 0 };

    add_whereabouts(&where, info);
    reply_line(r, "%s: %s", info->name, where.data);
    buffer_free(&where);
}

static void print_task(const struct task_info *info, const struct supervisor *s, struct buffer *b)
{
    const struct process *p = info->process != 0 ? supervisor_process(s, info->process) : NULL;

    json_open_object(b);
    json_key(b, "task");
    json_text(b, info->name);
    json_key(b, "process");
    json_text(b, p != NULL ? process_name(p) : NULL);
    json_key(b, "waits");
    json_bool(b, !info->runs);
    json_key(b, "since");
    json_double(b, (double)(clock_now() - info->since) / 1000);
    json_key(b, "file");
    json_text(b, info->line > 0 ? info->file : NULL);
    json_key(b, "line");
    json_int(b, info->line);
    json_close_object(b);
}

/* ---- the verb ---------------------------------------------------------------------------------- */

struct telling {
    const struct supervisor *supervisor;
    struct reply *reply;
};

static void tell(const struct task_info *info, void *arg)
{
    const struct telling *t = arg;

    if (t->reply->wants_data)
        print_task(info, t->supervisor, &t->reply->data);
    else
        say_task(info, t->reply);
}

void command_tasks(const struct request *q, struct reply *r)
{
    struct telling telling = { q->supervisor, r };

    json_open_array(&r->data);
    each_task(q->supervisor, tell, &telling);
    json_close_array(&r->data);
    reply_end(r);
}

/* ---- for status -------------------------------------------------------------------------------- */

/* A process that something runs for: the eldest of that, and how many others there are. */
struct task_note {
    UT_hash_handle hh;
    unsigned process;
    size_t others;
    bool asked_for;
    char *name;
    struct buffer where;
};

static struct task_note *find_note(const struct task_view *v, unsigned process)
{
    struct task_note *note = NULL;

    if (v->notes != NULL)
        HASH_FIND(hh, v->notes, &process, sizeof process, note);
    return note;
}

static void take_note(const struct task_info *info, void *arg)
{
    struct task_view *v = arg;
    struct task_note *note = find_note(v, info->process);

    v->count++;
    if (info->process == 0)
        return;
    if (note != NULL) {
        note->others++;
        return;
    }
    note = xcalloc(1, sizeof *note);
    note->process = info->process;
    note->name = xstrdup(info->name);
    add_whereabouts(&note->where, info);
    HASH_ADD(hh, v->notes, process, sizeof note->process, note);
}

void task_view_open(struct task_view *v, const struct request *q, const struct targets *t)
{
    *v = (struct task_view){ .supervisor = q->supervisor, .all = q->arg_count == 0 };
    each_task(q->supervisor, take_note, v);
    for (size_t i = 0; i < t->count && v->notes != NULL; i++) {
        struct task_note *note = find_note(v, process_id(t->process[i]));

        if (note != NULL)
            note->asked_for = true;
    }
}

/* "hook on_exit of web" is "hook on_exit" where web is spoken of. */
static int length_without(const char *name, const char *process)
{
    size_t length = strlen(name), tail = strlen(process);

    if (length > tail + 4 && strcmp(name + length - tail, process) == 0 &&
        strncmp(name + length - tail - 4, " of ", 4) == 0)
        length -= tail + 4;
    return (int)length;
}

void task_view_describe(const struct task_view *v, const struct process *p, struct buffer *out)
{
    const struct task_note *note = find_note(v, process_id(p));

    if (note == NULL)
        return;
    buffer_addf(out, "%s%.*s %s", out->length > 0 ? ", " : "", length_without(note->name, process_name(p)), note->name,
                note->where.data);
    if (note->others > 0)
        buffer_addf(out, ", %zu more", note->others);
}

struct listing {
    const struct task_view *view;
    struct reply *reply;
    size_t count;
};

static void list(const struct task_info *info, void *arg)
{
    struct listing *l = arg;
    const struct task_note *note = find_note(l->view, info->process);

    if ((!l->view->all && (note == NULL || !note->asked_for)) || l->count++ >= LISTED_MOST)
        return;
    tell(info, &(struct telling){ l->view->supervisor, l->reply });
}

void task_view_list(const struct task_view *v, struct reply *r)
{
    struct listing listing = { .view = v, .reply = r };

    each_task(v->supervisor, list, &listing);
}

void task_view_close(struct task_view *v)
{
    struct task_note *note, *next;

    HASH_ITER(hh, v->notes, note, next)
    {
        HASH_DEL(v->notes, note);
        free(note->name);
        buffer_free(&note->where);
        free(note);
    }
}
