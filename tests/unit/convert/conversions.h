/* conversions: what the tests of converters do: write a file, convert it, evaluate the Lua with recorders in place of
 * reeve's globals, and ask it questions. */
#ifndef TESTS_UNIT_CONVERT_CONVERSIONS_H
#define TESTS_UNIT_CONVERT_CONVERSIONS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <lauxlib.h>
#include <lualib.h>

#include "base/xalloc.h"
#include "convert/convert.h"

static char folder[] = "/tmp/reeve-convert-XXXXXX";
static struct convert_options options;
static struct converted result;
static lua_State *lua;

/* `P.web.cmd`, `S.log`, `G.backend`, `F.url`; same(a, b) compares tables. */
static const char prelude[] =
    "P, S, G, K, order = {}, {}, {}, {}, {}\n"
    "function program(name) return function(t) P[name] = t; order[#order + 1] = name end end\n"
    "function supervisor(t) for k, v in pairs(t) do S[k] = v end end\n"
    "function group(name) return function(t) G[name] = t end end\n"
    "function socket(name) return function(t) K[name] = t end end\n"
    "reeve = { host = 'box' }\n"
    "function require() return { follow = function(t) F = t end } end\n"
    "function same(a, b)\n"
    "  if type(a) ~= 'table' or type(b) ~= 'table' then return a == b end\n"
    "  for k, v in pairs(a) do if not same(v, b[k]) then return false end end\n"
    "  for k in pairs(b) do if a[k] == nil then return false end end\n"
    "  return true\n"
    "end\n";

static inline int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL;
}

static inline int remove_folder(void **state)
{
    char *command = xasprintf("rm -rf %s", folder);
    int status = system(command);

    (void)state;
    free(command);
    return status;
}

/* The path of a file in the folder of this test; valid until the next call but one. */
static inline const char *path_of(const char *name)
{
    static char paths[2][256];
    static int turn;

    turn = !turn;
    snprintf(paths[turn], sizeof paths[turn], "%s/%s", folder, name);
    return paths[turn];
}

static inline void write_bytes(const char *name, const void *data, size_t length)
{
    FILE *file = fopen(path_of(name), "w");

    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

static inline void write_text(const char *name, const char *text)
{
    write_bytes(name, text, strlen(text));
}

static inline void forget(void)
{
    converted_free(&result);
    if (lua != NULL)
        lua_close(lua);
    lua = NULL;
}

static inline void evaluate(void)
{
    lua = luaL_newstate();
    luaL_openlibs(lua);
    if (luaL_dostring(lua, prelude) != 0 ||
        luaL_loadbuffer(lua, result.lua.data, result.lua.length, "=converted") != 0 || lua_pcall(lua, 0, 0, 0) != 0)
        fail_msg("%s\n%s", lua_tostring(lua, -1), result.lua.data);
}

/* Convert the file, which must succeed, and load the text. */
static inline void convert_path(const char *path)
{
    struct problems problems = { 0 };
    struct buffer text = { 0 };

    forget();
    if (!convert_file(path, &options, &result, &problems)) {
        problems_print(&problems, &text);
        fail_msg("%s is refused: %s", path, text.data);
    }
    evaluate();
}

static inline void converts(const char *name, const char *text)
{
    write_text(name, text);
    convert_path(path_of(name));
}

/* The Lua expression is true in the converted file. */
static inline void expect(const char *question)
{
    char *code = xasprintf("return %s", question);
    int status = luaL_dostring(lua, code);

    if (status != 0 || !lua_toboolean(lua, -1))
        fail_msg("not so: %s %s\n%s", question, status != 0 ? lua_tostring(lua, -1) : "", result.lua.data);
    lua_settop(lua, 0);
    free(code);
}

static inline void expect_text(const char *text)
{
    if (strstr(result.lua.data, text) == NULL)
        fail_msg("'%s' is not in\n%s", text, result.lua.data);
}

/* What it says about a file that it refuses; free it. */
static inline char *refusal(const char *path)
{
    struct problems problems = { 0 };
    struct buffer text = { 0 };

    forget();
    buffer_add_text(&text, "");
    if (convert_file(path, &options, &result, &problems))
        fail_msg("%s is not refused:\n%s", path, result.lua.data);
    assert_null(result.lua.data);
    problems_print(&problems, &text);
    problems_free(&problems);
    return buffer_take(&text);
}

/* The file is refused with a message that has ":LINE: " and `words` in it. */
static inline void refuses(const char *name, const char *text, int line, const char *words)
{
    char *said, *place = xasprintf("%s:%d: ", path_of(name), line), *at;

    write_text(name, text);
    said = refusal(path_of(name));
    at = strstr(said, place);
    while (at != NULL && strstr(at, words) != NULL && strchr(at, '\n') < strstr(at, words))
        at = strstr(at + 1, place);
    if (at == NULL || strstr(at, words) == NULL)
        fail_msg("expected '%s…%s', got '%s'", place, words, said);
    free(said);
    free(place);
}

#endif
