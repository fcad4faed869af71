/* reeve.save */
#include "base/xalloc.h"
#include "os/chore.h"
#include "os/file.h"
#include "script/args.h"
#include "script/handle.h"
#include "script/lib.h"
#include "script/task.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

enum { LARGEST = 64 << 20, WRITERS_MOST = 16 };

/* What the thread does: a disk may take its time. */
struct writing {
    char *path, *text;
    size_t length;
    bool good;
    struct error error;
};

/* It lies on the stack of its task. */
struct save {
    struct task *task;
    struct chore *chore;
    bool good;
    struct error error;
};

static void write_file(void *work)
{
    struct writing *w = work;

    w->good = file_replace(w->path, w->text, w->length, 0600, &w->error);
}

static void free_writing(void *work)
{
    struct writing *w = work;

    free(w->path);
    free(w->text);
    free(w);
}

static struct chore_kind writers = { .run = write_file, .free = free_writing, .most = WRITERS_MOST };

static void on_done(void *work, void *arg)
{
    const struct writing *w = work;
    struct save *s = arg;

    s->chore = NULL;
    s->good = w->good;
    s->error = w->error;
    task_wake(s->task);
}

static void cancel(void *work)
{
    struct save *s = work;

    chore_stop(&s->chore);
}

static int go_on(lua_State *L, int status, lua_KContext context)
{
    const struct save *s = (const struct save *)context;

    (void)status;
    return handle_push_result(L, s->good, &s->error);
}

static struct writing *writing_new(const char *path, const char *text, size_t length)
{
    struct writing *w = xcalloc(1, sizeof *w);

    w->path = xstrdup(path);
    w->text = memcpy(xmalloc(length + 1), text, length);
    w->length = length;
    return w;
}

/* reeve.save(path, text) -> true | nil, message: all of the file is replaced, or nothing; it is on the disk then, and
 * for its owner alone (mode 0600) */
static int lib_save(lua_State *L)
{
    size_t length;
    const char *path = args_text(L, 1);
    const char *text = luaL_checklstring(L, 2, &length);
    struct task *t = task_to_wait(L, "reeve.save");
    struct save *s;

    luaL_argcheck(L, length <= LARGEST, 2, "more than 64 MB");
    s = lua_newuserdatauv(L, sizeof *s, 0);
    *s = (struct save){ .task = t };
    s->chore = chore_start(tasks_loop(), &writers, writing_new(path, text, length), on_done, s, &s->error);
    if (s->chore == NULL)
        return handle_push_result(L, failure_in(&s->error, "cannot write '%s'", path), &s->error);
    return task_wait(L, t, cancel, s, go_on);
}

void lib_open_save(lua_State *L)
{
    lua_pushcfunction(L, lib_save);
    lua_setfield(L, -2, "save");
}
