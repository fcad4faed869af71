/* supervisord: its INI files. Defaults of supervisord that differ from reeve's are written out, so that programs go on
 * as they did. */
#include "convert/supervisord.h"
#include "base/hash.h"
#include "base/text.h"
#include "base/xalloc.h"

#include <assert.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_FILES = 1000 };

/* Which files were read. */
struct inclusion {
    struct supervisord *sd;
    bool full; /* and that was told */
    size_t count;
    struct {
        dev_t device;
        ino_t inode;
    } seen[MOST_FILES + 2]; /* the main file, and one that is too many */
};

/* A pattern may find the main file too, or one that another pattern has found: supervisord reads it twice, which is the
 * same as once. What cannot be looked at is told by whoever reads it. */
static bool is_new(struct inclusion *in, const char *path)
{
    struct stat st;

    if (stat(path, &st) < 0)
        return true;
    for (size_t i = 0; i < in->count; i++) {
        if (in->seen[i].device == st.st_dev && in->seen[i].inode == st.st_ino)
            return false;
    }
    assert(in->count < MOST_FILES + 2);
    in->seen[in->count].device = st.st_dev;
    in->seen[in->count++].inode = st.st_ino;
    return true;
}

static void include_file(struct inclusion *in, const char *path, struct place place)
{
    struct conversion *c = in->sd->c;
    const struct source *s;

    if (!is_new(in, path))
        return;
    in->full = c->extra_count == MOST_FILES;
    if (in->full) {
        draft_refuse(&c->draft, place, "[include]: more than %d files", MOST_FILES);
        return;
    }
    s = conversion_read(c, path);
    if (s != NULL)
        ini_read(&in->sd->ini, s, c->draft.problems);
}

static void include_pattern(struct inclusion *in, const char *pattern, struct place place)
{
    char *path = text_beside(in->sd->c->source->path, pattern);
    glob_t found = { 0 };

    if (glob(path, GLOB_NOESCAPE, NULL, &found) != 0)
        draft_note(&in->sd->c->draft, place, "[include] no file matches %s", pattern);
    for (size_t i = 0; i < found.gl_pathc && !in->full; i++)
        include_file(in, found.gl_pathv[i], place);
    globfree(&found);
    free(path);
}

static void include_patterns(struct supervisord *sd, char *patterns, struct place place)
{
    struct inclusion *in = xcalloc(1, sizeof *in);
    char *pattern;

    in->sd = sd;
    is_new(in, sd->c->source->path);
    while ((pattern = strsep(&patterns, " \t\r\n\f")) != NULL) {
        if (*pattern != '\0' && !in->full)
            include_pattern(in, pattern, place);
    }
    free(in);
}

static void include_files(struct supervisord *sd)
{
    const struct ini_section *include = ini_find(&sd->ini, "include");
    struct ini_values v;
    struct place place;
    char *files;

    if (include == NULL)
        return;
    if (ini_get(include, "files") == NULL) {
        draft_refuse(&sd->c->draft, include->place, "[include]: there is no `files`");
        return;
    }
    ini_values_begin(&v, sd, include, sd->c->draft.notes);
    files = ini_value(&v, "files", &place);
    if (files != NULL)
        include_patterns(sd, files, place);
    if (files != NULL && ini_get(include, "files")->place.file != sd->c->source->path)
        draft_note(&sd->c->draft, include->place, "[include] of an included file is not followed");
    free(files);
}

/* Call `fn` for each of the words between commas. */
static void each_word(const char *list, void (*fn)(const char *word, void *arg), void *arg)
{
    char *copy = xstrdup(list), *rest = copy, *word;

    while ((word = strsep(&rest, ",")) != NULL) {
        size_t length;

        word += strspn(word, " \t\r\n");
        length = strlen(word);
        while (length > 0 && strchr(" \t\r\n", word[length - 1]) != NULL)
            word[--length] = '\0';
        if (length > 0)
            fn(word, arg);
    }
    free(copy);
}

/* Which group names a program. */
struct membership {
    char *program;
    const char *group;
    UT_hash_handle hh;
};

struct group_reader {
    struct supervisord *sd;
    const char *group;
};

static void add_membership(const char *word, void *arg)
{
    struct group_reader *r = arg;
    struct membership *m;

    HASH_FIND_STR(r->sd->memberships, word, m);
    if (m != NULL)
        return;
    m = xcalloc(1, sizeof *m);
    m->program = xstrdup(word);
    m->group = r->group;
    HASH_ADD_KEYPTR(hh, r->sd->memberships, m->program, strlen(m->program), m);
}

/* Programs must know their groups before they are read: %(group_name)s. */
static void read_groups(struct supervisord *sd)
{
    for (size_t i = 0; i < sd->ini.count; i++) {
        const struct ini_section *s = sd->ini.section[i];
        const struct ini_option *list = text_starts(s->name, "group:") ? ini_get(s, "programs") : NULL;
        struct group_reader r = { sd, strchr(s->name, ':') };

        if (list != NULL) {
            r.group++;
            each_word(list->value, add_membership, &r);
        }
    }
}

static const char *group_of(const struct supervisord *sd, const char *program)
{
    struct membership *m;

    HASH_FIND_STR(sd->memberships, program, m);
    return m != NULL ? m->group : NULL;
}

static void free_groups(struct supervisord *sd)
{
    struct membership *m, *next;

    HASH_ITER(hh, sd->memberships, m, next)
    {
        HASH_DEL(sd->memberships, m);
        free(m->program);
        free(m);
    }
}

struct members {
    struct supervisord *sd;
    struct expr *list;
    struct place place;
    const char *group;
};

static void add_member(const char *word, void *arg)
{
    struct members *m = arg;
    char *program = xasprintf("program:%s", word), *fcgi = xasprintf("fcgi-program:%s", word);
    char *name = draft_name(word, NULL, m->place);

    if (ini_find(&m->sd->ini, program) == NULL && ini_find(&m->sd->ini, fcgi) == NULL)
        draft_refuse(&m->sd->c->draft, m->place, "[%s]: there is no program '%s'", m->group, word);
    expr_add(m->list, expr_text(name), m->place);
    free(program);
    free(fcgi);
    free(name);
}

static void note_group(struct supervisord *sd, const struct ini_section *section)
{
    for (size_t i = 0; i < section->count; i++) {
        const struct ini_option *o = &section->option[i];

        if (strcmp(o->key, "priority") == 0)
            draft_note(&sd->c->draft, o->place, "[%s] priority = %s is not carried over; programs have their own",
                       section->name, o->value);
        else if (strcmp(o->key, "programs") != 0)
            draft_note(&sd->c->draft, o->place, "[%s] %s is not carried over: supervisord does not know it either",
                       section->name, o->key);
    }
}

static void convert_group(struct supervisord *sd, const struct ini_section *section)
{
    const char *name = strchr(section->name, ':') + 1;
    const struct ini_option *list = ini_get(section, "programs");
    struct members m = { .sd = sd, .group = section->name };
    struct ini_values v;
    char *words;

    if (list == NULL) {
        draft_refuse(&sd->c->draft, section->place, "[%s]: there is no `programs`", section->name);
        return;
    }
    note_group(sd, section);
    ini_values_begin(&v, sd, section, NULL);
    words = ini_value(&v, "programs", &m.place);
    m.list = draft_open_named(&sd->c->draft, "group", name, section->place);
    if (words != NULL)
        each_word(words, add_member, &m);
    free(words);
}

/* What a listener is for, told by a word of its command or of its events, is there without it. */
static const struct stand_in {
    const char *key, *word, *instead;
} stand_ins[] = {
    { "command", "crashmail", "reeve sends mail itself, require(\"reeve.alert\").email { to =, on = \"crash\" }" },
    { "command", "fatalmail", "reeve sends mail itself, require(\"reeve.alert\").email { to =, on = \"fatal\" }" },
    { "command", "memmon", "reeve looks itself, health = { max_memory = } of a program" },
    { "command", "httpok", "reeve asks itself, health = { http = } of a program" },
    { "events", "PROCESS_STATE",
      "reeve tells hooks what happens, on(\"exit\", function(event) … end), and ends with a program that is "
      "essential = true, or one that it gives up, on_giveup = \"shutdown\"" },
    { "events", "TICK", "reeve has schedules, require(\"reeve.schedule\").every(60, function() … end)" },
    { "events", "PROCESS_LOG", "reeve tells hooks what programs write, on(\"line\", function(event) … end)" },
};

static const char *instead_of(const struct ini_section *listener)
{
    for (size_t i = 0; i < sizeof stand_ins / sizeof *stand_ins; i++) {
        const struct ini_option *option = ini_get(listener, stand_ins[i].key);

        if (option != NULL && strstr(option->value, stand_ins[i].word) != NULL)
            return stand_ins[i].instead;
    }
    return "reeve tells hooks what happens, on(\"exit\", function(event) … end)";
}

static void note_listener(struct supervisord *sd, const struct ini_section *section)
{
    struct expr *notes = draft_open(&sd->c->draft, NULL, section->place);

    expr_note(notes, section->place, "[%s] is not carried over: %s", section->name, instead_of(section));
    for (size_t i = 0; i < section->count; i++)
        expr_note(notes, section->option[i].place, "  %s = %s", section->option[i].key, section->option[i].value);
}

/* Sections, or what they begin with. */
static const char *const known[] = { "program:",      "fcgi-program:", "group:",           "eventlistener:",
                                     "include",       "supervisord",   "supervisorctl",    "unix_http_server",
                                     "rpcinterface:", "ctlplugin:",    "inet_http_server", NULL };

static bool is_known(const char *name)
{
    for (const char *const *k = known; *k != NULL; k++) {
        if (text_starts(name, *k) && (name[strlen(*k)] == '\0' || strchr(*k, ':') != NULL))
            return true;
    }
    return false;
}

/* The unit of a systemd is also an INI. */
static void refuse_strangers(struct supervisord *sd)
{
    for (size_t i = 0; i < sd->ini.count; i++) {
        if (is_known(sd->ini.section[i]->name))
            return;
    }
    draft_refuse(&sd->c->draft, sd->ini.section[0]->place,
                 "[%s] and all others are no sections of supervisord's, such as [program:NAME]",
                 sd->ini.section[0]->name);
}

static void refuse_section(struct supervisord *sd, const struct ini_section *section)
{
    bool runs = ini_get(section, "command") != NULL || ini_get(section, "cmd") != NULL;
    const char *colon = strchr(section->name, ':');
    char *prefix = xstrndup(section->name, strcspn(section->name, ":") + (colon != NULL));
    const char *near = sd->c->draft.problems->count < PROBLEMS_MAX ? text_nearest(prefix, known) : NULL;

    if (text_starts(section->name, "program."))
        draft_refuse(&sd->c->draft, section->place, "[%s]: programs are [program:NAME], with a colon", section->name);
    else if (runs)
        draft_refuse(&sd->c->draft, section->place, "[%s]: programs are [program:%s]", section->name,
                     colon != NULL ? colon + 1 : section->name);
    else if (near != NULL)
        draft_refuse(&sd->c->draft, section->place, "there is no section [%s]; did you mean [%s…]?", section->name,
                     near);
    else
        draft_note(&sd->c->draft, section->place, "[%s] is not carried over: supervisord does not know it either",
                   section->name);
    free(prefix);
}

/* The other ways in that supervisord has; reeve's socket is somewhere else and speaks another language. */
static void note_server(struct supervisord *sd, const struct ini_section *section)
{
    const char *key = strcmp(section->name, "unix_http_server") == 0 ? "file" : "port";
    const struct ini_option *option = ini_get(section, key);

    draft_note(&sd->c->draft, section->place,
               "[%s]%s%s is not carried over: reeve is controlled through its own socket, see `control`", section->name,
               option != NULL ? " " : "", option != NULL ? option->value : "");
}

static bool is_of_the_client(const char *name)
{
    return strcmp(name, "supervisorctl") == 0 || text_starts(name, "ctlplugin:") || text_starts(name, "rpcinterface:");
}

static void convert_section(struct supervisord *sd, const struct ini_section *section)
{
    const char *name = section->name;

    if (text_starts(name, "program:") || text_starts(name, "fcgi-program:"))
        supervisord_program(sd, section, group_of(sd, strchr(name, ':') + 1));
    else if (text_starts(name, "eventlistener:"))
        note_listener(sd, section);
    else if (strcmp(name, "unix_http_server") == 0 || strcmp(name, "inet_http_server") == 0)
        note_server(sd, section);
    else if (is_of_the_client(name))
        draft_note(&sd->c->draft, section->place, "[%s] is not carried over: it is about XML-RPC and its clients",
                   name);
    else if (strcmp(name, "supervisord") != 0 && strcmp(name, "include") != 0 && strcmp(name, "DEFAULT") != 0 &&
             !text_starts(name, "group:"))
        refuse_section(sd, section);
}

/* Programs in the order of the files, then the groups that name them. */
static void convert_sections(struct supervisord *sd)
{
    for (size_t i = 0; i < sd->ini.count; i++)
        convert_section(sd, sd->ini.section[i]);
    for (size_t i = 0; i < sd->ini.count; i++) {
        if (text_starts(sd->ini.section[i]->name, "group:"))
            convert_group(sd, sd->ini.section[i]);
    }
}

void supervisord_convert(struct conversion *c)
{
    struct supervisord sd = { .c = c };

    gethostname(sd.host, sizeof sd.host - 1);
    ini_read(&sd.ini, c->source, c->draft.problems);
    include_files(&sd);
    if (sd.ini.count == 0 && c->draft.problems->count == 0)
        draft_refuse(&c->draft, (struct place){ c->source->path, 0 }, "there is no [section] in this file");
    read_groups(&sd);
    supervisord_settings(&sd);
    convert_sections(&sd);
    if (c->draft.problems->count == 0)
        refuse_strangers(&sd);
    free_groups(&sd);
    expr_free(sd.env);
    free(sd.folder);
    ini_free(&sd.ini);
}
