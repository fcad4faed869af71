/* The table of all verbs, and the help that is printed from it. */
#include "command_private.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { REGISTERED_MOST = 32 };

static const struct command table[] = {
    { "status", "[TARGET…] [-v]",
      "what runs, and since when\n"
      "One line for each process: name, state, description. The exit status is 3 when a TARGET is not RUNNING. With -v "
      "also the lines of `tasks`.",
      "-v", 0, -1, false, command_status },
    { "start", "TARGET… [--no-wait]",
      "start processes\n"
      "Waits until each is RUNNING, or has failed; --no-wait does not. A FATAL one gets all its retries again.",
      "--no-wait", 1, -1, true, command_start },
    { "stop", "TARGET… [--no-wait]",
      "stop processes\n"
      "Waits until each has stopped; --no-wait does not. What waited for a retry is not started again.",
      "--no-wait", 1, -1, true, command_stop },
    { "restart", "TARGET… [--no-wait] [--rolling [N]]",
      "stop and start again\n"
      "Starts those that were stopped. With --rolling, N processes (1) at a time, each batch RUNNING before the next "
      "one is touched; the first failure ends it. It does not go with --no-wait.",
      "--no-wait --rolling?", 1, -1, true, command_restart },
    { "reload", "[--dry-run] [--wait] [--rolling [N]]",
      "read the configuration again\n"
      "Starts what was added, stops what was removed, restarts only what changed in a way that it sees. With an error "
      "in the file nothing changes. --dry-run only prints the list; --wait answers when all has settled, "
      "and fails if something that it started or restarted has failed. With --rolling those that are up are restarted "
      "N "
      "(1) at a time, each batch RUNNING before the next one is touched; the first failure ends it, and who is left "
      "runs on with its old settings until the next reload or restart. It does not go with --wait.",
      "--dry-run --wait --rolling?", 0, 0, true, command_reload },
    { "shutdown", "[--graceful] [--wait]",
      "stop everything and end\n"
      "Workers are told to end at once, as by TERM; with --graceful they are asked, as by QUIT. With --wait the "
      "connection stays open, and its end is reeve's.",
      "--graceful --wait", 0, 0, true, command_shutdown },
    { "scale", "PROGRAM N|+N|-N [--force]",
      "keep so many processes of a program\n"
      "Within its min_procs and max_procs, which --force ignores: 0 then parks it, as WINCH does. The number holds "
      "until numprocs changes in the file.",
      "--force", 2, 2, true, command_scale },
    { "signal", "SIGNAL TARGET…", "send a signal to processes", "", 2, -1, true, command_signal },
    { "tail", "[-f] [-n N] TARGET… [stdout|stderr]",
      "the last lines of output\n"
      "The last N (10) lines of stdout, or stderr. With -f, what follows too, until the client goes.",
      "-f -n=", 1, -1, false, command_tail },
    { "attach", "PROCESS", "recent output of both streams, then live, until the client goes", "", 1, 1, false,
      command_attach },
    { "log", "[-f] [-n N]", "the last N (20) lines of reeve's own log; with -f, what follows too", "-f -n=", 0, 0,
      false, command_log },
    { "events", "[-f] [-n N]",
      "the last N (20) events; with -f, what follows too\n"
      "Changes of state, starts, exits, restarts, reloads, as they happen.",
      "-f -n=", 0, 0, false, command_events },
    { "why", "PROCESS", "how it ended, the last times, and its last words", "", 1, 1, false, command_why },
    { "wait", "TARGET STATE [TIME]",
      "wait until all processes of a target are in a state\n"
      "Fails when TIME (such as 10s) is over first.",
      "", 2, 3, false, command_wait },
    { "health", "[TARGET…]",
      "fails when a process that is wanted is not RUNNING, or not well\n"
      "For the health check of a container: the exit status is 0 or 1, and a line says who is not.",
      "", 0, -1, false, command_health },
    { "graph", "",
      "the order of programs, and what each waits for\n"
      "How many come before it, its name, what it requires and what it comes after; then what it is waiting for now.",
      "", 0, 0, false, command_graph },
    { "tasks", "",
      "hooks and tasks that run now\n"
      "A line for each: what it is, since when it runs, and at which line of the file it waits.",
      "", 0, 0, false, command_tasks },
    { "metrics", "[--usage]",
      "counters and gauges for Prometheus\n"
      "As OpenMetrics text, with the names of node_exporter's collector for supervisord beside our own. --usage looks "
      "into /proc for memory, CPU, threads and descriptors of every process.",
      "--usage", 0, 0, false, command_metrics },
    { "show", "PROGRAM", "every setting of a program", "", 1, 1, false, command_show },
    { "pid", "[TARGET…]", "process ids; without a TARGET reeve's own", "", 0, -1, false, command_pid },
    { "targets", "",
      "every name that may stand for a TARGET\n"
      "all, the programs, @groups, and the processes of those programs that have several.",
      "", 0, 0, false, command_targets },
    { "rotate", "[TARGET…]", "rotate captured log files now", "", 0, -1, true, command_rotate },
    { "reopen", "", "open reeve's log and all captured log files again, as USR1 does", "", 0, 0, true, command_reopen },
    { "refresh", "[TARGET…]",
      "let programs reload by themselves\n"
      "Sends each its reload_signal, or runs its reload_cmd; nothing is restarted. Without a TARGET, what comes from "
      "outside is asked for again, as USR2 does.",
      "", 0, -1, true, command_refresh },
    { "version", "", "which reeve answers", "", 0, 0, false, command_version },
    { "help", "[VERB]", "this list, or all about one command", "", 0, 1, false, command_help_verb },
    { "auth", "PASSWORD", "say the password, which is the rest of the line", "", 1, 1, false, NULL },
    { "quit", "",
      "close the connection\n"
      "What was asked before is answered first, within a minute; streams end.",
      "", 0, 0, false, NULL },
};

static const struct command *registered[REGISTERED_MOST];
static size_t registered_count;

void command_register(const struct command *c)
{
    assert(registered_count < REGISTERED_MOST && command_find(c->verb) == NULL);
    registered[registered_count++] = c;
}

const struct command *command_at(size_t i)
{
    size_t own = sizeof table / sizeof *table;

    if (i < own)
        return &table[i];
    return i - own < registered_count ? registered[i - own] : NULL;
}

const struct command *command_find(const char *verb)
{
    const struct command *c;

    for (size_t i = 0; (c = command_at(i)) != NULL; i++)
        if (strcmp(c->verb, verb) == 0)
            return c;
    return NULL;
}

/* Bytes that continue a character take no column. */
static int columns(const char *text)
{
    int n = 0;

    for (; *text != '\0'; text++)
        n += (*text & 0xc0) != 0x80;
    return n;
}

static void list_line(const struct command *c, struct buffer *out)
{
    enum { WIDTH = 44 };
    const char *end = strchr(c->help, '\n');
    int length = end != NULL ? (int)(end - c->help) : (int)strlen(c->help);
    int used = columns(c->verb) + 1 + columns(c->arguments);

    buffer_addf(out, "%s %s%*s %.*s\n", c->verb, c->arguments, used < WIDTH ? WIDTH - used : 0, "", length, c->help);
}

void command_list(struct buffer *out)
{
    for (size_t i = 0; command_at(i) != NULL; i++)
        list_line(command_at(i), out);
}

void command_help(const struct command *c, struct buffer *out)
{
    buffer_addf(out, "%s%s%s\n%s\n", c->verb, *c->arguments != '\0' ? " " : "", c->arguments, c->help);
}
