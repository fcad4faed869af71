#include "base/xalloc.h"
#include "script/build.h"
#include "script/evaluate.h"
#include "script/script.h"

#include <unistd.h>

enum { CEILING_SMALLEST = 1024 * 1024 };

static size_t count_of(const struct problems *p)
{
    return p->count + p->untold;
}

static void release_script(void *script)
{
    script_free(script);
}

/* Nobody can call anything of it, so it need not stay. */
static bool has_functions(const struct script *s)
{
    return s->function_count > 0 || s->subscription_count > 0 || s->task_count > 0 || s->pulse_count > 0;
}

/* The plan owns the generation. What the file itself needs counts as used, and leaves at least something to hooks. */
static void hand_over(struct script *s, struct plan *plan)
{
    size_t ceiling = (size_t)plan->settings.hook_memory;

    loading_end(s);
    if (!has_functions(s)) {
        script_free(s);
        plan_compact(plan);
        xtrim();
        return;
    }
    script_shrink(s);
    plan_compact(plan);
    xtrim();
    s->hook_time = plan->settings.hook_time;
    s->ceiling = ceiling > s->used + CEILING_SMALLEST ? ceiling : s->used + CEILING_SMALLEST;
    plan->script = s;
    plan->free_script = release_script;
}

static struct plan *refuse(struct script *s)
{
    problems_sort(s->loading->problems);
    loading_end(s);
    script_free(s);
    return NULL;
}

static struct plan *finish(struct script *s, size_t problems_before)
{
    struct problems *problems = s->loading->problems;
    struct plan *plan = build_plan(s->loading);

    if (count_of(problems) == problems_before) {
        hand_over(s, plan);
        return plan;
    }
    plan_release(plan);
    return refuse(s);
}

struct plan *script_load(const char *path, struct problems *problems)
{
    size_t before = count_of(problems);
    struct script *s = script_new(path);
    struct loading *l = loading_begin(s, problems);
    struct source *source;
    struct error e;

    source = evaluate_read(l, path, &e);
    if (source == NULL) {
        bool missing = access(path, F_OK) != 0;

        if (e.text[0] != '\0')
            problems_add(problems, path, 0, "%s%s", e.text, missing ? " (`reeve init` writes one to begin with)" : "");
        return refuse(s);
    }
    evaluate(s, source);
    return finish(s, before);
}

struct plan *script_load_text(const char *path, const char *text, size_t length, struct problems *problems)
{
    size_t before = count_of(problems);
    struct script *s = script_new(path);
    struct loading *l = loading_begin(s, problems);

    evaluate(s, loading_add_source(l, path, xstrndup(text, length), length, NULL));
    return finish(s, before);
}
