/* reeve.settings */
#include "base/json.h"
#include "script/box.h"
#include "script/handle.h"
#include "script/json_value.h"
#include "script/lib.h"
#include "script/state.h"

#include <lauxlib.h>

/* reeve.settings() -> table | nil, message: the settings of `supervisor`, as `reeve plan --json` prints them, and
 * `file`, the configuration; what is unset is nil. Not while the file is evaluated, when they are not known yet. */
static int lib_settings(lua_State *L)
{
    const struct plan *plan = script_plan();
    struct buffer *json;

    if (plan == NULL || script_of(L)->loading != NULL) {
        struct error e;

        return handle_push_result(L, failure(&e, "there are no settings yet"), &e);
    }
    json = box_buffer(L);
    record_print(&plan->settings, json);
    if (json_value_decode(L, json->data, json->length, false) != 1)
        return 2;
    lua_pushstring(L, script_of(L)->path);
    lua_setfield(L, -2, "file");
    return 1;
}

void lib_open_settings(lua_State *L)
{
    lua_pushcfunction(L, lib_settings);
    lua_setfield(L, -2, "settings");
}
