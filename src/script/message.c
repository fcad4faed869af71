#include "script/message.h"

#include "base/text.h"
#include "script/loading.h"

#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LONGEST_SHORT = LUA_IDSIZE - 4, /* so much of a long path is left behind "..." */
    LEVELS_MOST = 50
};

/* Past `path` as Lua writes it, or NULL. */
static const char *after_path(const char *message, const char *path)
{
    size_t length = strlen(path);

    if (length >= LUA_IDSIZE) {
        if (!text_starts(message, "..."))
            return NULL;
        message += 3;
        path += length - LONGEST_SHORT;
    }
    return text_starts(message, path) ? message + strlen(path) : NULL;
}

const char *message_after_place(const char *message, const char *path, int *line)
{
    const char *p = after_path(message, path);
    char *end;
    long number;

    if (p == NULL || *p != ':')
        return NULL;
    number = strtol(p + 1, &end, 10);
    if (end == p + 1 || number < 1 || !text_starts(end, ": "))
        return NULL;
    *line = (int)number;
    return end + 2;
}

/* The files that the message can speak of are those on the stack, and those being loaded. */
static const char *find_spot(lua_State *L, const char *message, struct spot *spot)
{
    const char *rest = NULL;
    lua_Debug ar;

    for (int level = 0; rest == NULL && level < LEVELS_MOST && lua_getstack(L, level, &ar); level++) {
        lua_getinfo(L, "S", &ar);
        if (*ar.source != '@')
            continue;
        rest = message_after_place(message, ar.source + 1, &spot->line);
        snprintf(spot->file, sizeof spot->file, "%s", ar.source + 1);
    }
    return rest != NULL ? rest : loading_spot(script_of(L), message, spot);
}

/* What a user of Lua calls, and does not find. */
static void add_hint(struct buffer *text)
{
    static const char *const hints[][2] = {
        { "attempt to call a nil value (field 'execute')", "reeve.exec runs a command, in a hook" },
        { "attempt to call a nil value (field 'popen')", "reeve.exec runs a command, in a hook" },
        { "attempt to call a nil value (field 'exit')", "reeve.command \"shutdown\" ends reeve" },
    };

    for (size_t i = 0; i < sizeof hints / sizeof hints[0]; i++)
        if (strcmp(text->data, hints[i][0]) == 0) {
            buffer_addf(text, ": %s", hints[i][1]);
            return;
        }
}

void message_explain(lua_State *L, int index, struct spot *spot, struct buffer *text)
{
    const char *message = lua_type(L, index) == LUA_TSTRING ? lua_tostring(L, index) : NULL;
    const char *rest;

    *spot = (struct spot){ .file = "" };
    if (message == NULL) {
        *spot = script_spot(L, 0);
        buffer_addf(text, "the error is not a text but a %s", luaL_typename(L, index));
        return;
    }
    rest = find_spot(L, message, spot);
    if (rest == NULL) {
        *spot = script_spot(L, 0);
        rest = message;
    }
    buffer_add_text(text, *rest != '\0' ? rest : "the error is an empty text");
    add_hint(text);
}

void message_traceback(lua_State *L, lua_State *co, int level, struct buffer *out)
{
    static const char our_own[] = "\n\t[C]: in ?"; /* the function that every call begins with */
    const char *text, *end;

    luaL_traceback(L, co, NULL, level);
    text = lua_tostring(L, -1);
    end = text + strlen(text);
    if (text_ends(text, our_own))
        end -= sizeof our_own - 1;
    for (const char *p = text; p < end; p++) {
        if (*p == '\n')
            buffer_add_text(out, p[-1] == ':' ? " " : "; ");
        else if (*p != '\t')
            buffer_add_char(out, *p);
    }
    lua_pop(L, 1);
}
