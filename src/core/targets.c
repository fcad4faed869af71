/* Whom a target means: "web", "web:2", "web:*", "@group", "all", "work*". */
#include "base/text.h"
#include "base/xalloc.h"
#include "supervisor_private.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

static size_t each_of_pool(const struct pool *pool, target_fn *fn, void *arg)
{
    size_t i;

    for (i = 0; i < pool->count; i++)
        fn(pool->process[i], arg);
    return i;
}

static size_t each_of_program(struct supervisor *s, const char *name, target_fn *fn, void *arg, bool *known)
{
    struct program *program = plan_find(s->plan, name);

    if (program == NULL)
        return 0;
    *known = true;
    return each_of_pool(supervisor_pool_of(s, program), fn, arg);
}

/* "web:2", "web:*" */
static size_t each_of_index(struct supervisor *s, const char *target, const char *colon, target_fn *fn, void *arg,
                            bool *known)
{
    char *name = xstrndup(target, (size_t)(colon - target)), *end;
    struct program *program = plan_find(s->plan, name);
    size_t count = 0;

    if (program != NULL && strcmp(colon, ":*") == 0) {
        count = each_of_program(s, name, fn, arg, known);
    } else if (program != NULL) {
        long index = strtol(colon + 1, &end, 10);
        bool is_index = end != colon + 1 && *end == '\0' && index >= 0 && index <= INT_MAX;
        struct process *p = is_index ? pool_find(supervisor_pool_of(s, program), (int)index) : NULL;

        if (p != NULL) {
            *known = true;
            fn(p, arg);
            count = 1;
        }
    }
    free(name);
    return count;
}

static size_t each_match(struct supervisor *s, const char *pattern, target_fn *fn, void *arg, bool *known)
{
    size_t count = 0;

    for (size_t i = 0; i < s->plan->program_count; i++) {
        const struct pool *pool = &s->pools[i];
        bool whole = text_matches(pattern, pool->program->name);

        *known = *known || whole;
        for (size_t k = 0; k < pool->count; k++)
            if (whole || text_matches(pattern, process_name(pool->process[k]))) {
                *known = true;
                fn(pool->process[k], arg);
                count++;
            }
    }
    return count;
}

static size_t each_of_group(struct supervisor *s, const char *name, target_fn *fn, void *arg, bool *known)
{
    const struct group *group = plan_find_group(s->plan, name);
    size_t count = 0;

    *known = group != NULL;
    for (size_t i = 0; group != NULL && i < group->programs.count; i++)
        count += each_of_program(s, group->programs.word[i], fn, arg, known);
    return count;
}

size_t supervisor_each(struct supervisor *s, const char *target, target_fn *fn, void *arg, bool *known)
{
    const char *colon = strrchr(target, ':');
    size_t count;

    *known = false;
    if (*target == '@')
        return each_of_group(s, target + 1, fn, arg, known);
    count = each_of_program(s, target, fn, arg, known);
    if (*known)
        return count;
    if (strcmp(target, "all") == 0) {
        count = each_match(s, "*", fn, arg, known);
        *known = true;
        return count;
    }
    if (colon != NULL)
        count = each_of_index(s, target, colon, fn, arg, known);
    if (!*known && strpbrk(target, "*?[") != NULL)
        count = each_match(s, target, fn, arg, known);
    return count;
}
