#include "convert/taskmaster_keys.h"

#include "base/xalloc.h"
#include "convert/taskmaster_values.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

static const char *const giveup_choices[] = { "fatal", "shutdown", NULL };
static const char *const stop_to_choices[] = { "group", "process", NULL };
static const char *const dependency_choices[] = { "restart", "ignore", NULL };
static const char *const ready_choices[] = { "starttime", "notify", NULL };
static const char *const health_choices[] = { "restart", "stop", "none", NULL };

static const struct yaml_key backoff_keys[] = {
    { "first", "first", .make = yaml_time },
    { "factor", "factor", .make = yaml_number },
    { "max", "max", .make = yaml_time },
    { "jitter", "jitter", .make = yaml_number },
    { 0 },
};

static const struct yaml_key ready_keys[] = {
    { "fd", "fd", .make = yaml_int, .min = 3, .max = INT_MAX },
    { "tcp", "tcp", .make = yaml_text },
    { "unix", "unix", .make = yaml_text },
    { "http", "http", .make = yaml_text },
    { "status", "status", .make = yaml_int, .min = 100, .max = 599 },
    { "file", "file", .make = yaml_text },
    { "line", "line", .make = yaml_text },
    { "exec", "exec", .make = yaml_command },
    { 0 },
};

static const struct yaml_key health_keys[] = {
    { "http", "http", .make = yaml_text },
    { "status", "status", .make = yaml_int, .min = 100, .max = 599 },
    { "tcp", "tcp", .make = yaml_text },
    { "unix", "unix", .make = yaml_text },
    { "exec", "exec", .make = yaml_command },
    { "every", "every", .make = yaml_time },
    { "timeout", "timeout", .make = yaml_time },
    { "failures", "failures", .make = yaml_int, .min = 1, .max = INT_MAX },
    { "start_delay", "start_delay", .make = yaml_time },
    { "max_memory", "max_memory", .make = yaml_size },
    { "action", "action", .make = yaml_choice, .choices = health_choices },
    { 0 },
};

/* In a list it is the program's own; under a key it may say something else. */
static struct expr *note_name(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node)
{
    const char *name = yaml_scalar(v, key->name, node);
    char *who = xasprintf("program '%s'", name != NULL ? name : "");

    if (name != NULL && strcmp(who, v->who) != 0)
        yaml_note(v, node, "name = %s is not carried over: a program is called by its key", name);
    free(who);
    return NULL;
}

/* The names of other implementations stand behind reeve's own. */
const struct yaml_key taskmaster_keys[] = {
    { "name", NULL, .make = note_name },
    { "cmd", "cmd", .make = yaml_command },
    { "command", "cmd", .make = yaml_command },
    { "args", NULL, .make = taskmaster_args },
    { "shell", "shell", .make = yaml_bool },
    { "numprocs", "numprocs", .make = taskmaster_numprocs },
    { "num_procs", "numprocs", .make = taskmaster_numprocs },
    { "numprocess", "numprocs", .make = taskmaster_numprocs },
    { "processes", "numprocs", .make = taskmaster_numprocs },
    { "first_index", "first_index", .make = yaml_int, .min = 0, .max = INT_MAX },
    { "autostart", "autostart", .make = yaml_bool },
    { "auto_start", "autostart", .make = yaml_bool },
    { "autorestart", "autorestart", .make = taskmaster_restart },
    { "auto_restart", "autorestart", .make = taskmaster_restart },
    { "restart", "autorestart", .make = taskmaster_restart },
    { "exitcodes", "exitcodes", .make = taskmaster_codes },
    { "exit_codes", "exitcodes", .make = taskmaster_codes },
    { "exitcode", "exitcodes", .make = taskmaster_codes },
    { "starttime", "starttime", .make = yaml_time },
    { "start_time", "starttime", .make = yaml_time },
    { "startsecs", "starttime", .make = yaml_time },
    { "startsec", "starttime", .make = yaml_time },
    { "successdelay", "starttime", .make = yaml_time },
    { "startretries", "startretries", .make = taskmaster_retries },
    { "start_retries", "startretries", .make = taskmaster_retries },
    { "retry", "startretries", .make = taskmaster_retries },
    { "backoff", "backoff", .make = yaml_time_or_members, .members = backoff_keys },
    { "stable", "stable", .make = yaml_time },
    { "respawn_limit", "respawn_limit", .make = yaml_int, .min = 0, .max = INT_MAX },
    { "respawn_interval", "respawn_interval", .make = yaml_time },
    { "on_giveup", "on_giveup", .make = yaml_choice, .choices = giveup_choices },
    { "oneshot", "oneshot", .make = yaml_bool },
    { "essential", "essential", .make = yaml_bool },
    { "stopsignal", "stopsignal", .make = taskmaster_stopsignal },
    { "stop_signal", "stopsignal", .make = taskmaster_stopsignal },
    { "stoptime", "stoptime", .make = yaml_time },
    { "stop_time", "stoptime", .make = yaml_time },
    { "stopwaitsecs", "stoptime", .make = yaml_time },
    { "stopwaitsec", "stoptime", .make = yaml_time },
    { "stopdelay", "stoptime", .make = yaml_time },
    { "stop_to", "stop_to", .make = yaml_choice, .choices = stop_to_choices },
    { "stop_cmd", "stop_cmd", .make = yaml_command },
    { "kill_group", "kill_group", .make = yaml_bool },
    { "reload_signal", "reload_signal", .make = yaml_signal },
    { "reload_cmd", "reload_cmd", .make = yaml_command },
    { "max_age", "max_age", .make = yaml_time },
    { "user", "user", .make = yaml_identity },
    { "userid", "user", .make = yaml_identity },
    { "uid", "user", .make = yaml_identity },
    { "group", "group", .make = yaml_identity },
    { "gid", "group", .make = yaml_identity },
    { "groups", "groups", .make = yaml_texts },
    { "workingdir", "workingdir", .make = yaml_path },
    { "working_dir", "workingdir", .make = yaml_path },
    { "directory", "workingdir", .make = yaml_path },
    { "umask", "umask", .make = yaml_octal },
    { "env", "env", .make = yaml_env },
    { "environment", "env", .make = yaml_env },
    { "env_file", "env_file", .make = yaml_text },
    { "clear_env", "clear_env", .make = yaml_bool },
    { "clearenv", "clear_env", .make = yaml_bool },
    { "stdin", "stdin", .make = yaml_path },
    { "stdout", "stdout", .make = taskmaster_output },
    { "stdout_logfile", "stdout", .make = taskmaster_output },
    { "stdout_logfile_maxbytes", NULL, .make = taskmaster_rotation },
    { "stdout_logfile_backups", NULL, .make = taskmaster_rotation },
    { "stderr", "stderr", .make = taskmaster_output },
    { "stderr_logfile", "stderr", .make = taskmaster_output },
    { "stderr_logfile_maxbytes", NULL, .make = taskmaster_rotation },
    { "stderr_logfile_backups", NULL, .make = taskmaster_rotation },
    { "logfile_maxbytes", NULL, .make = taskmaster_rotation },
    { "logfile_backups", NULL, .make = taskmaster_rotation },
    { "redirect_stderr", "stderr", .make = taskmaster_redirect },
    { "limits", "limits", .make = taskmaster_limits },
    { "nice", "nice", .make = yaml_int, .min = -20, .max = 19 },
    { "oom_score_adj", "oom_score_adj", .make = yaml_int, .min = -1000, .max = 1000 },
    { "no_new_privs", "no_new_privs", .make = yaml_bool },
    { "deathsig", "deathsig", .make = yaml_signal },
    { "detached", "detached", .make = yaml_bool },
    { "pidfile", "pidfile", .make = yaml_text },
    { "forks", "forks", .make = yaml_bool },
    { "sockets", "sockets", .make = yaml_texts },
    { "ready", "ready", .make = yaml_choice_or_members, .members = ready_keys, .choices = ready_choices },
    { "ready_timeout", "ready_timeout", .make = yaml_time },
    { "watchdog", "watchdog", .make = yaml_time },
    { "health", "health", .make = yaml_members, .members = health_keys },
    { "requires", "requires", .make = yaml_names },
    { "after", "after", .make = yaml_names },
    { "on_dependency", "on_dependency", .make = yaml_choice, .choices = dependency_choices },
    { "priority", "priority", .make = yaml_int, .min = INT_MIN, .max = INT_MAX },
    { "min_procs", "min_procs", .make = yaml_int, .min = 0, .max = INT_MAX },
    { "max_procs", "max_procs", .make = yaml_int, .min = 0, .max = INT_MAX },
    { "spare_procs", "spare_procs", .make = taskmaster_spares },
    { "fatal_state_report_address", NULL, .make = taskmaster_report },
    { "run", NULL, .make = taskmaster_function },
    { "before_start", NULL, .make = taskmaster_function },
    { "before_stop", NULL, .make = taskmaster_function },
    { "on_start", NULL, .make = taskmaster_function },
    { "on_ready", NULL, .make = taskmaster_function },
    { "on_exit", NULL, .make = taskmaster_function },
    { "on_restart", NULL, .make = taskmaster_function },
    { "on_stop", NULL, .make = taskmaster_function },
    { "on_fatal", NULL, .make = taskmaster_function },
    { "on_line", NULL, .make = taskmaster_function },
    { "on_health", NULL, .make = taskmaster_function },
    { 0 },
};
