#include "script/subscription.h"

#include "base/text.h"
#include "base/xalloc.h"
#include "script/handle.h"
#include "script/hooks.h"
#include "script/lane.h"
#include "script/task.h"

#include <lua.h>
#include <stdlib.h>
#include <string.h>

void subscription_add(struct script *s, const struct subscription *to)
{
    struct subscription *new;

    s->subscriptions = xrealloc(s->subscriptions, (s->subscription_count + 1) * sizeof *s->subscriptions);
    new = &s->subscriptions[s->subscription_count++];
    *new = *to;
    new->event = xstrdup(to->event);
    new->pattern = xstrdup(to->pattern);
    new->file = xstrdup(to->file);
}

void subscriptions_free(struct script *s)
{
    for (size_t i = 0; i < s->subscription_count; i++) {
        free(s->subscriptions[i].event);
        free(s->subscriptions[i].pattern);
        free(s->subscriptions[i].file);
    }
    free(s->subscriptions);
}

static bool wants(const struct subscription *to, const char *event, const char *program, const char *process)
{
    if (strcmp(to->event, event) != 0)
        return false;
    if (supervisor_is_quiet(script_supervisor()) && !to->apart)
        return false; /* reeve's own may hear it, the user's may not */
    if (to->pattern == NULL)
        return true;
    return (program != NULL && text_matches(to->pattern, program)) ||
           (process != NULL && text_matches(to->pattern, process));
}

bool subscriptions_want(const struct script *s, const char *event, const char *program, const char *process)
{
    for (size_t i = 0; s != NULL && i < s->subscription_count; i++)
        if (wants(&s->subscriptions[i], event, program, process))
            return true;
    return false;
}

static void run(struct script *s, const struct subscription *to, const struct telling *about)
{
    const char *who = about->process != NULL ? about->process : about->program;
    const struct process *p = to->apart ? NULL : about->p;
    struct task *t;

    if (p != NULL && !lane_has_room(process_id(p), to->event))
        return;
    t = task_new(s, NULL, "hook on(\"%s\")%s%s", to->event, who != NULL ? " of " : "", who != NULL ? who : "");
    lua_rawgeti(task_stack(t), LUA_REGISTRYINDEX, to->function);
    if (to->apart)
        task_make_own(t, true);
    about->push(task_stack(t), about->arg);
    hooks_run(t, about->event, p);
}

/* A hook may add others: they move in memory, and are not told of this event. */
void subscriptions_tell(struct script *s, const struct telling *about)
{
    size_t count = s->subscription_count;

    for (size_t i = 0; i < count; i++) {
        struct subscription to = s->subscriptions[i];

        if (wants(&to, about->event, about->program, about->process))
            run(s, &to, about);
    }
}
