/* settings: what a file says of the functions that are done here: supervise { … }. */
#ifndef MODULES_GEARMAN_SETTINGS_H
#define MODULES_GEARMAN_SETTINGS_H

#include "base/duration.h"
#include "base/problems.h"
#include "base/words.h"
#include "core/settings.h"
#include "os/resolve.h"

#include <stdbool.h>
#include <stdint.h>

/* A function as it is written down. */
struct definition {
    struct record record;
    char *name; /* given, or made of `ns` and `method` */
    char *ns, *method;
    char *executor;
    int concurrency;
    msec timeout; /* 0: none; -1: the crew's */
};

struct definitions {
    struct definition *item; /* owned */
    size_t count;
};

extern const struct record_type definition_record;
extern const struct setting_type definitions_setting;

/* Add those of a list. What is wrong with one is told, and it is left out. */
typedef void definition_problem_fn(const char *text, void *arg);
void definitions_read(struct definitions *d, const struct value *list, definition_problem_fn *fn, void *arg);
void definitions_copy(struct definitions *to, const struct definitions *from);
void definitions_free(struct definitions *d);

enum failure_style { FAILURE_WARNING, FAILURE_EXCEPTION };

/* A call of supervise { … }. */
struct crew_settings {
    struct record record;
    struct words servers;
    struct definitions functions; /* empty where a function of the file gives the list */
    msec reload_interval;         /* 0: none */
    struct words env;
    char *workdir;
    msec timeout; /* 0: none */
    int64_t max_output;
    char *user, *group;
    int failure; /* enum failure_style */
    msec stoptime;
    int jobs_per_connection; /* 0: any number */
};
extern const struct record_type crew_record;

/* All calls of one file, in their order; the plan's. */
struct crews_settings {
    struct crew_settings *item; /* owned */
    size_t count;
};

/* The key of their annex. */
extern const char crews_key;

/* What no single setting can say: a missing list, servers that are none … become problems. */
void crew_settings_check(const struct crew_settings *s, const struct record_source *from);

/* As program_check_people. */
void crew_settings_check_people(const struct crew_settings *s, const struct record_source *from);

/* The function that gives the list; NULL: `functions` is it. */
const struct function *crew_provider(const struct crew_settings *s);

/* "127.0.0.1" and "127.0.0.1:4730" alike. */
bool crew_endpoint(const char *text, struct endpoint *out, struct error *e);

#endif
