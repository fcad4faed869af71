#include "script/loading.h"

#include "base/xalloc.h"
#include "script/locate.h"
#include "script/message.h"

#include <lauxlib.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_LOAD_TIME = 10000, KEPT_PATIENCE = 6 };

static const struct script_converter *converter;

void script_set_converter(const struct script_converter *c)
{
    converter = c;
}

const struct script_converter *script_converter(void)
{
    return converter;
}

struct loading *loading_begin(struct script *s, struct problems *problems)
{
    struct loading *l = xcalloc(1, sizeof *l);

    l->problems = problems;
    l->load_time = DEFAULT_LOAD_TIME;
    STAILQ_INIT(&l->sources);
    LIST_INIT(&l->findings);
    STAILQ_INIT(&l->declarations);
    STAILQ_INIT(&l->expectations);
    STAILQ_INIT(&l->strangers);
    s->loading = l;
    return l;
}

static void free_declaration(struct declaration *d)
{
    value_clear(&d->value);
    free(d->name);
    free(d);
}

static void free_source(struct source *source)
{
    if (source->origins != NULL)
        converter->free_origins(source->origins);
    free(source->path);
    free(source->text);
    free(source);
}

static void drop(struct loading *l, struct finding *finding)
{
    LIST_REMOVE(finding, link);
    l->found_bytes -= finding->length;
    free(finding->path);
    free(finding->data);
    free(finding);
}

void loading_end(struct script *s)
{
    struct loading *l = s->loading;
    struct expectation *expectation;
    struct stranger *stranger;
    struct declaration *d;
    struct finding *finding;
    struct source *source;

    while ((expectation = STAILQ_FIRST(&l->expectations)) != NULL) {
        STAILQ_REMOVE_HEAD(&l->expectations, link);
        free(expectation->who);
        free(expectation->target);
        free(expectation);
    }
    while ((stranger = STAILQ_FIRST(&l->strangers)) != NULL) {
        STAILQ_REMOVE_HEAD(&l->strangers, link);
        free(stranger->event);
        free(stranger);
    }
    while ((d = STAILQ_FIRST(&l->declarations)) != NULL) {
        STAILQ_REMOVE_HEAD(&l->declarations, link);
        free_declaration(d);
    }
    while ((source = STAILQ_FIRST(&l->sources)) != NULL) {
        STAILQ_REMOVE_HEAD(&l->sources, link);
        free_source(source);
    }
    while ((finding = LIST_FIRST(&l->findings)) != NULL)
        drop(l, finding);
    annexes_free(l->annexes);
    free(l);
    s->loading = NULL;
}

/* Now they decide about all that runs, and the machine may be out of breath. */
msec loading_limit(const struct loading *l)
{
    return l->is_kept ? KEPT_PATIENCE * l->load_time : l->load_time;
}

struct source *loading_add_source(struct loading *l, const char *path, char *text, size_t length, void *origins)
{
    struct source *source = xcalloc(1, sizeof *source);

    *source = (struct source){
        .path = xstrdup(path), .text = text, .length = length, .origins = origins, .includer = l->current
    };
    lexer_init(&source->lexer, text, length);
    STAILQ_INSERT_TAIL(&l->sources, source, link);
    return source;
}

void loading_add_finding(struct loading *l, const char *path, char *data, size_t length)
{
    struct finding *finding = xcalloc(1, sizeof *finding);

    finding->path = xstrdup(path);
    finding->data = data;
    finding->length = length;
    LIST_INSERT_HEAD(&l->findings, finding, link);
    l->found_bytes += length;
}

void loading_drop_finding(struct loading *l, const char *path)
{
    struct finding *finding;

    LIST_FOREACH(finding, &l->findings, link)
    if (strcmp(finding->path, path) == 0) {
        drop(l, finding);
        return;
    }
}

struct source *loading_find_source(const struct loading *l, const char *path)
{
    struct source *source;

    STAILQ_FOREACH(source, &l->sources, link)
    {
        if (strcmp(source->path, path) == 0)
            return source;
    }
    return NULL;
}

struct spot loading_origin(const struct source *source, int line)
{
    struct spot origin = { .line = line };
    const char *file = source->path;

    if (source->origins != NULL && !converter->origin(source->origins, line, &file, &origin.line))
        origin.line = 0;
    snprintf(origin.file, sizeof origin.file, "%s", file);
    return origin;
}

/* Text that was given to `load` has no file; what it declares stands in a source of its own. */
static struct source *source_of(struct loading *l, const char *path)
{
    struct source *source = loading_find_source(l, path);

    return source != NULL ? source : loading_add_source(l, path, xstrdup(""), 0, NULL);
}

struct declaration *loading_add_declaration(struct loading *l, enum declaration_kind kind, const char *name,
                                            const struct spot *spot)
{
    struct declaration *d = xcalloc(1, sizeof *d);

    d->kind = kind;
    d->name = xstrdup(name);
    d->source = source_of(l, spot->file);
    d->line = spot->line;
    STAILQ_INSERT_TAIL(&l->declarations, d, link);
    return d;
}

void loading_add_annex(struct loading *l, const void *key, void *data, void (*free_data)(void *data))
{
    struct annex *annex = xmalloc(sizeof *annex);

    *annex = (struct annex){ key, data, free_data, l->annexes };
    l->annexes = annex;
}

void loading_expect(struct loading *l, const char *who, const char *target, const struct spot *spot)
{
    struct expectation *e = xcalloc(1, sizeof *e);

    *e = (struct expectation){ .who = xstrdup(who), .target = xstrdup(target), .spot = *spot };
    STAILQ_INSERT_TAIL(&l->expectations, e, link);
}

void loading_doubt_event(struct loading *l, const char *event, const char *nearest, const struct spot *spot)
{
    struct stranger *stranger = xcalloc(1, sizeof *stranger);

    *stranger = (struct stranger){ .event = xstrdup(event), .nearest = nearest, .spot = *spot };
    STAILQ_INSERT_TAIL(&l->strangers, stranger, link);
}

/* Whether the text, behind an `emit`, goes on with the quoted name: emit("done", …), emit 'done'. */
static bool names_event(const char *rest, const char *event)
{
    size_t length = strlen(event);

    rest += strspn(rest, " (");
    return (*rest == '"' || *rest == '\'') && strncmp(rest + 1, event, length) == 0 && rest[length + 1] == *rest;
}

static bool is_emitted(const struct loading *l, const char *event)
{
    const struct source *source;

    STAILQ_FOREACH(source, &l->sources, link)
    for (const char *p = source->text; (p = strstr(p, "emit")) != NULL;) {
        p += strlen("emit");
        if (names_event(p, event))
            return true;
    }
    return false;
}

void loading_check_events(struct loading *l)
{
    const struct stranger *stranger;

    STAILQ_FOREACH(stranger, &l->strangers, link)
    {
        if (!is_emitted(l, stranger->event))
            loading_problem_at(l, &stranger->spot, "on: unknown event '%s', did you mean '%s'?", stranger->event,
                               stranger->nearest);
    }
}

const char *loading_word(const struct declaration *d)
{
    static const char *const words[] = { "supervisor", "program", "group", "socket" };

    return words[d->kind];
}

int loading_line(const struct declaration *d, const char *path)
{
    struct spot declared = loading_origin(d->source, d->line);
    struct spot spot;
    int line = 0;

    if (*path != '\0')
        line = locate_setting(&d->source->lexer, d->line, loading_word(d), d->name, path);
    if (line == 0)
        return declared.line;
    spot = loading_origin(d->source, line);
    return spot.line > 0 && strcmp(spot.file, declared.file) == 0 ? spot.line : declared.line;
}

static bool is_told(const struct problems *p, const char *file, int line, const char *text)
{
    for (size_t i = 0; i < p->count; i++) {
        const struct problem *other = &p->item[i];

        if (other->line == line && other->file != NULL && strcmp(other->file, file) == 0 &&
            strcmp(other->text, text) == 0)
            return true;
    }
    return false;
}

static void add_problem(struct loading *l, const struct spot *spot, const char *text)
{
    const struct source *source = loading_find_source(l, spot->file);
    struct spot origin = source != NULL ? loading_origin(source, spot->line) : *spot;
    const char *file = *origin.file != '\0' ? origin.file : NULL;

    if (file == NULL || !is_told(l->problems, file, origin.line, text))
        problems_add(l->problems, file, origin.line, "%s", text);
}

void loading_problem(lua_State *L, const char *format, ...)
{
    struct loading *l = script_of(L)->loading;
    struct spot spot = script_spot(L, 1);
    char text[512];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (l == NULL)
        luaL_error(L, "%s", text);
    add_problem(l, &spot, text);
}

void loading_problem_at(struct loading *l, const struct spot *spot, const char *format, ...)
{
    struct buffer text = { 0 };
    va_list arguments;

    va_start(arguments, format);
    buffer_vaddf(&text, format, arguments);
    va_end(arguments);
    add_problem(l, spot, text.data);
    buffer_free(&text);
}

int loading_stand_in(lua_State *L)
{
    lua_pushcfunction(L, loading_stand_in);
    return 1;
}

const char *loading_spot(const struct script *s, const char *message, struct spot *spot)
{
    struct source *source;
    const char *rest;

    if (s->loading == NULL)
        return NULL;
    STAILQ_FOREACH(source, &s->loading->sources, link)
    {
        rest = message_after_place(message, source->path, &spot->line);
        if (rest == NULL)
            continue;
        snprintf(spot->file, sizeof spot->file, "%s", source->path);
        return rest;
    }
    return NULL;
}
