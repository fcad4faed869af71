/* io.open for regular files: what else could be opened might block. Files are Lua's own. */
#include "base/xalloc.h"
#include "os/file.h"
#include "script/args.h"
#include "script/kept.h"
#include "script/lib.h"
#include "script/state.h"

#include <errno.h>
#include <fcntl.h>
#include <lauxlib.h>
#include <lualib.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEPT_MOST = 4 << 20 };

static int close_file(lua_State *L)
{
    luaL_Stream *stream = luaL_checkudata(L, 1, LUA_FILEHANDLE);

    script_closed(script_of(L));
    return luaL_fileresult(L, fclose(stream->f) == 0, NULL);
}

/* What fopen makes of a mode, and close-on-exec; -1: it is none. */
static int flags_of(const char *mode)
{
    static const struct {
        const char *mode;
        int flags;
    } modes[] = {
        { "r", O_RDONLY },
        { "r+", O_RDWR },
        { "w", O_WRONLY | O_CREAT | O_TRUNC },
        { "w+", O_RDWR | O_CREAT | O_TRUNC },
        { "a", O_WRONLY | O_CREAT | O_APPEND },
        { "a+", O_RDWR | O_CREAT | O_APPEND },
    };
    size_t length = strcspn(mode, "b");

    if (mode[length] != '\0' && mode[length + 1] != '\0')
        return -1;
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++)
        if (strlen(modes[i].mode) == length && strncmp(modes[i].mode, mode, length) == 0)
            return modes[i].flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
    return -1;
}

static bool is_regular(int fd)
{
    struct stat st;

    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
        return true;
    errno = EINVAL;
    return false;
}

/* O_TRUNC and O_NONBLOCK do no harm to what turns out to be no regular file. */
static FILE *open_regular(const char *path, const char *mode, int flags)
{
    int fd = open(path, flags, 0666);
    FILE *f;

    if (fd < 0)
        return NULL;
    f = is_regular(fd) ? fdopen(fd, mode) : NULL;
    if (f == NULL) {
        int reason = errno;

        close(fd);
        errno = reason;
    }
    return f;
}

/* ---- while the file is evaluated --------------------------------------------------------------- */

/* As if it were read from the disk. */
static FILE *open_data(const char *data, size_t length)
{
    int fd = memfd_create("kept", MFD_CLOEXEC);
    FILE *f = NULL;

    if (fd >= 0 && file_write(fd, data, length) && lseek(fd, 0, SEEK_SET) == 0)
        f = fdopen(fd, "r");
    if (f == NULL && fd >= 0)
        close(fd);
    return f;
}

static FILE *open_kept(struct loading *l, const char *path, const char *data, size_t length)
{
    loading_add_finding(l, path, data != NULL ? memcpy(xmalloc(length + 1), data, length) : NULL, length);
    if (data != NULL)
        return open_data(data, length);
    errno = ENOENT;
    return NULL;
}

/* Whatever is read is kept, as it was last (the file may have written it itself), so that a next life finds the same,
 * unless it is more than a configuration would read. */
static FILE *open_to_keep(struct loading *l, const char *path)
{
    FILE *f = open_regular(path, "r", flags_of("r"));
    int reason = errno;
    struct buffer data = { 0 };

    if (f == NULL) {
        loading_add_finding(l, path, NULL, 0);
    } else if (file_read(path, KEPT_MOST - l->found_bytes, &data, NULL)) {
        size_t length = data.length;

        buffer_add_text(&data, "");
        loading_add_finding(l, path, buffer_take(&data), length);
    }
    buffer_free(&data);
    errno = reason;
    return f;
}

static FILE *open_while_loading(struct loading *l, const char *path)
{
    const char *data;
    size_t length;

    loading_drop_finding(l, path);
    return kept_read(l, path, &data, &length) ? open_kept(l, path, data, length) : open_to_keep(l, path);
}

/* io.open(path [, mode]) -> file | nil, message, errno */
static int lib_open(lua_State *L)
{
    const char *path = args_text(L, 1);
    const char *mode = luaL_optstring(L, 2, "r");
    struct loading *loading = script_of(L)->loading;
    int flags = flags_of(mode);
    luaL_Stream *stream;

    luaL_argcheck(L, flags >= 0, 2, "invalid mode");
    stream = lua_newuserdatauv(L, sizeof *stream, 0);
    stream->closef = NULL; /* a closed one, until it is open */
    luaL_setmetatable(L, LUA_FILEHANDLE);
    if (loading != NULL && *mode == 'r' && strchr(mode, '+') == NULL)
        stream->f = open_while_loading(loading, path);
    else
        stream->f = open_regular(path, mode, flags);
    if (stream->f == NULL)
        return luaL_fileresult(L, 0, path);
    stream->closef = close_file;
    script_opened(L);
    return 1;
}

/* open, and Lua's own io.type. */
static void push_table(lua_State *L)
{
    lua_CFunction original;

    luaL_requiref(L, LUA_IOLIBNAME, luaopen_io, 0);
    lua_getfield(L, -1, "type");
    original = lua_tocfunction(L, -1);
    lua_pop(L, 2);
    lua_createtable(L, 0, 2);
    lua_pushcfunction(L, lib_open);
    lua_setfield(L, -2, "open");
    lua_pushcfunction(L, original);
    lua_setfield(L, -2, "type");
}

void lib_open_io(lua_State *L)
{
    push_table(L);
    lua_setglobal(L, LUA_IOLIBNAME);
    luaL_getmetatable(L, LUA_FILEHANDLE);
    lua_pushliteral(L, "file");
    lua_setfield(L, -2, "__metatable"); /* its finalizer is not for users to replace */
    lua_pop(L, 1);
}
