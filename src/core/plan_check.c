#include "core/plan.h"

#include "os/address.h"
#include "os/user_cache.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct check {
    const struct plan *plan;
    struct problems *problems;
};

/* Something is wrong with a setting of the supervisor. */
static void complain(struct check *c, const char *setting, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void complain(struct check *c, const char *setting, const char *format, ...)
{
    const struct setting_place *place = plan_place(c->plan, setting);
    struct buffer text = { 0 };
    va_list arguments;

    va_start(arguments, format);
    buffer_vaddf(&text, format, arguments);
    va_end(arguments);
    problems_add(c->problems, place->file, place->line, "supervisor: '%s': %s", setting, text.data);
    buffer_free(&text);
}

/* ---- names of programs ------------------------------------------------------------------------- */

static void check_group(struct check *c, const struct group *g)
{
    for (size_t i = 0; i < g->programs.count; i++) {
        char *text;

        if (plan_find(c->plan, g->programs.word[i]) != NULL)
            continue;
        text = order_no_such_program(c->plan, g->programs.word[i], c->problems);
        problems_add(c->problems, g->file, g->line, "group '%s': %s", g->name, text);
        free(text);
    }
}

static void check_pool(struct check *c)
{
    const char *pool = c->plan->settings.pool;
    char *text;

    if (pool == NULL || plan_find(c->plan, pool) != NULL)
        return;
    text = order_no_such_program(c->plan, pool, c->problems);
    complain(c, "pool", "%s", text);
    free(text);
}

/* ---- who may reach us -------------------------------------------------------------------------- */

static void check_address(struct check *c, const char *text)
{
    const struct supervisor_settings *s = &c->plan->settings;
    bool password = s->password != NULL || s->password_file != NULL;
    struct address address;
    struct error e;

    if (!address_parse(text, &address, &e))
        complain(c, "control", "%s", e.text);
    else if (address.kind == ADDRESS_UDP)
        complain(c, "control", "%s: the control port speaks tcp: and unix: only", text);
    else if (address.kind == ADDRESS_UNIX || password)
        return;
    else if (!address_is_local(&address))
        complain(c, "control", "%s can be reached from other machines: give a password, or listen on the loopback",
                 text);
    else if (!s->open)
        complain(c, "control", "%s can be used by every user of this machine: give a password, or say open = true",
                 text);
}

static void check_access(struct check *c)
{
    const struct supervisor_settings *s = &c->plan->settings;

    for (size_t i = 0; i < s->control.count; i++)
        check_address(c, s->control.word[i]);
    if (s->password != NULL && strpbrk(s->password, "\r\n") != NULL)
        complain(c, "password", "it must be one line: the verb auth takes the rest of its line");
    if (s->password != NULL && s->password_file != NULL)
        complain(c, "password_file", "'password' and 'password_file' exclude each other: keep one");
}

void plan_check(struct plan *plan, struct problems *problems)
{
    struct check c = { plan, problems };

    for (size_t i = 0; i < plan->group_count; i++)
        check_group(&c, &plan->groups[i]);
    check_pool(&c);
    check_access(&c);
    plan_check_sockets(plan, problems);
    order_check(plan, problems);
}

void plan_check_people(struct plan *plan, struct problems *problems)
{
    struct check c = { plan, problems };
    const struct supervisor_settings *s = &plan->settings;
    struct identity who = { 0 };
    struct error e;
    uid_t uid;
    gid_t gid;

    if (s->user != NULL && !user_cache_find(s->user, NULL, NULL, 0, &who, &e))
        complain(&c, "user", "%s", e.text);
    identity_free(&who);
    if (s->control_owner != NULL && !user_cache_owner(s->control_owner, &uid, &gid, &e))
        complain(&c, "control_owner", "%s", e.text);
}
