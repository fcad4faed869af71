/* procfile: a Procfile and the `.env` beside it, as foreman runs them. */
#include "base/text.h"
#include "base/xalloc.h"
#include "convert/dotenv.h"
#include "convert/formation.h"
#include "convert/formats.h"
#include "convert/lua_text.h"
#include "convert/scalar.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    FIRST_PORT = 5000,
    PORT_STEP = 100 /* from one line to the next */
};

struct procfile {
    struct conversion *c;
    struct formation formation;
    struct expr *env; /* the variables of `.env` but PORT; NULL without that file */
    char *port;       /* its PORT, or NULL */
    int port_line;
    char *folder;     /* where to run, or NULL: here */
    int lines;        /* that were processes */
};

static void add_variable(const char *key, const char *value, int line, void *arg)
{
    struct procfile *p = arg;
    struct place place = { p->c->extra[0]->path, line };
    struct buffer code = { 0 };

    if (strcmp(key, "PORT") == 0) {
        free(p->port);
        p->port = xstrdup(value);
        p->port_line = line;
        return;
    }
    buffer_add_text(&code, "os.getenv(");
    lua_text_quote(&code, key, strlen(key));
    buffer_add_text(&code, ") or ");
    lua_text_quote(&code, value, strlen(value));
    expr_set(p->env, key, expr_code("%s", code.data), place);
    buffer_free(&code);
}

/* Read `.env`, if there is one in the folder of the Procfile. */
static void read_environment(struct procfile *p)
{
    char *path = text_beside(p->c->source->path, ".env");

    if (access(path, F_OK) == 0) {
        const struct source *s = conversion_read(p->c, path);

        p->env = expr_table();
        if (s != NULL)
            dotenv_read(s, add_variable, p, p->c->draft.problems);
    }
    free(path);
}

/* The first port, in Lua: the environment may say another one when the file is loaded. */
static void declare_port(struct procfile *p)
{
    struct place place = { p->c->source->path, 0 };
    struct buffer lua = { 0 };
    long long port = FIRST_PORT;
    struct error e;

    if (p->port != NULL && !scalar_integer(p->port, 0, 65535, &port, &e))
        draft_refuse(&p->c->draft, (struct place){ p->c->extra[0]->path, p->port_line }, "PORT: %s", e.text);
    buffer_addf(&lua,
                "-- PORT as foreman counts it: %d more for each line, 1 more for each further process.\n"
                "local port = tonumber(os.getenv(\"PORT\")) or %lld\n",
                PORT_STEP, port);
    draft_code(&p->c->draft, lua.data, place);
    buffer_free(&lua);
}

/* A function that makes a fresh table for each program: they differ in PORT. */
static void declare_environment(struct procfile *p)
{
    struct place place = { p->c->source->path, 0 };
    struct buffer lua = { 0 };

    if (p->env == NULL)
        return;
    buffer_add_text(&lua, "-- From .env. What the environment says already wins.\n"
                          "local function environment(PORT)\n  return {\n    PORT = PORT,\n");
    for (size_t i = 0; i < p->env->count; i++) {
        buffer_add_text(&lua, "    ");
        lua_text_key(&lua, p->env->item[i].key);
        buffer_addf(&lua, "%s,\n", p->env->item[i].value->text);
    }
    buffer_add_text(&lua, "  }\nend\n");
    draft_code(&p->c->draft, lua.data, place);
    buffer_free(&lua);
}

/* { PORT = port + 100 }, or by the process when there are several of them. */
static struct expr *make_environment(const struct procfile *p, int count)
{
    char *port = p->lines > 0 ? xasprintf("port + %d", p->lines * PORT_STEP) : xstrdup("port");
    const char *more = count > 1 ? " + p.index - 1" : "";
    char *table =
        p->env != NULL ? xasprintf("environment(%s%s)", port, more) : xasprintf("{ PORT = %s%s }", port, more);
    struct expr *expr = count > 1 ? expr_code("function(p) return %s end", table) : expr_code("%s", table);

    free(port);
    free(table);
    return expr;
}

static struct expr *make_output(struct place place)
{
    struct expr *table = expr_table();

    expr_set(table, "to", expr_text("inherit"), place);
    expr_set(table, "prefix", expr_bool(true), place);
    return table;
}

static void convert_process(struct procfile *p, const char *name, const char *command, struct place place)
{
    int count = formation_count(&p->formation, name);
    struct expr *program = draft_open_named(&p->c->draft, "program", name, place);

    expr_set(program, "cmd", expr_text(command), place);
    expr_set(program, "shell", expr_bool(true), place);
    if (count != 1)
        expr_set(program, "numprocs", expr_number(count), place);
    if (p->folder != NULL)
        expr_set(program, "workingdir", expr_text(p->folder), place);
    expr_set(program, "env", make_environment(p, count), place);
    expr_set(program, "stdout", make_output(place), place);
    expr_set(program, "stderr", make_output(place), place);
    p->lines++;
}

/* "name: command"; comments and empty lines are skipped. */
static void convert_line(struct procfile *p, char *line, struct place place)
{
    char *name = line + strspn(line, " \t\f");
    size_t length = strcspn(name, ": \t");
    char *command = name + length + strspn(name + length, " \t");
    char *end = name + strlen(name);

    if (*name == '\0' || *name == '#')
        return;
    if (length == 0 || *command != ':') {
        draft_refuse(&p->c->draft, place, "expected `name: command`, got '%.40s'", name);
        return;
    }
    name[length] = '\0';
    command += 1 + strspn(command + 1, " \t");
    while (end > command && strchr(" \t\f", end[-1]) != NULL)
        *--end = '\0';
    if (end <= command)
        draft_refuse(&p->c->draft, place, "'%s' has no command", name);
    else
        convert_process(p, name, command, place);
}

static void convert_lines(struct procfile *p)
{
    struct source_line line = { 0 };

    while (source_next_line(p->c->source, &line)) {
        char *text = xstrndup(line.start, line.length);

        convert_line(p, text, (struct place){ p->c->source->path, line.number });
        free(text);
    }
    if (p->lines == 0 && p->c->draft.problems->count == 0)
        draft_refuse(&p->c->draft, (struct place){ p->c->source->path, 0 }, "there is no process in this file");
}

/* The folder of the Procfile, unless that is where we are. */
static char *folder_elsewhere(const struct source *s)
{
    char *folder = source_folder(s), *here = realpath(".", NULL);

    if (here != NULL && strcmp(here, folder) == 0) {
        free(folder);
        folder = NULL;
    }
    free(here);
    return folder;
}

void procfile_convert(struct conversion *c)
{
    struct procfile p = { .c = c };

    formation_read(&p.formation, c->formation, c->draft.problems);
    p.folder = folder_elsewhere(c->source);
    read_environment(&p);
    draft_note(&c->draft, (struct place){ 0 },
               "foreman ends everything when one process ends; here each one is restarted by itself.");
    draft_note(&c->draft, (struct place){ 0 }, "`essential = true` in a program brings that back.");
    declare_port(&p);
    declare_environment(&p);
    convert_lines(&p);
    formation_check(&p.formation, c->source->path, c->draft.problems);
    formation_free(&p.formation);
    expr_free(p.env);
    free(p.port);
    free(p.folder);
}
