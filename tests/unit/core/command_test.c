#include "base/log.h"
#include "core/command.h"
#include "stage.h"

#include <stdio.h>

/* What the last command answered; `ended` is false while it waits. */
static struct {
    bool ended;
    struct reply *pending;
    enum reply_code code;
    char message[512], text[8192], data[8192], pieces[8192];
} answer;

static void on_end(struct reply *r, void *arg)
{
    (void)arg;
    answer.ended = true;
    answer.pending = NULL;
    answer.code = r->code;
    snprintf(answer.message, sizeof answer.message, "%s", r->message);
    snprintf(answer.text, sizeof answer.text, "%s", r->text.length > 0 ? r->text.data : "");
    snprintf(answer.data, sizeof answer.data, "%s", r->data.length > 0 ? r->data.data : "");
}

static void on_piece(struct reply *r, const char *data, size_t length, void *arg)
{
    (void)r;
    (void)arg;
    strncat(answer.pieces, data, length);
}

static void ask(struct stage *stage, bool wants_data, const char *line)
{
    struct words words = { 0 };

    memset(&answer, 0, sizeof answer);
    answer.pending = reply_new(wants_data, on_piece, on_end, NULL);
    assert_true(words_split(&words, line, NULL));
    command_run(stage != NULL ? stage->supervisor : NULL, "a test", &words, answer.pending);
    words_free(&words);
}

static void say(struct stage *stage, const char *line)
{
    ask(stage, false, line);
    fake_turn();
}

#define assert_answer(expected_code, expected_text)                                                                    \
    do {                                                                                                               \
        assert_true(answer.ended);                                                                                     \
        assert_int_equal(answer.code, expected_code);                                                                  \
        assert_string_equal(answer.text, expected_text);                                                               \
    } while (0)

/* A program that is RUNNING a second after its start, and is not started by itself. */
static struct program *a_quiet_program(const char *name, int numprocs)
{
    struct program *p = a_program(name);

    program_own(p)->autostart = false;
    program_own(p)->numprocs = numprocs;
    return p;
}

/* How urgent the line was that told of the last command. */
static int told_at;

static void note_level(int level, const char *line, size_t length, void *arg)
{
    (void)length;
    (void)arg;
    if (strncmp(line, "command '", 9) == 0)
        told_at = level;
}

/* ---- words ------------------------------------------------------------------------------------- */

static bool checks(const char *line, struct error *e)
{
    struct words words = { 0 };
    bool good;

    assert_true(words_split(&words, line, NULL));
    good = command_check(&words, e);
    words_free(&words);
    return good;
}

static void good_words_are_told_from_bad_ones(void **state)
{
    static const char *const good[] = {
        "status",         "status a b c",      "start a --no-wait",   "stop --no-wait a",
        "tail -n 5 -f a", "tail -n5 a stderr", "tail -fn 5 a",        "tail -fn5 -f -n6 a",
        "tail -20 a",     "scale a -1",        "scale a +1",          "signal 9 a",
        "status -- -a",   "wait a RUNNING 5s", "restart --rolling a", "restart --rolling 2 a"
    };
    static const char *const bad[] = { "start",      "scale a",      "frobnicate",          "status --frobnicate",
                                       "tail -n",    "shutdown now", "start --no-wait=5 a", "tail -x a",
                                       "tail -fx a", "tail -fn",     "tail -ffffffffff a",  "wait a" };

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(checks(good[i], NULL));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(checks(bad[i], NULL));
}

static void a_mistake_is_explained(void **state)
{
    struct error e;

    (void)state;
    assert_false(checks("statsu", &e));
    assert_non_null(strstr(e.text, "did you mean 'status'?"));
    assert_false(checks("start", &e));
    assert_non_null(strstr(e.text, "usage: start TARGET"));
    assert_false(checks("tail -x a", &e));
    assert_non_null(strstr(e.text, "'-x'"));
}

static void a_verb_of_another_supervisor_is_translated(void **state)
{
    struct error e;

    (void)state;
    assert_false(checks("reread", &e));
    assert_string_equal(e.text, "there is no command 'reread': did you mean 'reload --dry-run'?");
    assert_false(checks("reload web", &e));
    assert_string_equal(e.text, "reload: this is too much: 'web'; usage: reload [--dry-run] [--wait] [--rolling [N]]; "
                                "for a program it is restart, or refresh");
    assert_false(checks("version web", &e));
    assert_string_equal(e.text, "version: this is too much: 'web'; usage: version");
    say(NULL, "help list");
    assert_string_equal(answer.message, "there is no command 'list': did you mean 'status'?");
}

static void a_target_of_supervisord_is_translated(void **state)
{
    struct plan *plan = a_plan(a_quiet_program("web", 2), a_quiet_program("db", 1), NULL);
    struct words words = { 0 };
    struct stage *stage;

    (void)state;
    words_add(&words, "web");
    assert_true(plan_add_group(plan, "site", &words, "g.lua", 9, NULL));
    words_free(&words);
    stage = a_stage(plan);
    say(stage, "stop site:* site web:web_00 web:9");
    assert_answer(REPLY_NO_SUCH_TARGET, "site:*: ERROR (no such target; the group is @site)\n"
                                        "site: ERROR (no such target; the group is @site)\n"
                                        "web:web_00: ERROR (no such target; a process of web is named by its number)\n"
                                        "web:9: ERROR (no such target)\n");
    stage_ends(stage);
}

static void help_knows_every_verb(void **state)
{
    char line[64];

    (void)state;
    say(NULL, "help");
    for (size_t i = 0; command_at(i) != NULL; i++) {
        snprintf(line, sizeof line, "help %s", command_at(i)->verb);
        assert_non_null(strstr(answer.text, command_at(i)->verb));
    }
    for (size_t i = 0; command_at(i) != NULL; i++) {
        snprintf(line, sizeof line, "help %s", command_at(i)->verb);
        say(NULL, line);
        assert_int_equal(answer.code, REPLY_OK);
        assert_int_equal(strncmp(answer.text, command_at(i)->verb, strlen(command_at(i)->verb)), 0);
    }
    say(NULL, "help frobnicate");
    assert_int_equal(answer.code, REPLY_USAGE);
}

/* ---- status ------------------------------------------------------------------------------------ */

static void status_has_columns(void **state)
{
    struct stage *stage = a_stage(a_plan(a_quiet_program("web", 2), a_quiet_program("db", 1), NULL));

    (void)state;
    say(stage, "status db web:1 'w*'");
    assert_answer(REPLY_NOT_RUNNING, "db                               STOPPED   Not started\n"
                                     "web:1                            STOPPED   Not started\n"
                                     "web:2                            STOPPED   Not started\n");
    say(stage, "status");
    assert_int_equal(answer.code, REPLY_OK);
    say(stage, "status db nobody");
    assert_int_equal(answer.code, REPLY_NO_SUCH_TARGET);
    assert_string_equal(answer.message, "no such target: nobody");
    stage_ends(stage);
}

static void status_as_data_has_the_promised_members(void **state)
{
    struct stage *stage = a_stage(a_plan(a_quiet_program("web", 1), NULL));

    (void)state;
    ask(stage, true, "status");
    assert_non_null(strstr(answer.data, "{\"processes\":[{\"name\":\"web\",\"program\":\"web\",\"index\":1,"
                                        "\"state\":\"STOPPED\",\"pid\":null,\"uptime\":null,\"ready\":false,"
                                        "\"restarts\":0,\"exit\":null,\"description\":\"Not started\"}],"
                                        "\"tasks\":[],\"supervisor\":{\"name\":"));
    stage_ends(stage);
}

static void status_says_when_there_is_no_memory_for_a_next_life(void **state)
{
    struct stage *stage;

    (void)state;
    stage_is_poor = true;
    stage = a_stage(a_plan(a_quiet_program("web", 1), NULL));
    stage_is_poor = false;
    say(stage, "status");
    assert_non_null(strstr(answer.text, "\nreeve: there is no memory for what the next life of reeve must know: "));
    ask(stage, true, "status");
    assert_non_null(strstr(answer.data, "\"kept\":false"));
    stage->snapshot = snapshot_new(NULL);
    supervisor_keep_again(stage->supervisor, stage->snapshot);
    say(stage, "status");
    assert_null(strstr(answer.text, "reeve: "));
    ask(stage, true, "status");
    assert_non_null(strstr(answer.data, "\"kept\":true"));
    stage_ends(stage);
}

/* What the script would tell of. */
static void tell_of_tasks(void *arg, task_info_fn *fn, void *fn_arg)
{
    unsigned web = process_id(the(arg, "web"));
    const char *file = "supervisor.lua";

    fn(&(struct task_info){ "task of supervisor.lua:9", 0, false, clock_now() - 5000, file, 10 }, fn_arg);
    fn(&(struct task_info){ "hook on_exit of web", web, false, clock_now() - 3000, file, 12 }, fn_arg);
    fn(&(struct task_info){ "hook on_start of web", web, true, clock_now(), "", 0 }, fn_arg);
    fn(&(struct task_info){ "hook on_stop of gone", 4711, false, clock_now(), file, 14 }, fn_arg);
}

static struct stage *a_stage_with_tasks(void)
{
    struct supervisor_upward upward = { .each_task = tell_of_tasks };
    struct plan *plan = a_plan(a_quiet_program("web", 1), a_quiet_program("db", 1), NULL);

    return a_stage_with(&upward, plan);
}

static void status_describes_the_hook_that_runs(void **state)
{
    struct stage *stage = a_stage_with_tasks();

    (void)state;
    say(stage, "status");
    assert_answer(REPLY_OK, "web                              STOPPED   Not started, hook on_exit waits for 3s at "
                            "supervisor.lua:12, 1 more\n"
                            "db                               STOPPED   Not started\n");
    stage_ends(stage);
}

static void status_v_also_lists_the_tasks_of_its_targets(void **state)
{
    struct stage *stage = a_stage_with_tasks();

    (void)state;
    say(stage, "status -v db");
    assert_answer(REPLY_NOT_RUNNING, "db                               STOPPED   Not started\n");
    say(stage, "status -v web");
    assert_non_null(strstr(answer.text, ", 1 more\n"
                                        "hook on_exit of web: waits for 3s at supervisor.lua:12\n"
                                        "hook on_start of web: has not begun\n"));
    say(stage, "status -v");
    assert_non_null(strstr(answer.text, "\ntask of supervisor.lua:9: waits for 5s at supervisor.lua:10\nhook on_exit"));
    assert_non_null(strstr(answer.text, "\nhook on_stop of gone: waits for 0s at supervisor.lua:14\n"));
    stage_ends(stage);
}

static void status_as_data_has_the_tasks_as_the_verb_has(void **state)
{
    struct stage *stage = a_stage_with_tasks();
    const char *of_web = "{\"task\":\"hook on_exit of web\",\"process\":\"web\",\"waits\":true,\"since\":3,"
                         "\"file\":\"supervisor.lua\",\"line\":12},"
                         "{\"task\":\"hook on_start of web\",\"process\":\"web\",\"waits\":false,\"since\":0,"
                         "\"file\":null,\"line\":0}";
    char tasks[sizeof answer.data + 64];

    (void)state;
    ask(stage, true, "tasks");
    assert_int_equal(strncmp(answer.data, "[{\"task\":\"task of supervisor.lua:9\",\"process\":null,", 50), 0);
    assert_non_null(strstr(answer.data, of_web));
    snprintf(tasks, sizeof tasks, ",\"tasks\":%s,\"supervisor\":{", answer.data);
    ask(stage, true, "status");
    assert_non_null(strstr(answer.data, tasks));
    assert_non_null(strstr(answer.data, ",\"tasks\":4}"));
    snprintf(tasks, sizeof tasks, ",\"tasks\":[%s],\"supervisor\":{", of_web);
    ask(stage, true, "status web");
    assert_non_null(strstr(answer.data, tasks));
    assert_non_null(strstr(answer.data, ",\"tasks\":4}"));
    stage_ends(stage);
}

/* ---- start, stop, restart ---------------------------------------------------------------------- */

static void start_answers_when_all_are_running(void **state)
{
    struct stage *stage = a_stage(a_plan(a_quiet_program("web", 2), NULL));

    (void)state;
    say(stage, "start web");
    assert_false(answer.ended);
    fake_clock_advance(1000);
    assert_answer(REPLY_OK, "web:1: started\nweb:2: started\n");
    say(stage, "start web:2");
    assert_answer(REPLY_OK, "web:2: already running\n");
    stage_ends(stage);
}

static void start_tells_why_it_failed(void **state)
{
    struct program *web = a_quiet_program("web", 1);
    struct stage *stage;

    (void)state;
    program_own(web)->startretries = 1;
    stage = a_stage(a_plan(web, NULL));
    fake_spawn_fails(2, "chdir to '/nope': No such file or directory");
    say(stage, "start web nobody");
    assert_false(answer.ended);
    fake_clock_advance(10000);
    assert_answer(REPLY_NO_SUCH_TARGET, "nobody: ERROR (no such target)\n"
                                        "web: ERROR (exec: chdir to '/nope': No such file or directory)\n");
    stage_ends(stage);
}

static void stop_answers_when_it_is_gone(void **state)
{
    struct stage *stage = a_stage(a_plan(a_program("web"), NULL));
    pid_t pid = fake_living_pid(0);

    (void)state;
    say(stage, "stop web");
    assert_false(answer.ended);
    fake_child_dies(pid, SIGTERM);
    fake_clock_advance(0);
    assert_answer(REPLY_OK, "web: stopped\n");
    say(stage, "stop web");
    assert_answer(REPLY_OK, "web: already stopped\n");
    stage_ends(stage);
}

static void no_wait_does_not_wait(void **state)
{
    struct stage *stage = a_stage(a_plan(a_program("web"), NULL));

    (void)state;
    say(stage, "stop web --no-wait");
    assert_answer(REPLY_OK, "web: stopping\n");
    stage_ends(stage);
}

static void restart_waits_for_the_new_run(void **state)
{
    struct stage *stage = a_stage(a_plan(a_program("web"), NULL));

    (void)state;
    fake_clock_advance(1000);
    ask(stage, false, "restart web");
    fake_turn();
    assert_false(answer.ended);
    fake_child_dies(fake_living_pid(0), SIGTERM);
    assert_int_equal(fake_living(), 1);
    assert_false(answer.ended);
    fake_clock_advance(1000);
    assert_answer(REPLY_OK, "web: restarted\n");
    stage_ends(stage);
}

static void rolling_goes_batch_by_batch(void **state)
{
    struct program *web = a_program("web");
    struct stage *stage;

    (void)state;
    program_own(web)->numprocs = 3;
    stage = a_stage(a_plan(web, NULL));
    fake_obey(true);
    fake_clock_advance(1000);
    say(stage, "restart --rolling 2 web");
    assert_state(the(stage, "web:3"), PROCESS_RUNNING);
    assert_state(the(stage, "web:2"), PROCESS_STARTING);
    fake_clock_advance(1000);
    assert_state(the(stage, "web:2"), PROCESS_RUNNING);
    assert_state(the(stage, "web:3"), PROCESS_STARTING);
    fake_clock_advance(1000);
    assert_answer(REPLY_OK, "web:1: restarted\nweb:2: restarted\nweb:3: restarted\n");

    say(stage, "restart --rolling 0 web");
    assert_int_equal(answer.code, REPLY_USAGE);
    say(stage, "restart --rolling --no-wait web");
    assert_int_equal(answer.code, REPLY_USAGE);
    assert_state(the(stage, "web:1"), PROCESS_RUNNING);
    stage_ends(stage);
}

static void rolling_ends_at_the_first_failure(void **state)
{
    struct program *web = a_program("web");
    struct stage *stage;

    (void)state;
    program_own(web)->numprocs = 2;
    program_own(web)->startretries = 0;
    stage = a_stage(a_plan(web, NULL));
    fake_obey(true);
    fake_clock_advance(1000);
    fake_spawn_fails(1, "no more processes");
    say(stage, "restart --rolling web");
    fake_clock_advance(1000);
    assert_answer(REPLY_FAILED, "web:1: ERROR (exec: no more processes)\n"
                                "web:2: ERROR (not restarted, for another one failed)\n");
    assert_state(the(stage, "web:2"), PROCESS_RUNNING);
    stage_ends(stage);
}

static void rolling_leaves_who_was_stopped_meanwhile(void **state)
{
    struct program *web = a_program("web");
    struct stage *stage;

    (void)state;
    program_own(web)->numprocs = 4;
    stage = a_stage(a_plan(web, NULL));
    fake_obey(true);
    fake_clock_advance(1000);
    process_stop(the(stage, "web:4"));
    say(stage, "restart --rolling web");
    process_stop(the(stage, "web:2"));
    fake_child_exits(process_pid(the(stage, "web:3")), 0);
    assert_state(the(stage, "web:3"), PROCESS_EXITED);
    for (int i = 0; i < 3; i++)
        fake_clock_advance(1000);
    assert_answer(REPLY_OK, "web:1: restarted\nweb:2: stopped meanwhile\nweb:3: started\nweb:4: started\n");
    assert_state(the(stage, "web:2"), PROCESS_STOPPED);
    stage_ends(stage);
}

static void rolling_goes_on_without_who_is_scaled_away(void **state)
{
    struct program *web = a_program("web");
    struct stage *stage;

    (void)state;
    program_own(web)->numprocs = 4;
    stage = a_stage(a_plan(web, NULL));
    fake_obey(true);
    fake_clock_advance(1000);
    say(stage, "restart --rolling web:4 web:1 web:3 web:2");
    supervisor_scale(stage->supervisor, web, 2, false);
    for (int i = 0; i < 3; i++)
        fake_clock_advance(1000);
    assert_answer(REPLY_OK, "web:4: gone meanwhile\nweb:1: restarted\nweb:3: gone meanwhile\nweb:2: restarted\n");
    stage_ends(stage);
}

static void who_waits_may_go(void **state)
{
    struct stage *stage = a_stage(a_plan(a_quiet_program("web", 2), NULL));

    (void)state;
    say(stage, "start web");
    assert_false(answer.ended);
    reply_cancel(answer.pending);
    fake_clock_advance(1000);
    assert_false(answer.ended);
    assert_state(the(stage, "web:1"), PROCESS_RUNNING);
    stage_ends(stage);
}

/* ---- the others -------------------------------------------------------------------------------- */

static void wait_answers_at_the_state_or_after_its_time(void **state)
{
    struct stage *stage = a_stage(a_plan(a_program("web"), NULL));

    (void)state;
    say(stage, "wait web RUNNING");
    assert_false(answer.ended);
    fake_clock_advance(1000);
    assert_answer(REPLY_OK, "web: RUNNING\n");
    say(stage, "wait web STOPPED 5s");
    fake_clock_advance(5000);
    assert_int_equal(answer.code, REPLY_FAILED);
    assert_string_equal(answer.message, "the time is over, and web is RUNNING");
    say(stage, "wait web ASLEEP");
    assert_int_equal(answer.code, REPLY_USAGE);
    stage_ends(stage);
}

static void scale_takes_numbers_and_differences(void **state)
{
    struct stage *stage = a_stage(a_plan(a_program("web"), NULL));

    (void)state;
    say(stage, "scale web 3");
    assert_answer(REPLY_OK, "web: 3 processes\n");
    say(stage, "scale web -1");
    assert_answer(REPLY_OK, "web: 2 processes\n");
    say(stage, "scale web +2");
    assert_answer(REPLY_OK, "web: 4 processes\n");
    say(stage, "scale web 0 --force");
    say(stage, "scale web -1");
    assert_answer(REPLY_OK, "web: 0 processes\n");
    say(stage, "scale web many");
    assert_int_equal(answer.code, REPLY_USAGE);
    say(stage, "scale nobody 1");
    assert_int_equal(answer.code, REPLY_NO_SUCH_TARGET);
    stage_ends(stage);
}

static void signals_reach_who_runs(void **state)
{
    struct stage *stage = a_stage(a_plan(a_program("web"), a_quiet_program("db", 1), NULL));

    (void)state;
    say(stage, "signal usr1 web db");
    assert_answer(REPLY_FAILED, "web: sent USR1\ndb: ERROR (not running)\n");
    assert_int_equal(fake_last_signal(fake_living_pid(0)), SIGUSR1);
    say(stage, "signal HOPE web");
    assert_int_equal(answer.code, REPLY_USAGE);
    stage_ends(stage);
}

static void a_reload_lists_what_it_did(void **state)
{
    struct stage *stage = a_stage(a_plan(a_program("web"), a_program("db"), NULL));

    (void)state;
    stage->next = a_plan(a_program("web"), a_program("api"), NULL);
    ask(stage, true, "reload");
    assert_string_equal(
        answer.data, "{\"added\":[\"api\"],\"removed\":[\"db\"],\"changed\":[],\"kept\":[\"web\"],\"next_start\":[]}");
    fake_turn();
    say(stage, "reload");
    assert_answer(REPLY_FAILED, "supervisor.lua:3: syntax error near 'end'\n");
    stage_ends(stage);
}

static void reload_wait_answers_when_all_has_settled(void **state)
{
    struct stage *stage = a_stage(a_plan(a_program("web"), NULL));

    (void)state;
    fake_clock_advance(1000);
    stage->next = a_plan(a_program("web"), a_program("api"), NULL);
    say(stage, "reload --wait");
    assert_false(answer.ended);
    fake_clock_advance(1100);
    assert_true(answer.ended);
    assert_state(the(stage, "api"), PROCESS_RUNNING);
    stage_ends(stage);
}

static struct program *a_fragile_program(const char *name, int startretries)
{
    struct program *p = a_program(name);

    program_own(p)->startretries = startretries;
    return p;
}

static void start_of_a_oneshot_fails_with_its_first_bad_end(void **state)
{
    struct program *once = a_program("once");
    struct stage *stage;

    (void)state;
    fake_obey(true);
    program_own(once)->oneshot = true;
    program_own(once)->autostart = false;
    stage = a_stage(a_plan(once, NULL));
    say(stage, "start once");
    assert_false(answer.ended);
    fake_child_exits(process_pid(the(stage, "once")), 3);
    assert_state(the(stage, "once"), PROCESS_BACKOFF);
    fake_clock_advance(0);
    assert_answer(REPLY_FAILED, "once: ERROR (exited with status 3)\n");
    stage_ends(stage);
}

static void reload_wait_fails_with_what_it_could_not_start(void **state)
{
    struct stage *stage = a_stage(a_plan(a_program("web"), NULL));
    struct program *web = a_fragile_program("web", 0);

    (void)state;
    fake_obey(true);
    fake_clock_advance(1000);
    words_add(&web->cmd, "-v");
    stage->next = a_plan(web, a_fragile_program("api", 1), a_program("db"), NULL);
    say(stage, "reload --wait");
    fake_child_exits(process_pid(the(stage, "web")), 3);
    assert_state(the(stage, "web"), PROCESS_FATAL);
    fake_child_exits(process_pid(the(stage, "api")), 1);
    fake_clock_advance(100);
    assert_state(the(stage, "api"), PROCESS_BACKOFF);
    assert_false(answer.ended);
    fake_clock_advance(500);
    fake_child_exits(process_pid(the(stage, "api")), 1);
    assert_state(the(stage, "api"), PROCESS_FATAL);
    fake_clock_advance(1000);
    assert_answer(REPLY_FAILED, "changed: web (cmd, startretries; restart)\nadded: api\nadded: db\n"
                                "web: ERROR (exited with status 3)\napi: ERROR (exited with status 1)\n");
    stage_ends(stage);
}

static void reload_wait_is_content_with_what_was_running_or_has_done_its_work(void **state)
{
    struct stage *stage = a_stage(a_plan(a_fragile_program("old", 0), NULL));
    struct program *hasty = a_program("hasty"), *once = a_program("once");

    (void)state;
    fake_obey(true);
    fake_child_exits(process_pid(the(stage, "old")), 1);
    assert_state(the(stage, "old"), PROCESS_FATAL);
    program_own(hasty)->starttime = 0;
    program_own(once)->oneshot = true;
    stage->next = a_plan(a_fragile_program("old", 0), hasty, once, NULL);
    say(stage, "reload --wait");
    fake_child_exits(process_pid(the(stage, "once")), 0);
    for (int i = 0; i < 2; i++)
        fake_child_exits(process_pid(the(stage, "hasty")), 1);
    assert_state(the(stage, "hasty"), PROCESS_BACKOFF);
    fake_clock_advance(20);
    assert_answer(REPLY_OK, "kept: old\nadded: hasty\nadded: once\n");
    stage_ends(stage);
}

static void info_tells_who_changed_what_and_debug_who_looked(void **state)
{
    static const char *const looks[] = { "status", "why web", "show web", "log",  "events", "tail web",
                                         "pid",    "metrics", "version",  "help", "graph",  "wait web STOPPED",
                                         "health", "tasks",   "targets" };
    static const char *const changes[] = {
        "start web --no-wait", "signal HUP web", "scale web 2", "reopen", "reload", "stop web"
    };
    struct stage *stage = a_stage(a_plan(a_quiet_program("web", 1), NULL));

    (void)state;
    log_open(NULL, 0, LOG_DEBUG, LOG_DAEMON, NULL);
    log_listen(note_level, NULL);
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++) {
        told_at = -1;
        say(stage, looks[i]);
        assert_int_equal(told_at, LOG_DEBUG);
    }
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        told_at = -1;
        say(stage, changes[i]);
        assert_int_equal(told_at, LOG_NOTICE);
    }
    log_listen(NULL, NULL);
    log_close();
    fake_obey(true);
    stage_ends(stage);
}

static void health_looks_at_what_is_wanted(void **state)
{
    struct stage *stage = a_stage(a_plan(a_program("web"), a_quiet_program("db", 1), NULL));

    (void)state;
    say(stage, "health");
    assert_answer(REPLY_FAILED, "web is STARTING\n");
    fake_clock_advance(1000);
    say(stage, "health");
    assert_answer(REPLY_OK, "healthy\n");
    stage_ends(stage);
}

static void a_removed_process_ends_who_waits_for_it(void **state)
{
    struct stage *stage = a_stage(a_plan(a_program("web"), a_program("db"), NULL));

    (void)state;
    say(stage, "wait db STOPPED");
    stage_reload(stage, a_plan(a_program("web"), NULL), NULL);
    fake_clock_advance(0);
    assert_int_equal(answer.code, REPLY_NO_SUCH_TARGET);
    stage_ends(stage);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_words_are_told_from_bad_ones),
        cmocka_unit_test(a_mistake_is_explained),
        cmocka_unit_test(a_verb_of_another_supervisor_is_translated),
        cmocka_unit_test(a_target_of_supervisord_is_translated),
        cmocka_unit_test(help_knows_every_verb),
        cmocka_unit_test(status_has_columns),
        cmocka_unit_test(status_as_data_has_the_promised_members),
        cmocka_unit_test(status_says_when_there_is_no_memory_for_a_next_life),
        cmocka_unit_test(status_describes_the_hook_that_runs),
        cmocka_unit_test(status_v_also_lists_the_tasks_of_its_targets),
        cmocka_unit_test(status_as_data_has_the_tasks_as_the_verb_has),
        cmocka_unit_test(start_answers_when_all_are_running),
        cmocka_unit_test(start_tells_why_it_failed),
        cmocka_unit_test(stop_answers_when_it_is_gone),
        cmocka_unit_test(no_wait_does_not_wait),
        cmocka_unit_test(restart_waits_for_the_new_run),
        cmocka_unit_test(rolling_goes_batch_by_batch),
        cmocka_unit_test(rolling_ends_at_the_first_failure),
        cmocka_unit_test(rolling_leaves_who_was_stopped_meanwhile),
        cmocka_unit_test(rolling_goes_on_without_who_is_scaled_away),
        cmocka_unit_test(who_waits_may_go),
        cmocka_unit_test(wait_answers_at_the_state_or_after_its_time),
        cmocka_unit_test(scale_takes_numbers_and_differences),
        cmocka_unit_test(signals_reach_who_runs),
        cmocka_unit_test(a_reload_lists_what_it_did),
        cmocka_unit_test(reload_wait_answers_when_all_has_settled),
        cmocka_unit_test(start_of_a_oneshot_fails_with_its_first_bad_end),
        cmocka_unit_test(reload_wait_fails_with_what_it_could_not_start),
        cmocka_unit_test(reload_wait_is_content_with_what_was_running_or_has_done_its_work),
        cmocka_unit_test(info_tells_who_changed_what_and_debug_who_looked),
        cmocka_unit_test(health_looks_at_what_is_wanted),
        cmocka_unit_test(a_removed_process_ends_who_waits_for_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
