/* Asks the function of a crew for its list of functions. */
#include "gearman_private.h"

#include "base/log.h"
#include "base/xalloc.h"
#include "core/value.h"
#include "script/reader.h"
#include "script/task.h"

#include <stdio.h>
#include <stdlib.h>

struct question {
    struct task *task;   /* NULL: it could not be asked */
    struct timer *timer; /* its time, or of one that could not be asked the answer */
    provider_fn *fn;
    void *arg;
};

/* The question is spent. */
static void answer(struct question *q, const struct value *list, const char *why)
{
    provider_fn *fn = q->fn;
    void *arg = q->arg;

    timer_stop(&q->timer);
    free(q);
    fn(list, why, arg);
}

/* What was read of a list, and what could not be. A number that is no element's belongs to the name of a field. */
struct reading {
    struct value list;
    size_t *bad; /* owned: numbers of its elements, from 1 */
    size_t bad_count;
    struct error whole;
};

/* One row of a table that somebody edits must not take the others with it. */
static void on_bad_value(const char *path, const char *text, void *arg)
{
    struct reading *r = arg;
    size_t number;
    int used = 0;

    if (sscanf(path, "[%zu]%n", &number, &used) != 1 || used == 0) {
        failure(&r->whole, "in the list, '%s': %s", path, text);
        return;
    }
    path += used + (path[used] == '.');
    log_error("gearman: function %zu: %s%s%s%s", number, *path != '\0' ? "'" : "", path, *path != '\0' ? "': " : "",
              text);
    r->bad = xrealloc(r->bad, (r->bad_count + 1) * sizeof *r->bad);
    r->bad[r->bad_count++] = number;
}

static void drop_bad_elements(struct reading *r)
{
    for (size_t i = 0; i < r->bad_count; i++)
        if (r->bad[i] >= 1 && r->bad[i] <= r->list.table->elements)
            value_clear(&r->list.table->field[r->bad[i] - 1].value);
    free(r->bad);
}

/* A list, or nil and a message. */
static void answer_with_result(struct question *q, const struct call *c)
{
    lua_State *L = c->L;
    struct reading reading = { .whole = { "" } };
    struct reader r = { .script = c->script, .L = L, .on_problem = on_bad_value, .arg = &reading };
    size_t count;

    if (lua_type(L, 1) != LUA_TTABLE) {
        if (lua_isnoneornil(L, 1) && lua_isstring(L, 2))
            answer(q, NULL, lua_tostring(L, 2));
        else
            answer(q, NULL, "its function returned no list");
        return;
    }
    reader_read(&r, 1, &reading.list);
    drop_bad_elements(&reading);
    if (reading.whole.text[0] != '\0')
        answer(q, NULL, reading.whole.text);
    else if (!value_is_list(&reading.list, &count))
        answer(q, NULL, "its function returned no list: its table has names");
    else
        answer(q, &reading.list, NULL);
    value_clear(&reading.list);
}

static void answer_with_error(struct question *q, const struct call *c)
{
    struct buffer text = { 0 };

    call_explain(c, &text);
    answer(q, NULL, text.data);
    buffer_free(&text);
}

static void on_end(const struct call *c, void *arg)
{
    struct question *q = arg;

    q->task = NULL;
    if (c == NULL)
        answer(q, NULL, "its function was ended");
    else if (c->failed)
        answer_with_error(q, c);
    else
        answer_with_result(q, c);
}

static void on_late(void *arg)
{
    struct question *q = arg;
    struct task *t = q->task;

    q->timer = NULL;
    q->task = NULL;
    if (t != NULL) {
        task_on_end(t, NULL, NULL);
        task_cancel(t);
    }
    answer(q, NULL, t != NULL ? "its function takes too long" : "its function is gone");
}

void *provider_ask(struct loop *loop, const struct function *f, msec limit, provider_fn *fn, void *arg)
{
    struct script *s = script_owner(f->reference);
    struct question *q = xcalloc(1, sizeof *q);

    *q = (struct question){ .fn = fn, .arg = arg };
    q->timer = timer_start(loop, s != NULL ? limit : 0, on_late, q);
    if (s == NULL)
        return q;
    q->task = task_new(s, NULL, "gearman: list of functions of %.70s", f->where);
    script_push_function(s, task_stack(q->task), f->reference);
    task_on_end(q->task, on_end, q);
    task_start(q->task);
    return q;
}

void provider_cancel(void *question)
{
    struct question *q = question;

    if (q == NULL)
        return;
    timer_stop(&q->timer);
    if (q->task != NULL) {
        task_on_end(q->task, NULL, NULL);
        task_cancel(q->task);
    }
    free(q);
}
