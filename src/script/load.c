#include "base/duration.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "core/lease.h"
#include "script/build.h"
#include "script/evaluate.h"
#include "script/kept.h"
#include "script/script.h"
#include "script/subscription.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CEILING_SMALLEST = 1024 * 1024 };

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

    kept_pack(s->loading, &plan->text);
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

/* Whether `pattern` means the program, or one of its processes such as "web:2". */
static bool means(const char *pattern, const struct program *program)
{
    size_t length = strlen(program->name);

    return pattern == NULL || text_matches(pattern, program->name) ||
           (strncmp(pattern, program->name, length) == 0 && pattern[length] == ':');
}

/* on("line") that would never be called is a mistake. */
static void check_listener(struct script *s, const struct subscription *to, const struct plan *plan)
{
    struct spot spot = { .line = to->line };
    const struct program *deaf = NULL;

    for (size_t i = 0; i < plan->program_count; i++) {
        if (!means(to->pattern, plan->programs[i]))
            continue;
        if (program_is_heard(plan->programs[i]))
            return;
        deaf = plan->programs[i];
    }
    snprintf(spot.file, sizeof spot.file, "%s", to->file);
    if (deaf != NULL)
        loading_problem_at(
            s->loading, &spot,
            "on(\"line\") hears nothing: reeve does not read the stdout of '%s'; write stdout = { path = "
            "… } or stdout = { to = \"inherit\" }",
            deaf->name);
}

static void check_listeners(struct script *s, const struct plan *plan)
{
    for (size_t i = 0; i < s->subscription_count; i++)
        if (strcmp(s->subscriptions[i].event, "line") == 0)
            check_listener(s, &s->subscriptions[i], plan);
}

/* It would never be started, or could not be stopped in time. */
static void check_scope(struct script *s, const struct program *program)
{
    struct problems *problems = s->loading->problems;
    struct buffer least = { 0 }, lease = { 0 };

    duration_format(&least, lease_least(program));
    duration_format(&lease, s->lease);
    if (s->lease == 0)
        problems_add(problems, program->file, program->line,
                     "program '%s': its scope is the cluster, and the file follows none: follow { etcd = \"…\" } does",
                     program->name);
    else if (s->lease < lease_least(program) + LEASE_MARGIN)
        problems_add(problems, program->file, program->line,
                     "program '%s': a lease of %s is too short: to stop it may take %s of that, its 'stoptime' and a "
                     "second, and a second has to be left",
                     program->name, lease.data, least.data);
    buffer_free(&least);
    buffer_free(&lease);
}

static void check_scopes(struct script *s, const struct plan *plan)
{
    for (size_t i = 0; i < plan->program_count; i++)
        if (plan->programs[i]->common->scope == SCOPE_CLUSTER)
            check_scope(s, plan->programs[i]);
}

static bool is_target(const struct plan *plan, const char *target)
{
    if (*target == '@')
        return plan_find_group(plan, target + 1) != NULL;
    for (size_t i = 0; i < plan->program_count; i++)
        if (means(target, plan->programs[i]))
            return true;
    return strcmp(target, "all") == 0;
}

static void check_expectations(struct script *s, const struct plan *plan)
{
    const struct expectation *e;

    STAILQ_FOREACH(e, &s->loading->expectations, link)
    {
        if (!is_target(plan, e->target))
            loading_problem_at(s->loading, &e->spot, "%s: there is no program or group '%s'", e->who, e->target);
    }
}

static struct plan *finish(struct script *s, size_t problems_before)
{
    struct problems *problems = s->loading->problems;
    struct plan *plan = build_plan(s->loading);

    loading_check_events(s->loading);
    if (plan != NULL) {
        check_listeners(s, plan);
        check_scopes(s, plan);
        check_expectations(s, plan);
    }
    if (problems_count(problems) == problems_before) {
        hand_over(s, plan);
        return plan;
    }
    plan_release(plan);
    return refuse(s);
}

static struct plan *load(struct script *s, const char *path, size_t before)
{
    struct loading *l = s->loading;
    struct source *source;
    struct error e;

    source = evaluate_read(l, path, &e);
    if (source == NULL) {
        bool missing = access(path, F_OK) != 0 && errno == ENOENT;

        if (e.text[0] != '\0')
            problems_add(l->problems, path, 0, "%s%s", e.text,
                         missing ? " (`reeve init` writes one to begin with)" : "");
        return refuse(s);
    }
    evaluate(s, source);
    return finish(s, before);
}

struct plan *script_load(const char *path, struct problems *problems)
{
    size_t before = problems_count(problems);
    struct script *s = script_new(path);

    loading_begin(s, problems);
    return load(s, path, before);
}

struct plan *script_load_kept(const char *text, size_t length, struct problems *problems)
{
    size_t before = problems_count(problems);
    char *path = kept_path(text, length);
    struct script *s;
    struct plan *plan;

    if (path == NULL) {
        problems_add(problems, NULL, 0, "there is no text of it in the state");
        return NULL;
    }
    s = script_new(path);
    kept_use(loading_begin(s, problems), text, length);
    plan = load(s, path, before);
    free(path);
    return plan;
}

struct plan *script_load_text(const char *path, const char *text, size_t length, struct problems *problems)
{
    size_t before = problems_count(problems);
    struct script *s = script_new(path);
    struct loading *l = loading_begin(s, problems);

    evaluate(s, loading_add_source(l, path, xstrndup(text, length), length, NULL));
    return finish(s, before);
}
