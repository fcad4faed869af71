#include "core/habit.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

struct habit {
    const char *word, *ours;
};

static const struct habit verbs[] = {
    /* supervisorctl */
    { "avail", "status" },
    { "reread", "reload --dry-run" },
    { "update", "reload" },
    { "add", "reload" },
    { "remove", "reload" },
    { "clear", "rotate" },
    { "maintail", "log" },
    { "fg", "attach" },
    { "exit", "quit" },

    /* pm2, circusctl, docker */
    { "list", "status" },
    { "ls", "status" },
    { "ps", "status" },
    { "logs", "tail -f" },
    { "monit", "metrics --usage" },
    { "top", "metrics --usage" },
    { "stats", "metrics --usage" },
    { "dstats", "metrics --usage" },
    { "describe", "show" },
    { "inspect", "show" },
    { "info", "show" },
    { "options", "show" },
    { "delete", "stop" },
    { "flush", "rotate" },
    { "reloadLogs", "reopen" },
    { "incr", "scale PROGRAM +1" },
    { "decr", "scale PROGRAM -1" },

    /* systemctl */
    { "is-active", "status" },
    { "is-failed", "health" },
    { "is-system-running", "health" },
    { "list-units", "status" },
    { "list-timers", "schedules" },
    { "list-dependencies", "graph" },
    { "cat", "show" },
    { "kill", "signal" },
    { "daemon-reload", "reload" },
    { "daemon-reexec", "upgrade" },
    { "try-restart", "restart" },
    { "condrestart", "restart" },
    { "reload-or-restart", "refresh" },
    { "force-reload", "refresh" },
    { "reset-failed", "start" },
    { "journal", "log" },

    /* sv, s6, monit */
    { "up", "start" },
    { "once", "start" },
    { "down", "stop" },
    { "hup", "signal HUP" },
    { "term", "signal TERM" },
    { "summary", "status" },
    { "terminate", "shutdown" },

    /* What only the command line has. */
    { "daemon", "reeve run" },
    { "serve", "reeve run" },
    { "supervise", "reeve run" },
    { "validate", "reeve check" },
    { "configtest", "reeve check" },
    { "test", "reeve check" },
    { "config", "reeve plan" },
    { "ctl", "reeve shell" },
};

static const struct habit for_programs[] = {
    { "reload", "restart, or refresh" }, { "shutdown", "stop" }, { "log", "tail" }, { "events", "why" }
};

/* Some are said of several kinds of tables: the first that is there is meant. */
static const struct habit settings[] = {
    { "command", "cmd" },
    { "command", "exec" },
    { "script", "cmd" },
    { "args", "cmd" },
    { "exec", "cmd" },
    { "execstart", "cmd" },
    { "directory", "workingdir" },
    { "dir", "workingdir" },
    { "cwd", "workingdir" },
    { "chdir", "workingdir" },
    { "workdir", "workingdir" },
    { "working_dir", "workingdir" },
    { "working_directory", "workingdir" },
    { "environment", "env" },
    { "environmentfile", "env_file" },
    { "instances", "numprocs" },
    { "numprocesses", "numprocs" },
    { "processes", "numprocs" },
    { "replicas", "numprocs" },
    { "workers", "numprocs" },
    { "numprocs_start", "first_index" },

    { "restart", "autorestart" },
    { "respawn", "autorestart" },
    { "startsecs", "starttime" },
    { "min_uptime", "starttime" },
    { "retries", "startretries" },
    { "retries", "failures" },
    { "max_retries", "startretries" },
    { "max_restarts", "startretries" },
    { "restart_delay", "backoff" },
    { "restartsec", "backoff" },
    { "successexitstatus", "exitcodes" },

    { "stopwaitsecs", "stoptime" },
    { "stopsecs", "stoptime" },
    { "stop_timeout", "stoptime" },
    { "kill_timeout", "stoptime" },
    { "graceful_timeout", "stoptime" },
    { "timeoutstopsec", "stoptime" },
    { "killsignal", "stopsignal" },
    { "kill_signal", "stopsignal" },
    { "stop_command", "stop_cmd" },
    { "execstop", "stop_cmd" },
    { "execreload", "reload_cmd" },
    { "stopasgroup", "stop_to = \"group\"" },
    { "max_lifetime", "max_age" },

    { "stdout_logfile", "stdout" },
    { "stdout_file", "stdout" },
    { "out_file", "stdout" },
    { "output", "stdout" },
    { "log", "stdout" },
    { "logfile", "log" },
    { "logfile", "stdout" },
    { "log_file", "stdout" },
    { "stderr_logfile", "stderr" },
    { "stderr_file", "stderr" },
    { "error_file", "stderr" },
    { "err_file", "stderr" },
    { "redirect_stderr", "stderr = \"stdout\"" },
    { "stdout_logfile_maxbytes", "stdout = { path=, max_size= }" },
    { "stdout_logfile_backups", "stdout = { path=, backups= }" },
    { "file", "path" },
    { "filename", "path" },
    { "maxbytes", "max_size" },
    { "max_bytes", "max_size" },
    { "mem_limit", "limits = { as= }" },
    { "rlimits", "limits" },
    { "ulimits", "limits" },
    { "limitnofile", "limits = { nofile= }" },
    { "uid", "user" },
    { "username", "user" },
    { "gid", "group" },

    { "depends", "requires" },
    { "depends_on", "requires" },
    { "dependencies", "requires" },
    { "needs", "requires" },
    { "wants", "after" },
    { "notify", "ready = \"notify\"" },
    { "readiness", "ready" },
    { "readiness_probe", "ready" },
    { "wait_ready", "ready = \"notify\"" },
    { "healthcheck", "health" },
    { "liveness_probe", "health" },
    { "max_memory", "health = { max_memory= }" },
    { "max_memory_restart", "health = { max_memory= }" },
    { "interval", "every" },
    { "port", "tcp" },
    { "daemonize", "forks" },

    { "listen", "control" },
    { "socket", "control" },
    { "socket", "sockets" },
    { "identifier", "name" },
};

#define COUNT(table) (sizeof(table) / sizeof *(table))

static const char *find(const struct habit *habits, size_t count, const char *word)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(habits[i].word, word) == 0)
            return habits[i].ours;
    return NULL;
}

const char *habit_verb(const char *word)
{
    return find(verbs, COUNT(verbs), word);
}

const char *habit_for_program(const char *verb)
{
    return find(for_programs, COUNT(for_programs), verb);
}

/* "stderr" is the name of 'stderr = "stdout"'. */
static bool begins_with_one_of(const char *text, const char *const *names)
{
    size_t length = strcspn(text, " ");

    while (*names != NULL && (strncmp(*names, text, length) != 0 || (*names)[length] != '\0'))
        names++;
    return *names != NULL;
}

const char *habit_setting(const char *word, const char *const *names)
{
    for (size_t i = 0; i < COUNT(settings); i++)
        if (strcasecmp(settings[i].word, word) == 0 && begins_with_one_of(settings[i].ours, names))
            return settings[i].ours;
    return NULL;
}
