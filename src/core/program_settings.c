/* The table of a program's settings. The order is the manual's, but `shell` stands before `cmd`, which asks for it. */
#include "core/program.h"

#include "core/program_types.h"

#include <limits.h>

#define FIELD(member)  .offset = offsetof(struct program, member)
#define COMMON(member) .common = true, .offset = offsetof(struct program_common, member)

const char *const on_giveup_choices[] = { [GIVEUP_FATAL] = "fatal", [GIVEUP_SHUTDOWN] = "shutdown", NULL };
static const char *const stop_to_choices[] = { [STOP_TO_GROUP] = "group", [STOP_TO_PROCESS] = "process", NULL };

static const char *const scope_choices[] = { [SCOPE_MACHINE] = "machine", [SCOPE_CLUSTER] = "cluster", NULL };
static const char *const dependency_choices[] = {
    [ON_DEPENDENCY_RESTART] = "restart", [ON_DEPENDENCY_IGNORE] = "ignore", NULL
};

static const struct setting program_rows[] = {
    { "name", &setting_text, FIELD(name), .flags = SETTING_DECLARED, .help = "stands before the table" },

    /* What to run. */
    { "shell", &setting_bool, COMMON(shell), "false", CHANGE_RESTART, .help = "run cmd by /bin/sh -c" },
    { "cmd", &program_command, FIELD(cmd), .change = CHANGE_RESTART, .flags = SETTING_COMPUTED | SETTING_NEEDED,
      .help = "the command: text is split by the shell's quoting rules, a list is taken as it is" },
    { "run", &setting_hook, .change = CHANGE_RESTART, .flags = SETTING_HOOK | SETTING_BODY | SETTING_NEEDED,
      .help = "function(worker): the body of a worker, a forked copy of reeve, instead of cmd" },
    { "numprocs", &setting_int, COMMON(numprocs), "1", CHANGE_COUNT, .max = PROCESSES_MOST,
      .help = "how many processes are kept" },
    { "first_index", &setting_int, COMMON(first_index), "1", CHANGE_RESTART, .max = INT_MAX / 2,
      .help = "the index of the first process" },
    { "autostart", &setting_bool, COMMON(autostart), "true", .help = "start it together with reeve" },

    /* What happens after an end. */
    { "autorestart", &autorestart_setting, COMMON(autorestart), "unexpected", .flags = SETTING_ADVISOR,
      .help = "after an exit from RUNNING: always, only after unexpected ones, never, or ask a function" },
    { "exitcodes", &setting_numbers, COMMON(exitcodes), "0", .max = 255, .help = "the exit codes that are expected" },
    { "starttime", &setting_duration, COMMON(starttime), "1",
      .help = "up this long is RUNNING; an exit before is a failed start; 0: at once" },
    { "startretries", &setting_int, COMMON(startretries), "3", .max = INT_MAX / 2,
      .help = "retries after the first failed start, then FATAL" },
    { "backoff", &backoff_setting, COMMON(backoff), "{}",
      .help = "delays before retries: { first=, factor=, max=, jitter= }, or always the same; 0: none" },
    { "stable", &setting_duration, COMMON(stable), "10", .help = "a run this long resets the backoff" },
    { "respawn_limit", &setting_limit, COMMON(respawn_limit), "", .max = INT_MAX / 2,
      .help = "more restarts than this within respawn_interval: give up; 0: no restart at all" },
    { "respawn_interval", &setting_duration, COMMON(respawn_interval), "60", .help = "the time of respawn_limit" },
    { "on_giveup", &setting_choice, COMMON(on_giveup), "fatal", .choices = on_giveup_choices,
      .help = "\"fatal\": leave it FATAL; \"shutdown\": stop everything and exit 1" },
    { "oneshot", &setting_bool, COMMON(oneshot), "false", .help = "runs to its end: exit 0 is success, at any time" },
    { "essential", &setting_bool, COMMON(essential), "false",
      .help = "when it ends for good, reeve stops everything and exits with its code" },

    /* How it is stopped, and replaced. */
    { "stopsignal", &stop_steps_setting, COMMON(stopsignal), "TERM",
      .help = "the signal that asks it to end, QUIT for workers, or steps as { { \"TERM\", 5 }, { \"INT\", 5 } }" },
    { "stoptime", &setting_duration, COMMON(stoptime), "10",
      .help = "how long it may take to end, then KILL to the whole process group" },
    { "stop_to", &setting_choice, COMMON(stop_to), "group", .choices = stop_to_choices,
      .help = "who gets the stop signal: the \"group\" or the main \"process\"" },
    { "stop_cmd", &side_command, COMMON(stop_cmd), .flags = SETTING_COMPUTED,
      .help = "a command that is run instead of sending the stop signal" },
    { "kill_group", &setting_bool, COMMON(kill_group), "true",
      .help = "KILL what is left of the process group after its end" },
    { "reload_signal", &setting_signal, COMMON(reload_signal), .help = "what the verb refresh sends" },
    { "reload_cmd", &side_command, COMMON(reload_cmd), .flags = SETTING_COMPUTED,
      .help = "what the verb refresh runs" },
    { "max_age", &setting_duration_or_off, COMMON(max_age),
      .help = "restarted when older, give or take 10 %, one process at a time" },

    /* What the child sees. */
    { "user", &setting_identity, COMMON(user), .change = CHANGE_RESTART,
      .help = "run as this user, a name or a number" },
    { "group", &setting_identity, COMMON(group), .change = CHANGE_RESTART,
      .help = "run as this group; without it as the user's own" },
    { "groups", &setting_words, COMMON(groups), .change = CHANGE_RESTART,
      .help = "supplementary groups; without it what the system says of the user" },
    { "workingdir", &setting_text, FIELD(workingdir), .change = CHANGE_RESTART, .flags = SETTING_COMPUTED,
      .help = "the directory it starts in; without it reeve's own" },
    { "umask", &setting_octal, COMMON(umask), "", CHANGE_RESTART, .max = 0777,
      .help = "octal digits such as \"022\"; without it reeve's own" },
    { "env", &setting_map, FIELD(env), .change = CHANGE_RESTART, .flags = SETTING_COMPUTED,
      .help = "environment: it wins over supervisor.env, env_file and what is inherited" },
    { "env_file", &setting_text, FIELD(env_file), .change = CHANGE_RESTART,
      .help = "a file of KEY=value lines, read at every start" },
    { "clear_env", &setting_bool, COMMON(clear_env), "false", CHANGE_RESTART,
      .help = "inherit nothing of reeve's own environment" },
    { "stdin", &setting_text, FIELD(input), "/dev/null", CHANGE_NEXT_START, SETTING_COMPUTED,
      .help = "the file that is its standard input" },
    { "stdout", &output_setting, FIELD(out), .change = CHANGE_RESTART, .flags = SETTING_COMPUTED,
      .help = "a path, \"discard\", \"inherit\", \"syslog\" or a table; without it only the end is kept" },
    { "stderr", &output_setting, FIELD(err), .change = CHANGE_RESTART, .flags = SETTING_COMPUTED,
      .help = "as stdout; \"stdout\" merges it into that" },
    { "limits", &limits_setting, COMMON(limits), .change = CHANGE_RESTART,
      .help = "resource limits: { nofile = 1024, core = \"unlimited\", as = { \"1GB\", \"2GB\" } }" },
    { "nice", &setting_int, COMMON(nice), "", CHANGE_RESTART, .min = -20, .max = 19,
      .help = "scheduling priority, from -20 (first) to 19 (last)" },
    { "oom_score_adj", &setting_int, COMMON(oom_score_adj), "", CHANGE_RESTART, .min = -1000, .max = 1000,
      .help = "how soon the kernel kills it when memory is short, from -1000 (never) to 1000" },
    { "no_new_privs", &setting_bool, COMMON(no_new_privs), "false", CHANGE_RESTART,
      .help = "neither it nor its children gain privileges, by set-user-ID files or otherwise" },
    { "sockets", &socket_names_setting, FIELD(sockets), .change = CHANGE_RESTART,
      .help = "names of sockets: it gets them as descriptors 3, 4 … in this order, see LISTEN_FDS" },
    { "deathsig", &setting_signal_or_false, COMMON(deathsig), "TERM", CHANGE_RESTART,
      .help = "what the kernel sends it when reeve dies; false: nothing" },

    /* A life of its own. */
    { "detached", &setting_bool, COMMON(detached), "false", CHANGE_RESTART,
      .help = "outlives reeve, and is found again by its pid file; no deathsig, exempt from the shutdown" },
    { "pidfile", &setting_text, FIELD(pidfile), .change = CHANGE_RESTART,
      .help = "the file with its pid: reeve writes that of a detached one, who forks writes it itself" },
    { "forks", &setting_bool, COMMON(forks), "false", CHANGE_RESTART,
      .help = "puts itself into the background: cmd ends with 0, then pidfile says who it is" },
    { "scope", &setting_choice, COMMON(scope), "machine", CHANGE_RESTART, .choices = scope_choices,
      .help = "\"cluster\": one box at a time runs it, who has its lock in etcd; deathsig KILL" },

    /* When it counts as running, and as well. */
    { "ready", &ready_setting, FIELD(ready), .flags = SETTING_ADVISOR,
      .help = "when it is RUNNING: \"starttime\", \"notify\", a table such as { tcp = \"…\" }, a function" },
    { "ready_timeout", &setting_duration, COMMON(ready_timeout), "60", .min = 0.001, .max = INT_MAX,
      .help = "a start that is not ready within this time has failed" },
    { "watchdog", &setting_duration_or_off, COMMON(watchdog),
      .help = "no heartbeat for this long: KILL, then as after any unexpected end" },
    { "health", &health_setting, FIELD(health),
      .help = "what is asked again and again while it is RUNNING, and what is done about the answer" },

    /* Order and number. */
    { "requires", &names_setting, FIELD(requires), .help = "as after; and it stops and restarts with them" },
    { "after", &names_setting, FIELD(after), .help = "programs that must be ready before it is started" },
    { "on_dependency", &setting_choice, COMMON(on_dependency), "restart", .choices = dependency_choices,
      .help = "when one that it requires restarts: \"restart\" too, or \"ignore\" it" },
    { "priority", &setting_int, COMMON(priority), "999", CHANGE_NEXT_START,
      .help = "orders what nothing else orders: lower starts first and stops last" },
    { "min_procs", &setting_int, COMMON(min_procs), "1", .max = PROCESSES_MOST,
      .help = "the fewest processes that scaling leaves" },
    { "max_procs", &setting_bound, COMMON(max_procs), .max = PROCESSES_MOST,
      .help = "the most processes that scaling makes; 0: no bound" },
    { "spare_procs", &spares_setting, COMMON(spare_procs),
      .help = "of workers so many are kept idle, { fewest, most }, within min_procs and max_procs" },

/* Functions. */
#define HOOK(hook, words)                                                                                              \
    {                                                                                                                  \
        hook, &setting_hook, .flags = SETTING_HOOK, .help = words                                                      \
    }
    HOOK("on_start", "function(process): a child runs"),
    HOOK("on_ready", "function(process): STARTING became RUNNING"),
    HOOK("on_exit", "function(process, exit): it has ended"),
    HOOK("on_restart", "function(process): an automatic restart begins"),
    HOOK("on_stop", "function(process, exit): it is STOPPED, because somebody wished so"),
    HOOK("on_fatal", "function(process, exit): it is given up"),
    HOOK("on_line", "function(process, line, stream): it has written a line"),
    HOOK("on_health", "function(process, ok, why): the result of a health check"),
    HOOK("before_start", "function(process): the start waits for it; an error is a failed start"),
    HOOK("before_stop", "function(process): the stop waits for it"),
};

const struct record_type program_record = { .noun = "program",
                                            .settings = program_rows,
                                            .count = sizeof program_rows / sizeof *program_rows,
                                            .size = sizeof(struct program),
                                            .common = offsetof(struct program, common),
                                            .common_size = sizeof(struct program_common) };
