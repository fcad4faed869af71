#include "convert/formation.h"

#include "base/xalloc.h"
#include "convert/scalar.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_PROCESSES = 10000 };

static bool add_entry(struct formation *f, const char *pair, struct problems *problems)
{
    const char *equals = strchr(pair, '=');
    long long count;
    struct error e;
    char *name;

    if (equals == NULL || equals == pair)
        return problems_add(problems, NULL, 0, "formation: expected NAME=NUMBER, got '%s'", pair);
    if (!scalar_integer(equals + 1, 0, MOST_PROCESSES, &count, &e))
        return problems_add(problems, NULL, 0, "formation: '%s': %s", pair, e.text);
    name = xstrndup(pair, (size_t)(equals - pair));
    if (strcmp(name, "all") == 0) {
        f->others = (int)count;
        free(name);
        return true;
    }
    f->entry = xrealloc(f->entry, (f->count + 1) * sizeof *f->entry);
    f->entry[f->count++] = (struct formation_entry){ name, (int)count, false };
    return true;
}

bool formation_read(struct formation *f, const char *text, struct problems *problems)
{
    char *copy = xstrdup(text), *rest = copy, *pair;
    bool good = true;

    *f = (struct formation){ .others = text == NULL ? 1 : 0 };
    while (copy != NULL && (pair = strsep(&rest, ", ")) != NULL) {
        if (*pair != '\0')
            good = add_entry(f, pair, problems) && good;
    }
    free(copy);
    return good;
}

int formation_count(struct formation *f, const char *name)
{
    int count = f->others;

    for (size_t i = 0; i < f->count; i++) {
        if (strcmp(f->entry[i].name, name) == 0) {
            f->entry[i].used = true;
            count = f->entry[i].count; /* the last word counts */
        }
    }
    return count;
}

void formation_check(const struct formation *f, const char *file, struct problems *problems)
{
    for (size_t i = 0; i < f->count; i++) {
        if (!f->entry[i].used)
            problems_add(problems, NULL, 0, "formation: there is no process '%s' in %s", f->entry[i].name, file);
    }
}

void formation_free(struct formation *f)
{
    for (size_t i = 0; i < f->count; i++)
        free(f->entry[i].name);
    free(f->entry);
}
