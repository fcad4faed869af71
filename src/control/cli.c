#include "control/cli.h"

#include "base/text.h"
#include "control/client.h"
#include "control/configuration.h"
#include "control/reconcile.h"
#include "control/shell.h"
#include "control/starter.h"
#include "control/upgrade.h"
#include "convert/convert.h"
#include "core/command.h"
#include "core/habit.h"
#include "os/file.h"
#include "os/resume.h"
#include "script/verbs.h"
#include "version.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int cli_misuse(const char *format, ...)
{
    va_list arguments;

    fputs("reeve: ", stderr);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputs(" (`reeve help` tells more)\n", stderr);
    return 2;
}

int cli_wrong_option(const char *verb)
{
    fprintf(stderr, "`reeve help %s` tells more\n", verb);
    return 2;
}

const char *cli_file(const char *said)
{
    static const char here[] = "supervisor.lua", there[] = "/etc/reeve/supervisor.lua";

    if (said != NULL)
        return said;
    return access(here, F_OK) != 0 && access(there, F_OK) == 0 ? there : here;
}

/* ---- check, plan ------------------------------------------------------------------------------- */

struct file_options {
    const char *file;
    bool json;
};

static bool read_file_options(int argc, char **argv, struct file_options *o)
{
    static const struct option names[] = { { "json", no_argument, NULL, 'j' }, { 0 } };
    int c;

    *o = (struct file_options){ 0 };
    while ((c = getopt_long(argc, argv, "c:", names, NULL)) != -1) {
        if (c == 'c')
            o->file = optarg;
        else if (c == 'j')
            o->json = true;
        else
            return false;
    }
    o->file = cli_file(o->file);
    return true;
}

/* What both print of a good file. */
typedef void print_plan_fn(const struct plan *plan, const struct file_options *o, struct buffer *out);

static int print_plan(const struct file_options *o, print_plan_fn *print)
{
    struct plan *plan = configuration_load(o->file);
    struct buffer out = { 0 };

    if (plan == NULL)
        return 1;
    print(plan, o, &out);
    fwrite(out.data, 1, out.length, stdout);
    buffer_free(&out);
    plan_release(plan);
    return 0;
}

static void print_verdict(const struct plan *plan, const struct file_options *o, struct buffer *out)
{
    buffer_addf(out, "%s: no problems, %zu program%s\n", o->file, plan->program_count,
                plan->program_count == 1 ? "" : "s");
}

static int check_main(int argc, char **argv)
{
    struct file_options o;

    if (!read_file_options(argc, argv, &o))
        return cli_wrong_option("check");
    if (optind < argc)
        return cli_misuse("check: what is '%s'? A file is named by -c", argv[optind]);
    if (o.json)
        return cli_misuse("check: problems are lines FILE:LINE: MESSAGE, there is no --json");
    return print_plan(&o, print_verdict);
}

static void print_settings(const struct plan *plan, const struct file_options *o, struct buffer *out)
{
    if (!o->json) {
        plan_print_text(plan, out);
        return;
    }
    plan_print_json(plan, out);
    buffer_add_char(out, '\n');
}

static int plan_main(int argc, char **argv)
{
    struct file_options o;

    if (!read_file_options(argc, argv, &o))
        return cli_wrong_option("plan");
    if (optind < argc)
        return cli_misuse("plan: what is '%s'? A file is named by -c", argv[optind]);
    return print_plan(&o, print_settings);
}

/* ---- convert ----------------------------------------------------------------------------------- */

static int write_lua(const struct buffer *lua, const char *path)
{
    struct error e;

    if (path == NULL) {
        fwrite(lua->data, 1, lua->length, stdout);
        return 0;
    }
    if (file_put(path, lua->data, lua->length, 0644, &e))
        return 0;
    fprintf(stderr, "reeve: %s\n", e.text);
    return 1;
}

static int convert(const char *path, const struct convert_options *options, const char *out)
{
    struct converted converted = { 0 };
    struct problems problems = { 0 };
    int status = 1;

    if (convert_file(path, options, &converted, &problems))
        status = write_lua(&converted.lua, out);
    configuration_print_problems(&problems);
    problems_free(&problems);
    converted_free(&converted);
    return status;
}

static int convert_main(int argc, char **argv)
{
    static const struct option names[] = { { "from", required_argument, NULL, 'f' },
                                           { "formation", required_argument, NULL, 'm' },
                                           { "output", required_argument, NULL, 'o' },
                                           { 0 } };
    struct convert_options options = { 0 };
    const char *out = NULL;
    int c;

    while ((c = getopt_long(argc, argv, "f:m:o:", names, NULL)) != -1) {
        if (c == 'f')
            options.format = optarg;
        else if (c == 'm')
            options.formation = optarg;
        else if (c == 'o')
            out = optarg;
        else
            return cli_wrong_option("convert");
    }
    if (optind + 1 != argc)
        return cli_misuse("convert takes one file");
    if (options.format != NULL && !text_is_among(options.format, convert_formats))
        return cli_misuse("there is no format '%s': " CONVERT_FORMATS, options.format);
    return convert(argv[optind], &options, out);
}

/* ---- init, help -------------------------------------------------------------------------------- */

static int init_main(int argc, char **argv)
{
    const char *path = argc > 1 ? argv[1] : "supervisor.lua";
    FILE *file;
    int fd;

    if (argc > 2 || *path == '-')
        return cli_misuse("init takes the name of one file");
    fd = file_open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    file = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (file == NULL || fputs(starter_text, file) == EOF || fclose(file) == EOF) {
        fprintf(stderr, "reeve: '%s': %s\n", path,
                errno == EEXIST ? "it is there already, and is not overwritten" : strerror(errno));
        return 1;
    }
    printf("%s is written: edit it, then `reeve check -c %s` and `reeve run -c %s`\n", path, path, path);
    return 0;
}

struct local {
    const char *verb, *arguments, *help;
    int (*main)(int argc, char **argv);
};

static int help_main(int argc, char **argv);

static const struct local locals[] = {
    { "run", "[-c FILE] [-s ADDRESS]… [--daemon] [--pidfile FILE] [-v]",
      "supervise, in the foreground\n"
      "-c names the configuration (./supervisor.lua, then /etc/reeve/supervisor.lua), -s an address of the control "
      "port instead of the configured ones, --daemon goes into the background, -v logs more.",
      run_main },
    { "check", "[-c FILE]", "tell every mistake of a configuration; starts nothing", check_main },
    { "plan", "[-c FILE] [--json]", "every program with every setting", plan_main },
    { "convert", "FILE [--from FORMAT] [-m FORMATION] [-o OUT]",
      "another tool's configuration as a supervisor.lua\n"
      "FORMAT is " CONVERT_FORMATS "; it is told by name and content otherwise. FORMATION is for a Procfile: "
      "web=2,worker=5.",
      convert_main },
    { "reconcile", "[list|start PROGRAM|stop PROGRAM] [-c FILE] [-v]",
      "one pass towards the states that a server wants, for cron\n"
      "It acts on detached programs only, needs no supervisor, and leaves none behind. `list` shows them, `start` and "
      "`stop` hold until the server changes its mind.",
      reconcile_main },
    { "shell", "[-s ADDRESS] [--json] [--password-file FILE]",
      "say commands to a supervisor, one after the other\n"
      "On a terminal lines are edited, completed by the tabulator and kept; otherwise they are read from standard "
      "input, and the exit status is that of the last one that failed.",
      shell_main },
    { "init", "[FILE]", "write a supervisor.lua to begin with", init_main },
    { "help", "[VERB]", "this list, or all about one command", help_main },
};

#define LOCALS (sizeof locals / sizeof *locals)

enum { VERBS_MOST = 128 }; /* of a supervisor, that are compared with a misspelled one */

const char *cli_verb_at(size_t i, const char **arguments)
{
    if (i >= LOCALS)
        return NULL;
    *arguments = locals[i].arguments;
    return locals[i].verb;
}

static const struct local *find_local(const char *verb)
{
    for (size_t i = 0; i < LOCALS; i++)
        if (strcmp(locals[i].verb, verb) == 0)
            return &locals[i];
    return NULL;
}

/* The verb that is meant, ours or a supervisor's, or NULL. */
static const char *guess(const char *word)
{
    const char *names[LOCALS + 1 + VERBS_MOST] = { NULL };
    size_t count = 0;

    if (habit_verb(word) != NULL)
        return habit_verb(word);
    while (count < LOCALS) {
        names[count] = locals[count].verb;
        count++;
    }
    for (size_t i = 0; i < VERBS_MOST && command_at(i) != NULL; i++)
        names[count++] = command_at(i)->verb;
    return text_nearest(word, names);
}

static int unknown_verb(const char *verb, const char *meant)
{
    if (meant != NULL)
        return cli_misuse("there is no command '%s': did you mean '%s'?", verb, meant);
    return cli_misuse("there is no command '%s'", verb);
}

static void print_list(struct buffer *out)
{
    buffer_add_text(out, "usage: reeve VERB …\n\nHere:\n");
    for (size_t i = 0; i < LOCALS; i++) {
        const struct local *l = &locals[i];

        buffer_addf(out, "  %s %s\n      %.*s\n", l->verb, l->arguments, (int)strcspn(l->help, "\n"), l->help);
    }
    buffer_add_text(out, "\nSaid to a supervisor, with [-s ADDRESS] [--json] [--password-file FILE]:\n");
    command_list(out);
    buffer_add_text(out,
                    "\nA TARGET is a program, one of its processes (web:2), a @group, a pattern (work*), or all.\n");
}

static int print_help(const char *verb)
{
    const struct local *l = verb != NULL ? find_local(verb) : NULL;
    const struct command *c = verb != NULL ? command_find(verb) : NULL;
    struct buffer out = { 0 };

    if (verb == NULL)
        print_list(&out);
    else if (l != NULL)
        buffer_addf(&out, "reeve %s %s\n%s\n", l->verb, l->arguments, l->help);
    else if (c != NULL)
        command_help(c, &out);
    else
        return unknown_verb(verb, guess(verb));
    fwrite(out.data, 1, out.length, stdout);
    buffer_free(&out);
    return 0;
}

static int help_main(int argc, char **argv)
{
    return print_help(argc > 1 ? argv[1] : NULL);
}

static bool is_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

/* getopt begins its messages with argv[0]. */
static int run_local(const struct local *local, int argc, char **argv)
{
    static char name[32];

    snprintf(name, sizeof name, "reeve: %s", local->verb);
    argv[0] = name;
    return local->main(argc, argv);
}

static int dispatch(int argc, char **argv)
{
    const char *verb = argc > 1 ? argv[1] : NULL, *meant;
    const struct local *local = verb != NULL ? find_local(verb) : NULL;

    verbs_register(); /* the client checks what it is asked before it asks */
    upgrade_register();
    if (argc > 2 && is_help(argv[argc - 1]) && strcmp(argv[argc - 2], "--") != 0)
        return print_help(verb);
    if (local != NULL && local->main == run_main)
        resume_prepare(argc, argv);
    if (local != NULL)
        return run_local(local, argc - 1, argv + 1);
    if (verb == NULL) {
        print_help(NULL);
        return 2;
    }
    if (strcmp(verb, "--version") == 0 || strcmp(verb, "-V") == 0) {
        printf("reeve %s\n", REEVE_VERSION);
        return 0;
    }
    if (is_help(verb))
        return print_help(NULL);
    if (strcmp(verb, "complete") == 0)
        return complete_main(argc - 1, argv + 1);
    if (strcmp(verb, "-c") == 0)
        return cli_misuse("-c stands behind a verb: reeve run -c FILE");
    if (strpbrk(verb, "./") != NULL)
        return cli_misuse("there is no command '%s'; a file is run by `reeve run -c FILE`", verb);
    meant = command_find(verb) == NULL ? guess(verb) : NULL;
    if (meant != NULL && find_local(meant) != NULL)
        return unknown_verb(verb, meant); /* the rest is the supervisor's to tell */
    return client_main(argc, argv);
}

/* A full disk is no success. */
static int finish_output(int status)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    fprintf(stderr, "reeve: the output cannot be written: %s\n", strerror(errno));
    return status == 0 ? 1 : status;
}

int cli_main(int argc, char **argv)
{
    return finish_output(dispatch(argc, argv));
}
