/* EXECUTOR --caps writes {"caps":["single"]} if it does single jobs. One that is not there, or does not answer so, is
 * meant to be none of this host's: nobody is alarmed. */
#include "gearman_private.h"

#include "base/log.h"
#include "base/units.h"
#include "base/xalloc.h"
#include "core/tool.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATIENCE = 10 * 1000, ANSWER_MOST = 1024 * 1024, AT_ONCE = 64 };

struct question {
    struct caps *caps;
    struct definition *definition;
    struct tool *tool; /* NULL: not yet, or it has answered */
    bool can;
};

struct caps {
    struct crew *crew;
    struct definitions definitions;
    struct question *questions; /* one for each definition */
    size_t next, open;
    struct timer *end;
    caps_fn *fn;
    void *arg;
};

static void destroy(struct caps *c)
{
    for (size_t i = 0; i < c->next; i++)
        tool_cancel(c->questions[i].tool);
    timer_stop(&c->end);
    definitions_free(&c->definitions);
    free(c->questions);
    free(c);
}

/* Those who can, in their order. */
static void sift(struct caps *c)
{
    struct definitions *d = &c->definitions;
    size_t kept = 0;

    for (size_t i = 0; i < d->count; i++) {
        if (c->questions[i].can)
            d->item[kept++] = d->item[i];
        else
            record_clear(&d->item[i]);
    }
    d->count = kept;
}

static void on_all(void *arg)
{
    struct caps *c = arg;
    caps_fn *fn = c->fn;
    void *fn_arg = c->arg;
    struct definitions d;

    c->end = NULL;
    sift(c);
    d = c->definitions;
    c->definitions = (struct definitions){ 0 };
    destroy(c);
    fn(&d, fn_arg);
}

/* ---- answers --------------------------------------------------------------------------------------- */

static bool has_single(const json_t *answer)
{
    const json_t *caps = json_object_get(answer, "caps");

    for (size_t i = 0; i < json_array_size(caps); i++) {
        const char *word = json_string_value(json_array_get(caps, i));

        if (word != NULL && strcmp(word, "single") == 0)
            return true;
    }
    return false;
}

static bool judge(const struct tool_result *r, struct error *e)
{
    json_t *answer;
    bool can;

    if (r->code < 0)
        return failure(e, "it was killed by SIG%s", signal_name(r->signal));
    if (r->code > 0)
        return failure(e, "it exited with status %d", r->code);
    answer = json_loadb(r->out->data, r->out->length, 0, NULL);
    can = has_single(answer);
    json_decref(answer);
    return can || failure(e, "its answer is not {\"caps\":[\"single\"]}");
}

static void ask_more(struct caps *c);

/* It does jobs already, with this executor, which is still there. */
static bool is_at_work(const struct question *q)
{
    const struct ability *a = crew_find(q->caps->crew, q->definition->name);

    return a != NULL && strcmp(a->definition.executor, q->definition->executor) == 0 &&
           access(q->definition->executor, X_OK) == 0;
}

static void answered(struct question *q, bool can, const char *why)
{
    q->can = can;
    if (!can)
        log_info("gearman: '%s' is not done here: %s --caps: %s", q->definition->name, q->definition->executor, why);
}

/* On a machine that is too busy to ask or to answer, what works should not be taken away as well. */
static void not_answered(struct question *q, const char *why)
{
    if (!is_at_work(q)) {
        answered(q, false, why);
        return;
    }
    q->can = true;
    log_warning("gearman:%s: %s --caps: %s; it did jobs before, and is kept", q->definition->name,
                q->definition->executor, why);
}

static void on_answer(const struct tool_result *r, void *arg)
{
    struct question *q = arg;
    struct error e = { "" };

    q->tool = NULL;
    q->caps->open--;
    if (r->error == NULL)
        answered(q, judge(r, &e), e.text);
    else
        not_answered(q, r->error);
    ask_more(q->caps);
}

/* ---- questions ------------------------------------------------------------------------------------- */

static bool ask(struct question *q)
{
    struct crew *crew = q->caps->crew;
    struct words cmd = { 0 };
    struct tool_request request = { .cmd = &cmd,
                                    .env = &crew->settings.env,
                                    .clear_env = true,
                                    .workingdir = "/",
                                    .identity = crew->has_identity ? &crew->identity : NULL,
                                    .timeout = PATIENCE,
                                    .max_output = ANSWER_MOST };
    struct error e;

    words_add(&cmd, q->definition->executor);
    words_add(&cmd, "--caps");
    q->tool = tool_start(supervisor_children(crew->supervisor), crew_loop(crew), &request, on_answer, q, &e);
    words_free(&cmd);
    if (q->tool == NULL)
        not_answered(q, e.text);
    return q->tool != NULL;
}

static void ask_more(struct caps *c)
{
    while (c->open < AT_ONCE && c->next < c->definitions.count) {
        struct question *q = &c->questions[c->next];

        *q = (struct question){ .caps = c, .definition = &c->definitions.item[c->next] };
        c->next++;
        if (ask(q))
            c->open++;
    }
    if (c->open == 0 && c->end == NULL)
        c->end = timer_start(crew_loop(c->crew), 0, on_all, c);
}

struct caps *caps_ask(struct crew *crew, const struct definitions *d, caps_fn *fn, void *arg)
{
    struct caps *c = xcalloc(1, sizeof *c);

    c->crew = crew;
    c->fn = fn;
    c->arg = arg;
    definitions_copy(&c->definitions, d);
    c->questions = xcalloc(d->count + 1, sizeof *c->questions);
    ask_more(c);
    return c;
}

void caps_cancel(struct caps *c)
{
    if (c != NULL)
        destroy(c);
}
