/* reeve.state: what reeve's own modules keep below `state_dir`: a cache, the mails that wait. `require "reeve.state"`.
 *
 * A file is replaced as a whole, and nobody waits for the disk but the end of reeve. */
#include "os/file.h"
#include "script/box.h"
#include "script/handle.h"
#include "script/keeping.h"
#include "script/lib.h"

#include <errno.h>
#include <lauxlib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { NAME_LONGEST = 200, READ_MOST = 8 * 1024 * 1024 };

static const char *check_name(lua_State *L)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
    size_t length;
    const char *name = luaL_checklstring(L, 1, &length);

    luaL_argcheck(L, length > 0 && length <= NAME_LONGEST && *name != '.' && strspn(name, letters) == length, 1,
                  "expected the name of a file, without a folder");
    return name;
}

/* Push the path of the file; false, with the reason, if there is nowhere to keep it. */
static bool push_path(lua_State *L, const char *name, struct error *e)
{
    struct supervisor *s = script_supervisor();
    const char *folder = s != NULL && supervisor_plan(s) != NULL ? supervisor_plan(s)->settings.state_dir : NULL;

    if (folder == NULL)
        return failure(e, s == NULL ? "nothing is kept before reeve runs" : "there is no state_dir");
    lua_pushfstring(L, "%s/%s", folder, name);
    return true;
}

/* state.write(name, text) -> true | nil, message: all of it, or nothing, soon, in the place of what was there; nil when
 * there is no place, what fails later is logged */
static int lib_write(lua_State *L)
{
    const char *name = check_name(L);
    size_t length;
    const char *text = luaL_checklstring(L, 2, &length);
    struct error e;
    bool good = push_path(L, name, &e);

    if (good)
        keeping_write(lua_tostring(L, -1), text, length);
    return handle_push_result(L, good, &e);
}

/* state.read(name) -> text | nil, message; nil alone if there is no such file */
static int lib_read(lua_State *L)
{
    const char *name = check_name(L);
    struct buffer *text = box_buffer(L);
    struct error e;

    if (!push_path(L, name, &e))
        return handle_push_result(L, false, &e);
    if (access(lua_tostring(L, -1), F_OK) < 0 && errno == ENOENT)
        return 0;
    if (!file_read(lua_tostring(L, -1), READ_MOST, text, &e))
        return handle_push_result(L, false, &e);
    lua_pushlstring(L, text->data, text->length);
    buffer_free(text);
    return 1;
}

/* state.remove(name) -> true | nil, message: soon, as above; also if it is not there */
static int lib_remove(lua_State *L)
{
    const char *name = check_name(L);
    struct error e;
    bool good = push_path(L, name, &e);

    if (good)
        keeping_write(lua_tostring(L, -1), NULL, 0);
    return handle_push_result(L, good, &e);
}

static const luaL_Reg functions[] = {
    { "write", lib_write }, { "read", lib_read }, { "remove", lib_remove }, { NULL, NULL }
};

int lib_module_state(lua_State *L)
{
    luaL_newlib(L, functions);
    return 1;
}
