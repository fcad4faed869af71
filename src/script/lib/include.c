#include "base/text.h"
#include "script/args.h"
#include "script/evaluate.h"
#include "script/kept.h"
#include "script/lib.h"

#include <glob.h>
#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_same_file(const char *a, const char *b)
{
    struct stat first, second;

    if (strcmp(a, b) == 0)
        return true;
    return stat(a, &first) == 0 && stat(b, &second) == 0 && first.st_dev == second.st_dev &&
           first.st_ino == second.st_ino;
}

/* "a.lua includes b.lua includes a.lua" */
static void add_chain(struct buffer *chain, const struct source *source, const char *first)
{
    if (!is_same_file(source->path, first))
        add_chain(chain, source->includer, first);
    buffer_addf(chain, "%s includes ", source->path);
}

static bool goes_in_circles(lua_State *L, const struct source *source, const char *path)
{
    for (const struct source *s = source; s != NULL; s = s->includer) {
        struct buffer chain = { 0 };

        if (!is_same_file(s->path, path))
            continue;
        add_chain(&chain, source, path);
        loading_problem(L, "include goes in circles: %s%s", chain.data, path);
        buffer_free(&chain);
        return true;
    }
    return false;
}

static void include_file(lua_State *L, const char *path)
{
    struct script *s = script_of(L);
    struct source *source;
    struct error e;

    if (goes_in_circles(L, s->loading->current, path))
        return;
    source = evaluate_read(s->loading, path, &e);
    if (source != NULL) {
        evaluate(s, source);
        return;
    }
    s->loading->lacks_declarations = true;
    if (e.text[0] != '\0')
        loading_problem(L, "include '%s': %s", path, e.text);
}

static void include_found(lua_State *L, const char *pattern)
{
    glob_t found;

    if (glob(pattern, 0, NULL, &found) == 0)
        for (size_t i = 0; i < found.gl_pathc; i++)
            include_file(L, found.gl_pathv[i]);
    globfree(&found);
}

/* What a glob found then is found again, and nothing that has come since. */
static void include_kept(lua_State *L, const char *pattern)
{
    struct words found = { 0 };

    kept_match(script_of(L)->loading, pattern, &found);
    for (size_t i = 0; i < found.count; i++)
        include_file(L, found.word[i]);
    words_free(&found);
}

static void include_all(lua_State *L, const char *pattern)
{
    const struct loading *l = script_of(L)->loading;
    size_t length;

    if (l->is_kept && kept_find(l, pattern, &length) == NULL)
        include_kept(L, pattern);
    else if (l->is_kept || strpbrk(pattern, "*?[") == NULL || access(pattern, F_OK) == 0)
        include_file(L, pattern);
    else
        include_found(L, pattern);
}

/* include(path): a file or a glob, relative to the file that says it; sorted. Not one of these calls raises, so that
 * what is allocated is freed. */
static int lib_include(lua_State *L)
{
    struct loading *l = script_of(L)->loading;
    const char *path = args_text(L, 1);
    char *beside;

    if (l == NULL)
        return luaL_error(L, "include works only while the file is evaluated");
    beside = text_beside(l->current->path, path);
    include_all(L, beside);
    free(beside);
    return 0;
}

void lib_open_include(lua_State *L)
{
    lua_register(L, "include", lib_include);
}
