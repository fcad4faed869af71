#include "conversions.h"

static int end(void **state)
{
    (void)state;
    forget();
    return 0;
}

/* One program "p" with the line `setting`. */
static void program_says(const char *setting)
{
    char *text = xasprintf("programs:\n  p:\n    cmd: x\n    %s\n", setting);

    converts("conf.yaml", text);
    free(text);
}

static void program_refused(const char *setting, const char *words)
{
    char *text = xasprintf("programs:\n  p:\n    cmd: x\n    %s\n", setting);

    refuses("conf.yaml", text, 4, words);
    free(text);
}

static void the_thirteen_options_are_read(void **state)
{
    (void)state;
    converts("conf.yaml", "programs:\n  nginx:\n    cmd: \"/usr/sbin/nginx -c 'a b'\"\n    numprocs: 2\n"
                          "    umask: 022\n    workingdir: /tmp\n    autostart: true\n    autorestart: unexpected\n"
                          "    exitcodes:\n      - 0\n      - 2\n    startretries: 3\n    starttime: 5\n"
                          "    stopsignal: TERM\n    stoptime: 10\n    stdout: /tmp/out\n    stderr: /tmp/err\n"
                          "    env:\n      STARTED_BY: taskmaster\n      ANSWER: 42\n");
    expect("same(P.nginx, { cmd = [[/usr/sbin/nginx -c 'a b']], numprocs = 2, umask = '022', workingdir = '/tmp', "
           "autostart = true, autorestart = 'unexpected', exitcodes = { 0, 2 }, startretries = 3, starttime = 5, "
           "stopsignal = 'TERM', stoptime = 10, stdout = '/tmp/out', stderr = '/tmp/err', "
           "env = { STARTED_BY = 'taskmaster', ANSWER = '42' } })");
}

static void only_what_was_said_is_written(void **state)
{
    (void)state;
    converts("conf.yaml", "programs: {p: {cmd: x}}");
    expect("same(P, { p = { cmd = 'x' } }) and next(S) == nil");
}

static void exit_codes_are_lists_in_every_spelling(void **state)
{
    (void)state;
    program_says("exitcodes: 0");
    expect("same(P.p.exitcodes, { 0 })");
    program_says("exitcodes: [0, 2]");
    expect("same(P.p.exitcodes, { 0, 2 })");
    program_says("exitcodes: 0,2");
    expect("same(P.p.exitcodes, { 0, 2 })");
    program_says("exitcode: 0 2");
    expect("same(P.p.exitcodes, { 0, 2 })");
    program_says("exit_codes: -2");
    expect("same(P.p.exitcodes, { 2 })");
}

static void dashes_without_blanks_are_a_list_with_a_note(void **state)
{
    (void)state;
    program_says("exitcodes:\n      -0\n      -2");
    expect("same(P.p.exitcodes, { 0, 2 })");
    expect_text("conf.yaml:5: exitcodes was '-0 -2', read as a list");
}

static void impossible_exit_codes_are_refused(void **state)
{
    (void)state;
    program_refused("exitcodes: [256]", "256 is not between 0 and 255");
    program_refused("exitcodes: [-1]", "-1 is not between 0 and 255");
    program_refused("exitcodes: [one]", "expected a whole number, got 'one'");
    program_refused("exitcodes: {a: 1}", "expected a list of numbers");
    program_refused("exitcodes: ok", "expected a whole number, got 'ok'");
}

static void a_umask_is_octal_however_it_is_written(void **state)
{
    static const char *const spellings[][2] = { { "022", "022" },  { "'022'", "022" }, { "644", "644" },
                                                { "0o22", "022" }, { "77", "077" },    { "0", "000" },
                                                { "777", "777" } };

    (void)state;
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
        char *setting = xasprintf("umask: %s", spellings[i][0]);
        char *question = xasprintf("P.p.umask == '%s'", spellings[i][1]);

        program_says(setting);
        expect(question);
        free(setting);
        free(question);
    }
    program_refused("umask: 089", "umask");
    program_refused("umask: 1000", "umask");
}

static void variables_stay_as_they_were_written(void **state)
{
    (void)state;
    program_says("env: {ANSWER: 42, Z: 010, V: 1.10, T: true, E: , L: null, W: $PATH, N: \"a\\nb\"}");
    expect("same(P.p.env, { ANSWER = '42', Z = '010', V = '1.10', T = 'true', E = '', L = 'null', W = '$PATH', N = "
           "'a\\nb' })");
    program_says("env: ['A=b=c', B=]");
    expect("same(P.p.env, { A = 'b=c', B = '' })");
    program_says("environment: 'A=\"b,c\",D=e'");
    expect("same(P.p.env, { A = 'b,c', D = 'e' })");
    program_refused("env: {A: [1]}", "the value of a variable is a text, not a list");
    program_refused("env: {A=B: 1}", "is not the name of a variable");
    program_refused("env: [A]", "expected NAME=value");
    program_refused("env: [A=1, A=2]", "A is here twice");
}

static void words_for_true_and_false_are_understood(void **state)
{
    (void)state;
    program_says("autostart: yes");
    expect("P.p.autostart == true");
    program_says("autostart: on");
    expect("P.p.autostart == true");
    program_says("auto_start: False");
    expect("P.p.autostart == false");
    program_refused("autostart: maybe", "expected true or false, got 'maybe'");
    program_refused("autostart: [true]", "expected one value, got a list");
}

static void restart_policies_are_understood(void **state)
{
    (void)state;
    program_says("autorestart: no");
    expect("P.p.autorestart == false");
    program_says("restart: never");
    expect("P.p.autorestart == 'never'");
    program_says("auto_restart: always");
    expect("P.p.autorestart == 'always'");
    program_says("autorestart: True");
    expect("P.p.autorestart == true");
    program_says("autorestart: sometimes");
    expect("P.p.autorestart == 'unexpected'");
    program_says("autorestart: on-error");
    expect("P.p.autorestart == 'unexpected'");
    program_says("restart: on-failure:5");
    expect("P.p.autorestart == 'unexpected' and P.p.respawn_limit == 5");
    program_refused("autorestart: maybe", "expected true, false or unexpected, got 'maybe'");
    program_refused("autorestart: on-failure5", "on-failure:N");
}

static void numbers_of_processes_are_at_least_one(void **state)
{
    (void)state;
    program_says("numprocs: -1");
    expect("P.p.numprocs == 1");
    expect_text("conf.yaml:4: numprocs was -1");
    program_says("num_procs: 0");
    expect("P.p.numprocs == 1");
    program_says("processes: 7");
    expect("P.p.numprocs == 7");
    program_refused("numprocess: 1.5", "expected a whole number");
}

static void negative_retries_are_for_ever(void **state)
{
    (void)state;
    program_says("startretries: -1");
    expect("P.p.startretries > 1000000");
    expect_text("for ever");
}

static void times_take_units(void **state)
{
    (void)state;
    program_says("stoptime: 1.5");
    expect("P.p.stoptime == 1.5");
    program_says("stopwaitsecs: 2m");
    expect("P.p.stoptime == '2m'");
    program_says("successdelay: 010");
    expect("P.p.starttime == 10");
    program_says("starttime: 0");
    expect("P.p.starttime == 0");
    program_refused("stoptime: 1:30", "expected a time such as 90");
    program_refused("stoptime: -1", "stoptime");
    program_refused("stoptime: soon", "stoptime");
}

static void signals_have_many_names(void **state)
{
    (void)state;
    program_says("stopsignal: SIGUSR1");
    expect("P.p.stopsignal == 'USR1'");
    program_says("stop_signal: 15");
    expect("P.p.stopsignal == 'TERM'");
    program_says("stopsignal: [[INT, 5], [TERM, 10s], QUIT]");
    expect("same(P.p.stopsignal, { { 'INT', 5 }, { 'TERM', '10s' }, 'QUIT' })");
    program_refused("stopsignal: TREM", "TERM");
}

static void streams_go_where_they_went(void **state)
{
    (void)state;
    program_says("stdout: discard");
    expect("P.p.stdout == 'discard'");
    program_says("stdout_logfile: NONE");
    expect("P.p.stdout == 'discard'");
    program_says("stderr: /dev/null");
    expect("P.p.stderr == 'discard'");
    program_says("stdout: AUTO");
    expect("P.p.stdout == nil");
    program_says("stdout: /dev/stdout");
    expect("P.p.stdout == 'inherit'");
    program_says("redirect_stderr: true");
    expect("P.p.stderr == 'stdout'");
    program_says("stdout: /log\n    logfile_maxbytes: 1MB");
    expect("same(P.p.stdout, { path = '/log', max_size = '1MB' })");
    program_says("stdout: {path: /log, max_size: 10MB, backups: 2, compress: yes}");
    expect("same(P.p.stdout, { path = '/log', max_size = '10MB', backups = 2, compress = true })");
    program_says("stdout: /log/{.Id}");
    expect_text("the pattern in stdout is not filled in");
    program_says("logfile_backups: 3");
    expect_text("logfile_backups is not carried over");
    program_says("stdout: AUTO\n    stderr: discard\n    logfile_maxbytes: 1MB");
    expect_text("logfile_maxbytes is not carried over");
    program_says("stdout: /log\n    stderr: syslog\n    stderr_logfile_maxbytes: 1MB");
    expect_text("stderr_logfile_maxbytes is not carried over");
}

static void a_command_is_text_or_words(void **state)
{
    (void)state;
    converts("conf.yaml", "programs: {p: {command: ls, args: [-l, abc def, 110]}}");
    expect("same(P.p.cmd, { 'ls', '-l', 'abc def', '110' })");
    converts("conf.yaml", "programs: {p: {cmd: [ls, -l]}}");
    expect("same(P.p.cmd, { 'ls', '-l' })");
    converts("conf.yaml", "programs: {p: {cmd: \"it's\", shell: true}}");
    expect("P.p.cmd == \"it's\" and P.p.shell");
    refuses("conf.yaml", "programs:\n  p:\n    cmd: it's\n", 3, "quote");
    refuses("conf.yaml", "programs:\n  p:\n    cmd: ' '\n", 3, "the command is empty");
    refuses("conf.yaml", "programs:\n  p:\n    args: [a]\n", 2, "program 'p' has no cmd");
    refuses("conf.yaml", "programs:\n  p:\n    cmd:\n", 2, "program 'p' has no cmd");
    refuses("conf.yaml", "programs:\n  p:\n    command: a\n    cmd: b\n", 4, "another key has said this already");
}

static void commands_are_not_evaluated(void **state)
{
    (void)state;
    converts("conf.yaml", "programs: {p: {cmd: 'echo $(id) `id` %d \\ x'}}");
    expect("P.p.cmd == 'echo $(id) `id` %d \\\\ x'");
}

static void users_are_names_or_numbers(void **state)
{
    (void)state;
    program_says("user: nobody");
    expect("P.p.user == 'nobody'");
    program_says("uid: 1000\n    gid: 100");
    expect("P.p.user == 1000 and P.p.group == 100");
}

static void nothing_said_is_nothing_set(void **state)
{
    (void)state;
    program_says("workingdir: ''\n    user: \"\"\n    stdout: ''\n    stderr: ''\n    stdin: ''");
    expect("same(P.p, { cmd = 'x' })");
    program_says("name: p");
    expect("same(P.p, { cmd = 'x' })");
    program_says("name: other");
    expect_text("conf.yaml:4: name = other is not carried over");
    program_says("workingdir:\n    user: ~\n    stdout: null");
    expect("same(P.p, { cmd = 'x' })");
}

static void reeves_own_settings_are_read_as_well(void **state)
{
    (void)state;
    program_says("backoff: {first: 0.5, factor: 2, max: 30s}\n    limits: {nofile: 1024, core: unlimited, as: [1, 2]}\n"
                 "    after: [db, 'a b']\n    health: {http: 'http://x/', every: 5, failures: 3}\n"
                 "    ready: {fd: 3}\n    deathsig: false\n    oneshot: yes\n    spare_procs: [1, 3]\n    nice: -5");
    expect("same(P.p.backoff, { first = 0.5, factor = 2, max = '30s' })");
    expect("same(P.p.limits, { nofile = 1024, core = 'unlimited', as = { 1, 2 } })");
    expect("same(P.p.after, { 'db', 'a-b' })");
    expect("same(P.p.health, { http = 'http://x/', every = 5, failures = 3 })");
    expect("same(P.p.ready, { fd = 3 }) and P.p.deathsig == false and P.p.oneshot");
    expect("same(P.p.spare_procs, { 1, 3 }) and P.p.nice == -5");
    program_says("backoff: 2\n    ready: notify");
    expect("P.p.backoff == 2 and P.p.ready == 'notify'");
    program_refused("on_exit: x", "this is a Lua function");
    program_refused("on_giveup: panic", "'panic' is none of 'fatal', 'shutdown'");
    program_refused("backoff: {frist: 1}", "did you mean 'first'");
}

static void programs_are_found_in_every_container(void **state)
{
    (void)state;
    converts("conf.yaml", "program: {a: {cmd: x}}");
    expect("P.a.cmd == 'x'");
    converts("conf.yaml", "process: {a: {cmd: x}}");
    expect("P.a.cmd == 'x'");
    converts("conf.yaml", "processes: {a: {cmd: x}}");
    expect("P.a.cmd == 'x'");
    converts("conf.yaml", "services:\n  - name: a\n    cmd: x\n  - name: b\n    cmd: y\n");
    expect("P.a.cmd == 'x' and P.b.cmd == 'y'");
    converts("conf.yaml", "tasks: {a: {cmd: x}}");
    expect("P.a.cmd == 'x'");
    converts("conf.yaml", "  a:\n    cmd: x\n  b: {cmd: y}\n");
    expect("P.a.cmd == 'x' and P.b.cmd == 'y'");
    converts("conf.yaml", "- name: a\n  cmd: x\n");
    expect("P.a.cmd == 'x'");
}

static void programs_keep_their_order(void **state)
{
    (void)state;
    converts("conf.yaml", "programs: {z: {cmd: x}, a: {cmd: x}, m: {cmd: x}}");
    expect("same(order, { 'z', 'a', 'm' })");
}

static void the_top_level_becomes_the_supervisor(void **state)
{
    (void)state;
    converts("conf.yaml", "port: 7279\nlogout: taskmasterd.out\nloglevel: debug\npidfile: /run/x.pid\numask: 077\n"
                          "email: me@example.com\nhttpaddr: ':80'\nprograms: {a: {cmd: x}}\n");
    expect("same(S, { log = { 'stderr', 'taskmasterd.out' }, log_level = 'debug', pidfile = '/run/x.pid', "
           "umask = '077' })");
    expect_text("conf.yaml:1: port 7279 is not opened");
    expect_text("tcp:127.0.0.1:7279");
    expect_text("email is not carried over");
    expect_text("httpaddr is not carried over");
}

static void a_password_is_not_repeated_in_a_comment(void **state)
{
    (void)state;
    converts("conf.yaml", "email: {to: me@example.com, smtp_password: secret}\nprograms: {a: {cmd: x}}\n");
    expect_text("me@example.com");
    assert_null(strstr(result.lua.data, "secret"));
}

static void names_are_made_fit(void **state)
{
    (void)state;
    converts("conf.yaml", "programs: {'my prog': {cmd: x}}");
    expect("P['my-prog'].cmd == 'x'");
    expect_text("'my prog' is not a name in reeve; here it is 'my-prog'");
    refuses("conf.yaml", "programs:\n  a b: {cmd: x}\n  a/b: {cmd: y}\n", 3, "there are two programs 'a-b'");
}

static void unknown_keys_are_refused_with_the_nearest(void **state)
{
    (void)state;
    program_refused("autostrat: true", "there is no setting 'autostrat'; did you mean 'autostart'?");
    program_refused("zzzzzz: true", "there is no setting 'zzzzzz'; remove it");
    refuses("conf.yaml", "prot: 1\nprograms: {a: {cmd: x}}\n", 1, "did you mean 'port'?");
    refuses("conf.yaml", "program: {a: {cmd: x}}\nb: {cmd: y}\n", 2, "there is no setting 'b'");
}

static void files_without_programs_are_refused(void **state)
{
    (void)state;
    refuses("conf.yaml", "programs:\n", 1, "there is no program in this file");
    refuses("conf.yaml", "just text\n", 1, "expected a map with `programs:`");
    refuses("conf.yaml", "programs: 5\n", 1, "expected programs, each a name with its settings, got '5'");
    refuses("conf.yaml", "programs: {a: 1}\n", 1, "expected a map of settings, got '1'");
    refuses("conf.yaml", "programs:\n  a:\n", 2, "expected a map of settings, got nothing");
    refuses("conf.yaml", "services:\n  - cmd: x\n", 2, "a map without one");
    refuses("conf.yaml", "services: [x]\n", 1, "got 'x'");
    refuses("conf.yaml", "programs: {'': {cmd: x}}\n", 1, "an empty name");
}

static void all_mistakes_are_told_at_once(void **state)
{
    char *said;

    (void)state;
    write_text("conf.yaml", "programs:\n  a:\n    cmd: x\n    umask: 999\n  b:\n    cmd: y\n    stopsignal: NOPE\n"
                            "    autostrat: yes\n  c:\n    numprocs: one\n");
    said = refusal(path_of("conf.yaml"));
    assert_non_null(strstr(said, "conf.yaml:4: "));
    assert_non_null(strstr(said, "conf.yaml:7: "));
    assert_non_null(strstr(said, "conf.yaml:8: "));
    assert_non_null(strstr(said, "conf.yaml:9: "));
    assert_non_null(strstr(said, "conf.yaml:10: "));
    free(said);
}

static void anchors_share_settings(void **state)
{
    (void)state;
    converts("conf.yaml", "programs:\n  a: &a\n    cmd: x\n    user: nobody\n  b:\n    <<: *a\n    cmd: y\n");
    expect("same(P.b, { cmd = 'y', user = 'nobody' })");
}

static void what_is_only_shared_is_no_program(void **state)
{
    (void)state;
    converts("conf.yaml", "x: &x {user: nobody}\na:\n  <<: *x\n  cmd: y\n");
    expect("same(P, { a = { cmd = 'y', user = 'nobody' } })");
    converts("conf.yaml", "x: &x {cmd: y}\nprograms:\n  a:\n    <<: *x\n");
    expect("P.a.cmd == 'y' and P.x == nil");
    refuses("conf.yaml", "x: &x {user: nobody}\nprograms: {a: {cmd: y}}\n", 1, "there is no setting 'x'");
}

static void lines_lead_back_to_the_yaml(void **state)
{
    const char *file;
    int line;

    (void)state;
    converts("conf.yaml", "programs:\n  a:\n    cmd: x\n\n    user: nobody\n");
    /* 1 header, 2 empty, 3 program, 4 cmd, 5 user */
    assert_true(converted_origin(&result, 3, &file, &line));
    assert_int_equal(line, 2);
    assert_true(converted_origin(&result, 5, &file, &line));
    assert_int_equal(line, 5);
    assert_string_equal(file, path_of("conf.yaml"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(the_thirteen_options_are_read, end),
        cmocka_unit_test_teardown(only_what_was_said_is_written, end),
        cmocka_unit_test_teardown(exit_codes_are_lists_in_every_spelling, end),
        cmocka_unit_test_teardown(dashes_without_blanks_are_a_list_with_a_note, end),
        cmocka_unit_test_teardown(impossible_exit_codes_are_refused, end),
        cmocka_unit_test_teardown(a_umask_is_octal_however_it_is_written, end),
        cmocka_unit_test_teardown(variables_stay_as_they_were_written, end),
        cmocka_unit_test_teardown(words_for_true_and_false_are_understood, end),
        cmocka_unit_test_teardown(restart_policies_are_understood, end),
        cmocka_unit_test_teardown(numbers_of_processes_are_at_least_one, end),
        cmocka_unit_test_teardown(negative_retries_are_for_ever, end),
        cmocka_unit_test_teardown(times_take_units, end),
        cmocka_unit_test_teardown(signals_have_many_names, end),
        cmocka_unit_test_teardown(streams_go_where_they_went, end),
        cmocka_unit_test_teardown(a_command_is_text_or_words, end),
        cmocka_unit_test_teardown(commands_are_not_evaluated, end),
        cmocka_unit_test_teardown(users_are_names_or_numbers, end),
        cmocka_unit_test_teardown(nothing_said_is_nothing_set, end),
        cmocka_unit_test_teardown(reeves_own_settings_are_read_as_well, end),
        cmocka_unit_test_teardown(programs_are_found_in_every_container, end),
        cmocka_unit_test_teardown(programs_keep_their_order, end),
        cmocka_unit_test_teardown(the_top_level_becomes_the_supervisor, end),
        cmocka_unit_test_teardown(a_password_is_not_repeated_in_a_comment, end),
        cmocka_unit_test_teardown(names_are_made_fit, end),
        cmocka_unit_test_teardown(unknown_keys_are_refused_with_the_nearest, end),
        cmocka_unit_test_teardown(files_without_programs_are_refused, end),
        cmocka_unit_test_teardown(all_mistakes_are_told_at_once, end),
        cmocka_unit_test_teardown(anchors_share_settings, end),
        cmocka_unit_test_teardown(what_is_only_shared_is_no_program, end),
        cmocka_unit_test_teardown(lines_lead_back_to_the_yaml, end),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
