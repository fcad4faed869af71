#include "script/schedules.h"

#include "base/json.h"
#include "core/command.h"
#include "script/handle.h"
#include "script/state.h"

#include <lauxlib.h>
#include <math.h>
#include <time.h>

/* Key in Lua's registry. */
static const char list_key;

int schedules_keep(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &list_key);
    return 0;
}

/* What the library knows of one, whose table lies at the top of the stack, which keeps the texts. */
struct entry {
    const char *name, *target; /* NULL: a function */
    double next, last;         /* seconds since 1970; 0: none */
    bool runs, over;
};

static void push_field(lua_State *L, const char *name)
{
    lua_pushstring(L, name);
    lua_rawget(L, -2);
}

static const char *text_field(lua_State *L, const char *name)
{
    const char *text;

    push_field(L, name);
    text = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : NULL; /* of a number the table keeps no text */
    lua_pop(L, 1);
    return text;
}

static double number_field(lua_State *L, const char *name)
{
    double number;

    push_field(L, name);
    number = lua_tonumber(L, -1);
    lua_pop(L, 1);
    return number;
}

static bool bool_field(lua_State *L, const char *name)
{
    bool is;

    push_field(L, name);
    is = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return is;
}

static bool task_field(lua_State *L, const char *name)
{
    bool runs;

    push_field(L, name);
    runs = handle_runs(L, -1);
    lua_pop(L, 1);
    return runs;
}

static struct entry read_entry(lua_State *L)
{
    struct entry e = { .name = text_field(L, "name"),
                       .target = text_field(L, "target"),
                       .last = number_field(L, "last"),
                       .runs = bool_field(L, "is_running") || task_field(L, "task") };

    e.next = number_field(L, "due");
    if (e.next > 0)
        e.next += number_field(L, "delay");
    e.over = e.name == NULL || bool_field(L, "is_cancelled");
    return e;
}

/* In local time, as the lines mean it. */
static void add_time(struct buffer *out, double seconds)
{
    time_t time = (time_t)seconds;
    char text[32] = "-";
    struct tm t;

    if (seconds > 0 && localtime_r(&time, &t) != NULL)
        strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &t);
    buffer_addf(out, "%-19s  ", text);
}

static void print_line(const struct entry *e, struct reply *r)
{
    struct buffer line = { 0 };

    buffer_addf(&line, "next ");
    add_time(&line, e->next);
    buffer_addf(&line, "last ");
    add_time(&line, e->last);
    reply_line(r, "%s%s: %s%s", line.data, e->name, e->target != NULL ? e->target : "a function",
               e->runs ? ", which runs" : "");
    buffer_free(&line);
}

static void print_time(struct buffer *b, const char *key, double seconds)
{
    json_key(b, key);
    if (seconds > 0)
        json_double(b, floor(seconds * 1000) / 1000);
    else
        json_none(b);
}

static void print_data(const struct entry *e, struct buffer *b)
{
    json_open_object(b);
    json_key(b, "schedule");
    json_text(b, e->name);
    json_key(b, "target");
    json_text(b, e->target);
    print_time(b, "next", e->next);
    print_time(b, "last", e->last);
    json_key(b, "running");
    json_bool(b, e->runs);
    json_close_object(b);
}

static void print_list(lua_State *L, struct reply *r)
{
    lua_Unsigned count;

    lua_checkstack(L, 8);
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &list_key) == LUA_TTABLE) {
        count = lua_rawlen(L, -1);
        for (lua_Unsigned i = 1; i <= count; i++) {
            struct entry e;

            lua_rawgeti(L, -1, (lua_Integer)i);
            e = read_entry(L);
            if (!e.over && r->wants_data)
                print_data(&e, &r->data);
            else if (!e.over)
                print_line(&e, r);
            lua_pop(L, 1);
        }
    }
    lua_pop(L, 1);
}

static void run(const struct request *q, struct reply *r)
{
    (void)q;
    if (r->wants_data)
        json_open_array(&r->data);
    for (struct script *s = script_next(NULL); s != NULL; s = script_next(s))
        if (s->in_force)
            print_list(s->L, r);
    if (r->wants_data)
        json_close_array(&r->data);
    reply_end(r);
}

static const struct command schedules = {
    "schedules",
    "",
    "what runs at its time: when next, and when last\n"
    "A line for each schedule of the configuration. Times are local, as the lines of cron are.",
    "",
    0,
    0,
    false,
    run
};

void schedules_register(void)
{
    if (command_find(schedules.verb) == NULL)
        command_register(&schedules);
}
