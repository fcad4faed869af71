/* supervisord_output: where supervisord sends the streams of a program. */
#include "base/text.h"
#include "base/xalloc.h"
#include "convert/scalar.h"
#include "convert/supervisord.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* One of the two streams of a program. */
struct stream {
    const char *name; /* "stdout" */
    char *path;       /* a template; NULL: nothing was said, or AUTO */
    bool is_auto, off, syslog;
    struct expr *max_size, *backups; /* NULL: not rotated */
    struct place place;
};

static const char default_size[] = "50MB";
enum { DEFAULT_BACKUPS = 10 };

/* The value of "STREAM_SUFFIX". */
static char *stream_value(struct ini_values *v, const struct stream *s, const char *suffix, struct place *place)
{
    char *name = xasprintf("%s_%s", s->name, suffix);
    char *value = ini_value(v, name, place);

    free(name);
    return value;
}

static void stream_refuse(struct ini_values *v, const struct stream *s, const char *suffix, struct place place,
                          const char *why)
{
    char *name = xasprintf("%s_%s", s->name, suffix);

    ini_refuse(v, name, place, "%s", why);
    free(name);
}

static bool stream_flag(struct ini_values *v, const struct stream *s, const char *suffix, struct place *place)
{
    char *name = xasprintf("%s_%s", s->name, suffix);
    char *value = ini_value(v, name, place);
    bool yes = value != NULL && ini_is_true(v, name, value, *place);

    free(value);
    free(name);
    return yes;
}

char *supervisord_path(const char *path)
{
    const char *home = getenv("HOME");

    if (path[0] != '~' || (path[1] != '/' && path[1] != '\0') || home == NULL)
        return xstrdup(path);
    return xasprintf("%s%s", home, path + 1);
}

static void read_path(struct ini_values *v, struct stream *s)
{
    char *value;

    v->scope.process_num = true;
    value = stream_value(v, s, "logfile", &s->place);
    v->scope.process_num = false;
    if (value == NULL)
        return;
    s->is_auto = strcasecmp(value, "auto") == 0;
    s->off = strcasecmp(value, "none") == 0 || strcasecmp(value, "off") == 0;
    s->syslog = strcasecmp(value, "syslog") == 0;
    if (!s->off && !s->syslog && *value != '\0' && !s->is_auto)
        s->path = supervisord_path(value);
    free(value);
}

/* "0" means: never rotated. */
static void read_rotation(struct ini_values *v, struct stream *s)
{
    struct place size_place = s->place, backups_place = s->place;
    char *size = stream_value(v, s, "logfile_maxbytes", &size_place);
    char *backups = stream_value(v, s, "logfile_backups", &backups_place);
    struct error e;

    s->max_size = scalar_size(size != NULL ? size : default_size, &e);
    if (s->max_size == NULL)
        stream_refuse(v, s, "logfile_maxbytes", size_place, e.text);
    s->backups = backups != NULL ? scalar_int(backups, 0, INT_MAX, &e) : expr_number(DEFAULT_BACKUPS);
    if (s->backups == NULL)
        stream_refuse(v, s, "logfile_backups", backups_place, e.text);
    if (s->max_size != NULL && strcmp(s->max_size->text, "0") == 0) {
        expr_free(s->max_size);
        s->max_size = NULL;
    }
    free(size);
    free(backups);
}

/* What supervisord does with a stream beside logging it. */
static void note_events(struct ini_values *v, const struct stream *s)
{
    struct place place;
    char *capture = stream_value(v, s, "capture_maxbytes", &place);

    if (capture != NULL && strcmp(capture, "0") != 0)
        expr_note(v->table, place, "%s_capture_maxbytes = %s is not carried over; `on_line` hears what is written",
                  s->name, capture);
    if (stream_flag(v, s, "events_enabled", &place))
        expr_note(v->table, place, "%s_events_enabled is not carried over; `on_line` hears what is written", s->name);
    free(capture);
}

static void read_stream(struct ini_values *v, struct stream *s, const char *name)
{
    struct place place;

    *s = (struct stream){ .name = name, .place = v->section->place };
    read_path(v, s);
    read_rotation(v, s);
    if (stream_flag(v, s, "syslog", &place))
        s->syslog = true;
    note_events(v, s);
}

static void free_stream(struct stream *s)
{
    free(s->path);
    expr_free(s->max_size);
    expr_free(s->backups);
}

/* reeve's own stream of that name, under any of its paths. */
static bool is_own_stream(const struct stream *s)
{
    static const char *const paths[][3] = { { "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1" },
                                            { "/dev/stderr", "/dev/fd/2", "/proc/self/fd/2" } };

    for (size_t i = 0; i < 3; i++) {
        if (strcmp(s->path, paths[strcmp(s->name, "stderr") == 0][i]) == 0)
            return true;
    }
    return false;
}

/* { path = …, max_size = …, backups = … }; as a function when the path differs between processes. */
static struct expr *make_rotated(const struct ini_values *v, struct stream *s)
{
    struct expr *table = expr_table();

    if (template_is_open(s->path) && v->scope.numprocs != 1) {
        struct buffer path = { 0 }, size = { 0 };

        template_code(&path, s->path);
        template_code(&size, s->max_size->text);
        expr_free(table);
        table = expr_code("function(p) return { path = %s, max_size = %s, backups = %s } end", path.data,
                          s->max_size->kind == EXPR_TEXT ? size.data : s->max_size->text, s->backups->text);
        buffer_free(&path);
        buffer_free(&size);
        return table;
    }
    expr_set(table, "path", ini_template(v, s->path), s->place);
    expr_set(table, "max_size", s->max_size, s->place);
    expr_set(table, "backups", s->backups, s->place);
    s->max_size = s->backups = NULL;
    return table;
}

/* NULL: nothing to write, the end of it is kept in memory. */
static struct expr *make_stream(const struct ini_values *v, struct stream *s)
{
    if (s->syslog)
        return expr_text("syslog");
    if (s->off || (s->path != NULL && strcmp(s->path, "/dev/null") == 0))
        return expr_text("discard");
    if (s->path == NULL)
        return NULL;
    if (is_own_stream(s))
        return expr_text("inherit");
    if (s->max_size == NULL || s->backups == NULL || text_starts(s->path, "/dev/"))
        return ini_template(v, s->path);
    return make_rotated(v, s);
}

static void set_stream(struct ini_values *v, const struct stream *s, struct expr *expr)
{
    if (expr != NULL)
        expr_set(v->table, s->name, expr, s->place);
}

/* What was said and means nothing here; "0" and "false" say nothing. */
static void note_idle(struct ini_values *v, const struct stream *s, const char *suffix, const char *why)
{
    struct place place;
    char *value = stream_value(v, s, suffix, &place);

    if (value != NULL && strcmp(value, "0") != 0 && strcasecmp(value, "false") != 0)
        expr_note(v->table, place, "%s_%s = %s %s", s->name, suffix, value, why);
    free(value);
}

static void note_sink(struct ini_values *v, const struct stream *s)
{
    static const char why[] = "is not carried over: reeve writes no file there";

    if (s->is_auto)
        expr_note(v->table, s->place, "%s_logfile = AUTO: what was written last is kept in memory, see `reeve tail`",
                  s->name);
    if (s->syslog && s->path != NULL)
        expr_note(v->table, s->place, "%s went to %s as well as to syslog", s->name, s->path);
    if (s->path != NULL && !s->syslog && !text_starts(s->path, "/dev/"))
        return;
    note_idle(v, s, "logfile_maxbytes", why);
    note_idle(v, s, "logfile_backups", why);
}

/* Beside redirect_stderr nothing that is said of it counts, also with supervisord. */
static void note_redirected(struct ini_values *v, const struct stream *err)
{
    static const char why[] = "has no effect beside redirect_stderr";

    if (err->path != NULL)
        expr_note(v->table, err->place, "stderr_logfile = %s %s", err->path, why);
    note_idle(v, err, "logfile_maxbytes", why);
    note_idle(v, err, "logfile_backups", why);
    note_idle(v, err, "syslog", why);
}

/* Two that rotate the same file would lose each other's lines. */
static bool share_a_file(const struct stream *out, const struct stream *err)
{
    return out->path != NULL && err->path != NULL && strcmp(out->path, err->path) == 0 && !out->syslog &&
           !err->syslog && (out->max_size != NULL || err->max_size != NULL) && !text_starts(out->path, "/dev/");
}

void supervisord_output(struct ini_values *v)
{
    struct place place;
    char *redirect = ini_value(v, "redirect_stderr", &place);
    bool merged = redirect != NULL && ini_is_true(v, "redirect_stderr", redirect, place);
    struct stream out, err;

    read_stream(v, &out, "stdout");
    read_stream(v, &err, "stderr");
    note_sink(v, &out);
    if (merged)
        note_redirected(v, &err);
    else
        note_sink(v, &err);
    if (!merged && share_a_file(&out, &err))
        expr_note(v->table, err.place, "both streams went to %s", err.path);
    merged = merged || share_a_file(&out, &err);
    set_stream(v, &out, make_stream(v, &out));
    set_stream(v, &err, merged ? expr_text("stdout") : make_stream(v, &err));
    free_stream(&out);
    free_stream(&err);
    free(redirect);
}
