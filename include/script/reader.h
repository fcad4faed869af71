/* reader: turns values of Lua into values that settings understand. */
#ifndef SCRIPT_READER_H
#define SCRIPT_READER_H

#include "core/value.h"
#include "script/state.h"

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

enum { READER_DEEPEST = 16 };

/* Something cannot be a value: where ("env.FOO", "stopsignal[2]", "": the whole) and why. What is wrong reads as nil.
 */
typedef void reader_problem_fn(const char *path, const char *text, void *arg);

struct reader {
    struct script *script;
    lua_State *L;
    bool takes_functions;
    reader_problem_fn *on_problem;
    void *arg;

    /* Its own. */
    size_t count, problems;
    int depth;
    const void *tables[READER_DEEPEST]; /* those that are being read: a cycle comes back to one */
    char path[256];
};

/* Read the value at `index` into `out`, which owns what was read even if Lua raises in between for want of memory.
 * Tables are copied: what the file does to them later has no influence. */
void reader_read(struct reader *r, int index, struct value *out);

#endif
