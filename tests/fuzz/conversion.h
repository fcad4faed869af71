/* conversion: the fuzz targets of converters differ only in the format. */
#ifndef TESTS_FUZZ_CONVERSION_H
#define TESTS_FUZZ_CONVERSION_H

#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "convert/convert.h"
#include "fuzz/fuzz.h"

/* What was taken must be Lua; what was refused must say why. */
static inline void check_conversion(const struct converted *out, const struct problems *problems, bool good)
{
    lua_State *lua = luaL_newstate();

    if (!good && problems->count == 0)
        abort();
    if (good && luaL_loadbuffer(lua, out->lua.data, out->lua.length, "=converted") != LUA_OK) {
        fprintf(stderr, "%s\n%s\n", lua_tostring(lua, -1), out->lua.data);
        abort();
    }
    lua_close(lua);
}

static inline void fuzz_conversion(const uint8_t *data, size_t size, const char *format)
{
    int file = memfd_create("fuzz", MFD_CLOEXEC);
    struct convert_options options = { .format = format };
    struct problems problems = { 0 };
    struct converted out;
    char path[64];

    if (file < 0 || write(file, data, size) != (ssize_t)size)
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    check_conversion(&out, &problems, convert_file(path, &options, &out, &problems));
    converted_free(&out);
    problems_free(&problems);
    close(file);
}

#endif
