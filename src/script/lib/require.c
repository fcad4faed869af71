#include "script/args.h"
#include "script/box.h"
#include "script/evaluate.h"
#include "script/kept.h"
#include "script/lib.h"
#include "script/modules.h"

#include <lauxlib.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Key in Lua's registry: the modules that were loaded, by name; true while one is being loaded. */
static const char loaded_key;

/* Those of this room; others add theirs before them. */
static const struct script_module own[] = {
    { "reeve.inside", lib_module_inside, &own[1] },
    { "reeve.state", lib_module_state, &own[2] },
    { "reeve.pass", lib_module_pass, &own[3] },
    { "reeve.cluster", lib_module_cluster, &own[4] },
    { "reeve.schedule.engine", lib_module_schedule, &own[5] },
    { "reeve.mysql", lib_module_mysql, NULL },
};

static const struct script_module *c_modules = own;

void script_add_module(struct script_module *m)
{
    m->next = c_modules;
    c_modules = m;
}

static lua_CFunction find_c_module(const char *name)
{
    for (const struct script_module *m = c_modules; m != NULL; m = m->next)
        if (strcmp(m->name, name) == 0)
            return m->open;
    return NULL;
}

/* ---- where modules are ---- */

/* `l`, if a text of a former life may be meant. */
static bool is_there(const struct loading *l, const char *path)
{
    size_t length;

    return (l != NULL && kept_find(l, path, &length) != NULL) || access(path, R_OK) == 0;
}

/* FOLDER/a/b.lua or FOLDER/a/b/init.lua for "a.b". */
static bool find_in(char *path, size_t size, const struct loading *l, const char *folder, const char *name)
{
    static const char *const endings[] = { ".lua", "/init.lua" };

    for (int i = 0; i < 2; i++) {
        size_t start = strlen(folder);

        if ((size_t)snprintf(path, size, "%s%s%s", folder, name, endings[i]) >= size)
            return false;
        for (char *p = path + start; *p != '\0' && p < path + start + strlen(name); p++)
            if (*p == '.')
                *p = '/';
        if (is_there(l, path))
            return true;
    }
    return false;
}

/* Reeve's own lie beside its binary, where it was installed or where it was built. */
static bool find_own(char *path, size_t size, const char *name)
{
    static const char *const folders[] = { "../share/reeve/lua/", "../lua/" };
    char binary[PATH_MAX], folder[PATH_MAX + 32];
    ssize_t length = readlink("/proc/self/exe", binary, sizeof binary - 1);

    if (length <= 0)
        return false;
    binary[length] = '\0';
    *(strrchr(binary, '/') + 1) = '\0';
    for (int i = 0; i < 2; i++) {
        snprintf(folder, sizeof folder, "%s%s", binary, folders[i]);
        if (find_in(path, size, NULL, folder, name))
            return true;
    }
    return false;
}

static bool is_own(const char *name)
{
    return strncmp(name, "reeve.", 6) == 0;
}

static bool find_module(lua_State *L, char *path, size_t size, const char *name)
{
    const struct script *s = script_of(L);

    return is_own(name) ? find_own(path, size, name) : find_in(path, size, s->loading, s->folder, name);
}

/* ---- loading ---- */

static bool is_module_name(const char *name)
{
    return *name != '\0' && *name != '.' && strstr(name, "..") == NULL && strpbrk(name, "/\\") == NULL;
}

/* The text of a module: kept with the other sources while the file is evaluated, so that messages find their places. */
static const char *read_module(lua_State *L, const char *path, const char *kept, size_t *length)
{
    struct script *s = script_of(L);
    struct buffer *text = box_buffer(L);
    struct error e;

    if (kept != NULL)
        buffer_add(text, kept, *length);
    else if (!evaluate_read_text(path, text, &e))
        luaL_error(L, "%s: %s", path, e.text);
    *length = text->length;
    if (s->loading == NULL)
        return text->data;
    return loading_add_source(s->loading, path, buffer_take(text), *length, NULL)->text;
}

/* Of a former life; but reeve's own are those of this binary. */
static const char *find_kept(lua_State *L, const char *path, const char *name, size_t *length)
{
    const struct loading *l = script_of(L)->loading;

    return l != NULL && !is_own(name) ? kept_find(l, path, length) : NULL;
}

static void load_file(lua_State *L, const char *path, const char *name)
{
    size_t length;
    const char *kept = find_kept(L, path, name, &length);
    const char *text = evaluate_skip_start(read_module(L, path, kept, &length), &length);

    lua_pushfstring(L, "@%s", path);
    if (luaL_loadbufferx(L, text, length, lua_tostring(L, -1), "t") != LUA_OK)
        lua_error(L);
    lua_replace(L, -3); /* the box is no longer needed */
    lua_pop(L, 1);
}

static void push_loader(lua_State *L, const char *name)
{
    lua_CFunction open = find_c_module(name);
    char path[PATH_MAX];

    if (open != NULL)
        lua_pushcfunction(L, open);
    else if (find_module(L, path, sizeof path, name))
        load_file(L, path, name);
    else if (is_own(name))
        luaL_error(L, "there is no module '%s' in this reeve", name);
    else
        luaL_error(L, "there is no module '%s': no file '%s%s.lua'", name, script_of(L)->folder, name);
}

/* require(name): a module of reeve's, or a file beside the configuration; each is run once. */
static int lib_require(lua_State *L)
{
    const char *name = args_text(L, 1);

    luaL_argcheck(L, is_module_name(name), 1, "expected the name of a module such as 'reeve.alert'");
    lua_settop(L, 1);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &loaded_key);
    if (lua_getfield(L, 2, name) == LUA_TBOOLEAN && lua_toboolean(L, -1) == 0)
        return luaL_error(L, "module '%s' requires itself", name);
    if (!lua_isnil(L, -1))
        return 1;
    push_loader(L, name);
    lua_pushboolean(L, 0);
    lua_setfield(L, 2, name);
    lua_pushvalue(L, 1);
    if (lua_pcall(L, 1, 1, 0) != LUA_OK) {
        lua_pushnil(L); /* a later try starts anew */
        lua_setfield(L, 2, name);
        return lua_error(L);
    }
    if (lua_isnil(L, -1) || (lua_isboolean(L, -1) && !lua_toboolean(L, -1))) {
        lua_pop(L, 1);
        lua_pushboolean(L, 1);
    }
    lua_pushvalue(L, -1);
    lua_setfield(L, 2, name);
    return 1;
}

void lib_open_require(lua_State *L)
{
    static const char *const open[] = { "string", "table", "math", "utf8", "coroutine", "os", "io", NULL };

    lua_newtable(L);
    for (const char *const *name = open; *name != NULL; name++) {
        lua_getglobal(L, *name);
        lua_setfield(L, -2, *name);
    }
    lua_rawsetp(L, LUA_REGISTRYINDEX, &loaded_key);
    lua_register(L, "require", lib_require);
}
