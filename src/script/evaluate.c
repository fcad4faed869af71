#include "script/evaluate.h"

#include "base/text.h"
#include "os/file.h"
#include "os/resume.h"
#include "script/call.h"
#include "script/kept.h"
#include "script/message.h"

#include <errno.h>
#include <lauxlib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { FILE_LARGEST = 16 * 1024 * 1024 };

static struct source *convert(struct loading *l, const char *path, struct error *e)
{
    void *origins = NULL;
    size_t length;
    char *text = script_converter()->convert(path, &length, &origins, l->problems);

    e->text[0] = '\0';
    return text != NULL ? loading_add_source(l, path, text, length, origins) : NULL;
}

bool evaluate_read_text(const char *path, struct buffer *text, struct error *e)
{
    if (access(path, R_OK) != 0)
        return failure(e, "%s", strerror(errno));
    return file_read(path, FILE_LARGEST, text, e);
}

struct source *evaluate_read(struct loading *l, const char *path, struct error *e)
{
    const struct script_converter *converter = script_converter();
    struct buffer text = { 0 };
    size_t length;
    const char *kept = kept_find(l, path, &length);

    if (kept != NULL) {
        buffer_add(&text, kept, length);
    } else if (converter != NULL && converter->is_foreign(path) && access(path, R_OK) == 0) {
        return convert(l, path, e);
    } else if (!evaluate_read_text(path, &text, e)) {
        buffer_free(&text);
        return NULL;
    }
    length = text.length;
    return loading_add_source(l, path, buffer_take(&text), length, NULL);
}

const char *evaluate_skip_start(const char *text, size_t *length)
{
    const char *end = text + *length;

    if (*length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        text += 3;
    if (text < end && *text == '#')
        while (text < end && *text != '\n')
            text++;
    *length = (size_t)(end - text);
    return text;
}

/* The function of the file on top of the call's stack, or the problem. */
static bool load(struct call *c, const struct source *source)
{
    struct loading *l = c->script->loading;
    char name[600];
    size_t length = source->length;
    const char *text = evaluate_skip_start(source->text, &length);

    snprintf(name, sizeof name, "@%s", source->path);
    if (luaL_loadbufferx(c->L, text, length, name, "t") == LUA_OK)
        return true;
    message_explain(c->L, -1, &c->spot, &c->text);
    if (c->spot.line == 0)
        snprintf(c->spot.file, sizeof c->spot.file, "%s", source->path);
    loading_problem_at(l, &c->spot, "%s", c->text.data);
    return false;
}

/* "attempt to call a nil value (global 'x')" says nothing new where it was told that there is no global 'x'. */
static bool follows_from_undefined_global(const struct loading *l, const struct call *c)
{
    const char *global = strstr(c->text.data, "(global '");
    size_t length;

    if (global == NULL)
        return false;
    global += strlen("(global ");
    length = strcspn(global + 1, "'") + 2;
    for (size_t i = 0; i < l->problems->count; i++) {
        const struct problem *p = &l->problems->item[i];
        const char *told = text_starts(p->text, "there is no global ") ? p->text + strlen("there is no global ") : "";

        if (p->file != NULL && strcmp(p->file, c->spot.file) == 0 && strncmp(told, global, length) == 0)
            return true;
    }
    return false;
}

/* A limit of time that an included file ran into ends the including one as well: it is told once. */
static void tell(struct loading *l, const struct call *c)
{
    struct buffer limit = { 0 };

    if (!c->cut_off && !follows_from_undefined_global(l, c))
        loading_problem_at(l, &c->spot, "%s", c->text.data);
    if (!c->cut_off || l->told_cut_off)
        return;
    l->told_cut_off = true;
    duration_format(&limit, loading_limit(l));
    loading_problem_at(l, &c->spot, "the evaluation takes longer than %s (load_time)", limit.data);
    buffer_free(&limit);
}

bool evaluate(struct script *s, struct source *source)
{
    struct loading *l = s->loading;
    struct source *outer = l->current;
    struct call c;
    bool good;

    l->current = source;
    call_begin(&c, s);
    resume_watch_extend(loading_limit(l));
    good = load(&c, source);
    if (good && !call_run(&c, loading_limit(l))) {
        if (*c.spot.file == '\0')
            snprintf(c.spot.file, sizeof c.spot.file, "%s", source->path);
        tell(l, &c);
        good = false;
    }
    call_end(&c);
    l->current = outer;
    l->lacks_declarations = l->lacks_declarations || !good;
    return good;
}
