/* What the targets of a request are, and which there could be. */
#include "base/json.h"
#include "base/xalloc.h"
#include "command_private.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static void add(struct process *p, void *arg)
{
    struct targets *t = arg;

    if (t->count == t->capacity) {
        t->capacity = t->capacity > 0 ? 2 * t->capacity : 8;
        t->process = xrealloc(t->process, t->capacity * sizeof *t->process);
    }
    t->process[t->count++] = p;
}

static void note_one(struct process *p, void *arg)
{
    (void)p;
    *(bool *)arg = true;
}

/* Whether `p` was not yet in the set, a hash table with room to spare; now it is. */
static bool put(struct process **set, size_t mask, struct process *p)
{
    size_t i = process_id(p) * 2654435761u & mask;

    while (set[i] != NULL && set[i] != p)
        i = (i + 1) & mask;
    if (set[i] == p)
        return false;
    set[i] = p;
    return true;
}

/* Two targets may mean the same process. */
static void keep_first_of_each(struct targets *t)
{
    size_t size = 16, kept = 0;
    struct process **set;

    while (size < 2 * t->count)
        size *= 2;
    set = xcalloc(size, sizeof(struct process *));
    for (size_t i = 0; i < t->count; i++)
        if (put(set, size - 1, t->process[i]))
            t->process[kept++] = t->process[i];
    t->count = kept;
    free(set);
}

/* Whoever comes from supervisord says "site:*" for a group, and "web:web_00" for a process. */
static void no_such_target(const struct request *q, const char *word, struct reply *r)
{
    const struct plan *plan = supervisor_plan(q->supervisor);
    size_t length = strcspn(word, ":");
    char *name = xstrndup(word, length), *text;

    if (plan_find_group(plan, name) != NULL)
        text = xasprintf("no such target; the group is @%s", name);
    else if (word[length] == ':' && !isdigit((unsigned char)word[length + 1]) && plan_find(plan, name) != NULL)
        text = xasprintf("no such target; a process of %s is named by its number", name);
    else
        text = xstrdup("no such target");
    reply_result(r, word, REPLY_NO_SUCH_TARGET, text);
    free(text);
    free(name);
}

void targets_find(const struct request *q, size_t first, bool or_all, struct reply *r, struct targets *out)
{
    bool known;

    *out = (struct targets){ 0 };
    if (q->arg_count <= first && or_all)
        supervisor_each(q->supervisor, "all", add, out, &known);
    for (size_t i = first; i < q->arg_count; i++) {
        supervisor_each(q->supervisor, q->args[i], add, out, &known);
        if (!known)
            no_such_target(q, q->args[i], r);
    }
    if (q->arg_count > first && out->count > 1)
        keep_first_of_each(out);
}

void targets_find_some(const struct request *q, size_t first, enum reply_code empty, struct reply *r,
                       struct targets *out)
{
    targets_find(q, first, false, r, out);
    for (size_t i = first; i < q->arg_count; i++) {
        bool known, some = false;

        supervisor_each(q->supervisor, q->args[i], note_one, &some, &known);
        if (known && !some)
            reply_result(r, q->args[i], empty, "has no processes");
    }
}

void targets_free(struct targets *t)
{
    free(t->process);
    *t = (struct targets){ 0 };
}

struct process *targets_one(const struct request *q, struct reply *r)
{
    struct targets found = { 0 };
    struct process *p = NULL;
    bool known;

    supervisor_each(q->supervisor, q->args[0], add, &found, &known);
    if (found.count == 1)
        p = found.process[0];
    else if (!known)
        reply_fail(r, REPLY_NO_SUCH_TARGET, "no such target: %s", q->args[0]);
    else if (found.count == 0)
        reply_fail(r, REPLY_FAILED, "%s has no processes", q->args[0]);
    else
        reply_fail(r, REPLY_USAGE, "%s is %zu processes: name one, such as %s", q->args[0], found.count,
                   process_name(found.process[0]));
    targets_free(&found);
    return p;
}

/* ---- all of them ------------------------------------------------------------------------------- */

static void add_name(struct process *p, void *arg)
{
    json_text(arg, process_name(p));
}

/* "web" is "web" for one process too. */
static void say_name(struct process *p, void *arg)
{
    if (strcmp(process_name(p), process_program(p)->name) != 0)
        reply_line(arg, "%s", process_name(p));
}

static void print_targets(const struct request *q, const struct plan *plan, struct buffer *json)
{
    bool known;

    json_open_object(json);
    json_key(json, "programs");
    json_open_array(json);
    for (size_t i = 0; i < plan->program_count; i++)
        json_text(json, plan->programs[i]->name);
    json_close_array(json);
    json_key(json, "groups");
    json_open_array(json);
    for (size_t i = 0; i < plan->group_count; i++)
        json_text(json, plan->groups[i].name);
    json_close_array(json);
    json_key(json, "processes");
    json_open_array(json);
    supervisor_each(q->supervisor, "all", add_name, json, &known);
    json_close_array(json);
    json_close_object(json);
}

void command_targets(const struct request *q, struct reply *r)
{
    const struct plan *plan = supervisor_plan(q->supervisor);
    bool known;

    if (r->wants_data)
        print_targets(q, plan, &r->data);
    reply_line(r, "all");
    for (size_t i = 0; i < plan->program_count; i++)
        reply_line(r, "%s", plan->programs[i]->name);
    for (size_t i = 0; i < plan->group_count; i++)
        reply_line(r, "@%s", plan->groups[i].name);
    supervisor_each(q->supervisor, "all", say_name, r, &known);
    reply_end(r);
}
