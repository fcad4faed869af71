#include "command_private.h"

#include <assert.h>
#include <string.h>

enum { REGISTERED_MOST = 8 };

static const struct resumption table[] = {
    { "start", command_start_resume },       { "stop", command_stop_resume },     { "restart", command_restart_resume },
    { "wait", command_wait_resume },         { "reload", command_reload_resume }, { "tail", command_follow_resume },
    { "attach", command_follow_resume },     { "log", command_log_resume },       { "events", command_events_resume },
    { "shutdown", command_shutdown_resume },
};

static const struct resumption *registered[REGISTERED_MOST];
static size_t registered_count;

void command_register_resumption(const struct resumption *r)
{
    assert(registered_count < REGISTERED_MOST);
    registered[registered_count++] = r;
}

const struct resumption *command_resumption(const char *verb)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (strcmp(table[i].verb, verb) == 0)
            return &table[i];
    for (size_t i = 0; i < registered_count; i++)
        if (strcmp(registered[i]->verb, verb) == 0)
            return registered[i];
    return NULL;
}
