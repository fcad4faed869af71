/* formation: foreman's `web=2,worker=5,all=1`: how many processes each line of a Procfile gets. */
#ifndef CONVERT_FORMATION_H
#define CONVERT_FORMATION_H

#include "base/problems.h"

#include <stdbool.h>
#include <stddef.h>

struct formation_entry {
    char *name;
    int count;
    bool used;
};

struct formation {
    struct formation_entry *entry;
    size_t count;
    int others; /* of the names that are not there */
};

/* Read `text`; NULL means one of each. Free it in any case. */
bool formation_read(struct formation *f, const char *text, struct problems *problems);

int formation_count(struct formation *f, const char *name);

/* A name that was never asked for is a problem. */
void formation_check(const struct formation *f, const char *file, struct problems *problems);

void formation_free(struct formation *f);

#endif
