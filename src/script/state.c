#include "script/state.h"

#include "base/log.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "os/loop.h"
#include "script/hooks.h"
#include "script/lib.h"
#include "script/subscription.h"
#include "script/task.h"

#include <assert.h>
#include <lauxlib.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    DEFAULT_CEILING = 256 * 1024 * 1024, /* until the file's own hook_memory is known */
    DESCRIPTORS_FEW = 64
};

static LIST_HEAD(, script) all = LIST_HEAD_INITIALIZER(all);

/* Keys in Lua's registry: function by number, and number by function. */
static const char functions_key, numbers_key;

static void *allocate(void *arg, void *old, size_t old_size, size_t size)
{
    struct script *s = arg;
    void *new;

    if (old == NULL)
        old_size = 0; /* it names the kind of object then */
    if (size == 0) {
        free(old);
        s->used -= old_size;
        return NULL;
    }
    if (s->limited && size > old_size && s->used + (size - old_size) > s->ceiling)
        return NULL;
    new = realloc(old, size);
    if (new != NULL)
        s->used += size - old_size;
    return new;
}

/* Only an error outside of any protected call gets here, and there only memory can fail. */
static int panic(lua_State *L)
{
    const char *message = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "an error object";

    log_error("Lua failed where it must not: %s", message);
    return 0;
}

static int next_first_function(void)
{
    const struct script *newest = LIST_FIRST(&all);

    if (newest == NULL || newest->first_function > INT_MAX / 2)
        return 1;
    return newest->first_function + newest->function_count;
}

struct script *script_new(const char *path)
{
    struct script *s = xcalloc(1, sizeof *s);

    s->path = xstrdup(path);
    s->folder = xstrndup(path, (size_t)(text_base_name(path) - path));
    s->ceiling = DEFAULT_CEILING;
    s->hook_time = 200;
    s->descriptors_many = DESCRIPTORS_FEW;
    s->L = lua_newstate(allocate, s);
    if (s->L == NULL)
        abort();
    lua_atpanic(s->L, panic);
    *(struct script **)lua_getextraspace(s->L) = s;
    s->first_function = next_first_function();
    TAILQ_INIT(&s->tasks);
    LIST_INIT(&s->pulses);
    LIST_INSERT_HEAD(&all, s, link);
    lua_newtable(s->L);
    lua_rawsetp(s->L, LUA_REGISTRYINDEX, &functions_key);
    lua_newtable(s->L);
    lua_rawsetp(s->L, LUA_REGISTRYINDEX, &numbers_key);
    lib_open_all(s->L);
    return s;
}

void script_free(struct script *s)
{
    if (s == NULL)
        return;
    s->doomed = true;
    if (s->call != NULL || !tasks_release(s))
        return;
    hooks_forget(s);
    LIST_REMOVE(s, link);
    timer_stop(&s->delivery);
    lua_close(s->L);
    subscriptions_free(s);
    free(s->path);
    free(s->folder);
    free(s);
}

/* The lowest bit of a coroutine's own word says that C began with it. Those that it makes have the main one's word. */
static uintptr_t *word_of(lua_State *L)
{
    return lua_getextraspace(L);
}

struct script *script_of(lua_State *L)
{
    return (struct script *)(*word_of(L) & ~(uintptr_t)1);
}

bool script_owns_thread(lua_State *L)
{
    return (*word_of(L) & 1) != 0;
}

struct thread script_take_thread(struct script *s, lua_State *L)
{
    struct thread thread;

    if (s->spare_count > 0)
        return s->spare[--s->spare_count];
    luaL_checkstack(L, 4, NULL);
    thread.L = lua_newthread(L);
    thread.reference = luaL_ref(L, LUA_REGISTRYINDEX);
    *word_of(thread.L) |= 1;
    return thread;
}

void script_give_thread(struct script *s, struct thread thread, bool spoilt)
{
    if (!spoilt && s->spare_count < THREADS_SPARE) {
        lua_settop(thread.L, 0);
        lua_sethook(thread.L, NULL, 0, 0);
        s->spare[s->spare_count++] = thread;
    } else {
        luaL_unref(s->L, LUA_REGISTRYINDEX, thread.reference);
    }
}

void script_opened(lua_State *L)
{
    struct script *s = script_of(L);

    if (++s->descriptors < s->descriptors_many)
        return;
    lua_gc(L, LUA_GCCOLLECT);
    s->descriptors_many = s->descriptors * 2 > DESCRIPTORS_FEW ? s->descriptors * 2 : DESCRIPTORS_FEW;
}

void script_closed(struct script *s)
{
    s->descriptors--;
}

struct script *script_next(const struct script *s)
{
    return s == NULL ? LIST_FIRST(&all) : LIST_NEXT(s, link);
}

struct script *script_owner(int reference)
{
    struct script *s;

    LIST_FOREACH(s, &all, link)
    {
        if (reference >= s->first_function && reference - s->first_function < s->function_count)
            return s;
    }
    return NULL;
}

int script_keep_function(struct script *s, lua_State *L)
{
    int number;

    assert(s->loading != NULL); /* later ones would run into the next generation's numbers */
    lua_rawgetp(L, LUA_REGISTRYINDEX, &numbers_key);
    lua_pushvalue(L, -2);
    if (lua_rawget(L, -2) == LUA_TNIL) {
        number = s->first_function + s->function_count;
        lua_rawgetp(L, LUA_REGISTRYINDEX, &functions_key);
        lua_pushvalue(L, -4);
        lua_rawseti(L, -2, number);
        lua_pushvalue(L, -4);
        lua_pushinteger(L, number);
        lua_rawset(L, -5);
        lua_pop(L, 1);
        s->function_count++;
    } else {
        number = (int)lua_tointeger(L, -1);
    }
    lua_pop(L, 3);
    return number;
}

void script_push_function(struct script *s, lua_State *L, int reference)
{
    assert(script_owner(reference) == s);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &functions_key);
    lua_rawgeti(L, -1, reference);
    lua_remove(L, -2);
}

void script_shrink(struct script *s)
{
    lua_gc(s->L, LUA_GCCOLLECT);
    lua_gc(s->L, LUA_GCCOLLECT); /* what the first one finalized */
    xtrim();
}

struct spot script_spot(lua_State *L, int level)
{
    struct spot spot = { .file = "" };
    lua_Debug ar;

    for (; lua_getstack(L, level, &ar); level++) {
        lua_getinfo(L, "Sl", &ar);
        if (ar.currentline <= 0)
            continue;
        snprintf(spot.file, sizeof spot.file, "%s", *ar.source == '@' ? ar.source + 1 : ar.short_src);
        spot.line = ar.currentline;
        break;
    }
    return spot;
}
