/* modules: what `require "reeve.…"` finds beside files: libraries written in C. */
#ifndef SCRIPT_MODULES_H
#define SCRIPT_MODULES_H

#include <lua.h>

struct script_module {
    const char *name;   /* "reeve.mysql" */
    lua_CFunction open; /* gets the name, returns the module */
    const struct script_module *next;
};

/* Known to all generations from now on. `m` must outlive them. */
void script_add_module(struct script_module *m);

#endif
