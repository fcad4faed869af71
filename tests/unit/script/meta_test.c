/* What editors are told is what the code knows. Tests run in the root of the tree. */
#include "core/plan.h"
#include "script/lib.h"
#include "script/state.h"
#include "unit/script/helper.h"

#include <lauxlib.h>
#include <stdio.h>

static struct buffer text;

static void read_meta(const char *path)
{
    FILE *f = fopen(path, "r");
    size_t length;

    if (f == NULL)
        fail_msg("%s is not here: run the test in the root of the tree", path);
    buffer_clear(&text);
    do {
        buffer_reserve(&text, 4096);
        length = fread(text.data + text.length, 1, 4096, f);
        text.length += length;
    } while (length > 0);
    buffer_add_char(&text, '\0');
    fclose(f);
}

static void assert_told(const char *part)
{
    if (strstr(text.data, part) == NULL)
        fail_msg("nothing like '%s'", part);
}

/* The fields of a class, up to the empty line behind it. */
static char *fields_of(const char *class)
{
    char heading[64];
    const char *start;

    snprintf(heading, sizeof heading, "---@class reeve.%s\n", class);
    start = strstr(text.data, heading);
    if (start == NULL)
        fail_msg("no class %s", class);
    return strndup(start, (size_t)(strstr(start, "\n\n") + 1 - start));
}

static void assert_class(const char *class, const struct record_type *type, size_t others)
{
    char *fields = fields_of(class);
    size_t count = 0;

    for (size_t i = 0; i < type->count; i++) {
        const struct setting *s = &type->settings[i];
        char field[80];

        if (s->flags & SETTING_DECLARED)
            continue;
        snprintf(field, sizeof field, "\n---@field %s? ", s->name);
        if (strstr(fields, field) == NULL)
            fail_msg("class %s does not tell of '%s'", class, s->name);
        count++;
    }
    for (const char *p = fields; (p = strstr(p, "---@field ")) != NULL; p++)
        others--;
    assert_int_equal(count + others, 0); /* none too many */
    free(fields);
}

static void every_setting_is_told(void **state)
{
    (void)state;
    read_meta("lua/reeve/meta/config.lua");
    assert_class("ProgramSettings", &program_record, 0);
    assert_class("SupervisorSettings", &supervisor_record, 1);
    assert_class("Capture", &capture_record, 0);
    assert_class("SocketSettings", &socket_record, 0);
    assert_class("Ready", &ready_record, 0);
    assert_class("Health", &health_record, 0);
}

/* The table on top of the stack, whose name is `prefix`. */
static void assert_table_told(lua_State *L, const char *prefix)
{
    char part[100];

    lua_pushnil(L);
    while (lua_next(L, -2)) {
        const char *name = lua_tostring(L, -2);

        snprintf(part, sizeof part, lua_isfunction(L, -1) ? "\nfunction %s%s(" : "%s%s", prefix, name);
        if (lua_type(L, -1) != LUA_TLIGHTUSERDATA)
            assert_told(part);
        if (lua_istable(L, -1)) {
            snprintf(part, sizeof part, "%s%s.", prefix, name);
            assert_table_told(L, part);
        }
        lua_pop(L, 1);
    }
}

/* Its methods: __index, or what that function looks them up in. */
static void assert_type_told(lua_State *L, const char *type, const char *prefix)
{
    luaL_getmetatable(L, type);
    lua_getfield(L, -1, "__index");
    if (lua_isfunction(L, -1))
        assert_non_null(lua_getupvalue(L, -1, 1));
    assert_true(lua_istable(L, -1));
    assert_table_told(L, prefix);
    lua_settop(L, 0);
}

static void every_function_is_told(void **state)
{
    struct script *s = script_new("t.lua");

    (void)state;
    read_meta("lua/reeve/meta/library.lua");
    lua_getglobal(s->L, "reeve");
    assert_table_told(s->L, "reeve.");
    lua_settop(s->L, 0);
    assert_type_told(s->L, "reeve.process", "process:");
    assert_type_told(s->L, "reeve.program", "program:");
    assert_type_told(s->L, "reeve.task", "task:");
    assert_type_told(s->L, "reeve.stream", "stream:");
    assert_type_told(s->L, "reeve.worker", "worker:");
    assert_type_told(s->L, "reeve.socket", "socket:");
    assert_type_told(s->L, "reeve.http_stream", "http_stream:");
    script_free(s);
    buffer_free(&text);
}

static void every_function_of_reeve_mysql_is_told(void **state)
{
    struct script *s = script_new("t.lua");

    (void)state;
    read_meta("lua/reeve/meta/mysql.lua");
    lib_module_mysql(s->L);
    assert_table_told(s->L, "mysql.");
    assert_type_told(s->L, "reeve.mysql", "connection:");
    script_free(s);
    buffer_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_setting_is_told),
        cmocka_unit_test(every_function_is_told),
        cmocka_unit_test(every_function_of_reeve_mysql_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
