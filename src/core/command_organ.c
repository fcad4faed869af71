/* Lines of `status` that are no processes: what works beside the programs. */
#include "base/json.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "command_private.h"

#include <stdlib.h>
#include <string.h>

/* "gearman:resize", "gearman:*", or the organ's name for all of its lines. */
static bool means(const char *target, const char *name)
{
    size_t length = strlen(target);

    return strcmp(target, name) == 0 || strcmp(target, "all") == 0 || text_matches(target, name) ||
           (strncmp(target, name, length) == 0 && name[length] == ':');
}

static bool is_wanted(const char *name, void *arg)
{
    const struct request *q = arg;

    for (size_t i = 0; i < q->arg_count; i++)
        if (means(q->args[i], name))
            return true;
    return q->arg_count == 0;
}

struct search {
    const char *target;
    bool found;
};

static void look(const struct organ_line *line, void *arg)
{
    struct search *search = arg;

    search->found = search->found || means(search->target, line->name);
}

static bool is_an_organs(const char *target)
{
    struct search search = { .target = target };
    const struct organ *o;

    for (size_t i = 0; (o = organ_at(i)) != NULL; i++)
        o->each_line(look, &search);
    return search.found;
}

static void ignore(struct process *p, void *arg)
{
    (void)p;
    (void)arg;
}

void organ_view_open(struct organ_view *v, const struct request *q, struct request *rest)
{
    bool known;

    *v = (struct organ_view){ .asked = q, .args = xcalloc(q->arg_count + 1, sizeof *v->args) };
    *rest = *q;
    rest->args = v->args;
    rest->arg_count = 0;
    for (size_t i = 0; i < q->arg_count; i++) {
        supervisor_each(q->supervisor, q->args[i], ignore, NULL, &known);
        if (known || !is_an_organs(q->args[i]))
            v->args[rest->arg_count++] = q->args[i];
    }
}

struct sieve {
    const struct request *asked;
    organ_line_fn *fn;
    void *arg;
};

static void pass(const struct organ_line *line, void *arg)
{
    struct sieve *sieve = arg;

    if (is_wanted(line->name, (void *)sieve->asked))
        sieve->fn(line, sieve->arg);
}

void organ_view_each(const struct organ_view *v, organ_line_fn *fn, void *arg)
{
    struct sieve sieve = { v->asked, fn, arg };
    const struct organ *o;

    for (size_t i = 0; (o = organ_at(i)) != NULL; i++)
        o->each_line(pass, &sieve);
}

void organ_view_print(const struct organ_view *v, struct buffer *json)
{
    const struct organ *o;

    for (size_t i = 0; (o = organ_at(i)) != NULL; i++) {
        json_key(json, o->key);
        o->print(is_wanted, (void *)v->asked, json);
    }
}

void organ_view_close(struct organ_view *v)
{
    free(v->args);
}
