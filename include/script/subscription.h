/* subscription: a function that the file gave by `on("exit", "web*", f)`, and what those that want it are told. */
#ifndef SCRIPT_SUBSCRIPTION_H
#define SCRIPT_SUBSCRIPTION_H

#include "core/process.h"
#include "script/state.h"

struct subscription {
    char *event;
    char *pattern; /* NULL: everybody */
    int function;  /* in Lua's registry */
    char *file;    /* where `on` was called */
    int line;
    bool apart; /* of reeve's own modules: its turn does not come after the other hooks of the process */
};

/* Another one, whose texts are copied. */
void subscription_add(struct script *s, const struct subscription *to);

/* The generation goes. */
void subscriptions_free(struct script *s);

/* Something that happened. Patterns are held against the names of the program and the process, each NULL if there is
 * none; the function is called with one value, which `push` pushes. */
struct telling {
    const char *event, *program, *process;
    const struct process *p; /* in whose lane it comes; NULL: in none, or it is only named */
    void (*push)(lua_State *L, void *arg);
    void *arg;
};

/* Whether any of them wants it. `s` may be NULL: there are none. */
bool subscriptions_want(const struct script *s, const char *event, const char *program, const char *process);

/* Call all that want it, each as a task. */
void subscriptions_tell(struct script *s, const struct telling *about);

#endif
