#include "conversions.h"

static int end(void **state)
{
    (void)state;
    forget();
    return 0;
}

/* One program "p" with more lines. */
static void program_says(const char *lines)
{
    char *text = xasprintf("[program:p]\ncommand=x\n%s\n", lines);

    converts("s.ini", text);
    free(text);
}

static void program_refused(const char *lines, const char *words)
{
    char *text = xasprintf("[program:p]\ncommand=x\n%s\n", lines);

    refuses("s.ini", text, 3, words);
    free(text);
}

static void a_program_is_read(void **state)
{
    (void)state;
    converts("s.conf", "[program:web]\ncommand = /bin/web --port 80 ; the server\ndirectory=/srv\numask=022\n"
                       "priority=5\nautostart=false\nautorestart=true\nstartsecs=10\nstartretries=7\n"
                       "exitcodes=0,2\nstopsignal=QUIT\nstopwaitsecs=30\nstopasgroup=true\nkillasgroup=true\n"
                       "user=www\nredirect_stderr=true\nstdout_logfile=/log/web\nstdout_logfile_maxbytes=1MB\n"
                       "stdout_logfile_backups=3\nenvironment=A=\"b c\",D='e'\n");
    expect("same(P.web, { cmd = '/bin/web --port 80', workingdir = '/srv', umask = '022', priority = 5, "
           "autostart = false, autorestart = true, starttime = 10, startretries = 7, exitcodes = { 0, 2 }, "
           "stopsignal = 'QUIT', stoptime = 30, stop_to = 'group', user = 'www', stderr = 'stdout', "
           "stdout = { path = '/log/web', max_size = '1MB', backups = 3 }, env = { A = 'b c', D = 'e' }, "
           "first_index = 0 })");
}

static void defaults_that_differ_are_written_out(void **state)
{
    (void)state;
    program_says("");
    expect("same(P.p, { cmd = 'x', first_index = 0, stop_to = 'process' })");
    program_says("stdout_logfile=/log");
    expect("same(P.p.stdout, { path = '/log', max_size = '50MB', backups = 10 })");
    program_says("numprocs_start=5");
    expect("P.p.first_index == 5");
}

static void the_end_is_as_patient_as_the_programs(void **state)
{
    (void)state;
    program_says("stopwaitsecs=49");
    expect("S.stop_timeout == nil");
    program_says("stopwaitsecs=600\n[program:q]\ncommand=x\nstopwaitsecs=30");
    expect("S.stop_timeout == 610");
    program_says("stopwaitsecs=600\n[program:q]\ncommand=x\nstopwaitsecs=30\npriority=1\n[program:r]\ncommand=x\n"
                 "priority=1");
    expect("S.stop_timeout == 640");
    program_says("stopwaitsecs=315360000\n[program:q]\ncommand=x\npriority=1");
    expect("S.stop_timeout == 315360000");
}

static void streams_go_where_they_went(void **state)
{
    (void)state;
    program_says("stdout_logfile=/dev/stdout\nstdout_logfile_maxbytes=0\nstderr_logfile=/dev/fd/2");
    expect("P.p.stdout == 'inherit' and P.p.stderr == 'inherit'");
    program_says("stdout_logfile=NONE\nstderr_logfile=/dev/null");
    expect("P.p.stdout == 'discard' and P.p.stderr == 'discard'");
    program_says("stdout_logfile=AUTO");
    expect("P.p.stdout == nil");
    program_says("stdout_logfile=syslog\nstderr_syslog=true");
    expect("P.p.stdout == 'syslog' and P.p.stderr == 'syslog'");
    program_says("stdout_logfile=/log\nstdout_logfile_maxbytes=0");
    expect("P.p.stdout == '/log'");
    program_says("stdout_logfile=/log\nstderr_logfile=/log");
    expect("P.p.stdout.path == '/log' and P.p.stderr == 'stdout'");
    expect_text("both streams went to /log");
    program_says("redirect_stderr=true\nstderr_logfile=/log");
    expect("P.p.stderr == 'stdout'");
    expect_text("stderr_logfile = /log has no effect beside redirect_stderr");
    program_refused("user=", "user: it is empty");
    program_refused("stdout_logfile_maxbytes=much", "stdout_logfile_maxbytes");
}

static void refuse_text(const char *text)
{
    if (strstr(result.lua.data, text) != NULL)
        fail_msg("'%s' is in\n%s", text, result.lua.data);
}

static void what_is_said_of_no_file_is_noted(void **state)
{
    (void)state;
    program_says("stdout_logfile_maxbytes=5MB\nstdout_logfile_backups=3\nstderr_logfile=AUTO");
    expect("P.p.stdout == nil and P.p.stderr == nil");
    expect_text("s.ini:3: stdout_logfile_maxbytes = 5MB is not carried over");
    expect_text("s.ini:4: stdout_logfile_backups = 3 is not carried over");
    expect_text("s.ini:5: stderr_logfile = AUTO: what was written last is kept in memory");
    program_says("stdout_logfile=NONE\nstdout_logfile_maxbytes=5MB\nstderr_logfile=/dev/stderr\n"
                 "stderr_logfile_backups=2");
    expect_text("s.ini:4: stdout_logfile_maxbytes = 5MB is not carried over");
    expect_text("s.ini:6: stderr_logfile_backups = 2 is not carried over");
    program_says("redirect_stderr=true\nstderr_logfile_maxbytes=1MB\nstderr_logfile_backups=3\nstderr_syslog=true");
    expect_text("s.ini:4: stderr_logfile_maxbytes = 1MB has no effect beside redirect_stderr");
    expect_text("s.ini:5: stderr_logfile_backups = 3 has no effect beside redirect_stderr");
    expect_text("s.ini:6: stderr_syslog = true has no effect beside redirect_stderr");
    program_says("redirect_stderr=true\nstderr_logfile=NONE\nstderr_logfile_maxbytes=0\nstderr_syslog=false");
    refuse_text("no effect");
    program_says("directory=/\nstderr_events_enabled=true");
    expect_text("s.ini:4: stderr_events_enabled is not carried over");
    refuses("s.ini", "[program:p]\ncommand=x\nstdout_logfile_maxbytes=x\nstdout_logfile_backups=y\n", 3, "'x' is not");
}

static void several_processes_differ_by_their_number(void **state)
{
    (void)state;
    program_says("numprocs=3\nnumprocs_start=10\nprocess_name=%(program_name)s_%(process_num)02d\n"
                 "directory=/srv/%(process_num)d\nstdout_logfile=/log/%(program_name)s-%(process_num)02d.log\n"
                 "environment=PORT=\"80%(process_num)02d\",A=\"b\"");
    expect("P.p.numprocs == 3 and P.p.first_index == 10");
    expect("P.p.workingdir({ index = 11 }) == '/srv/11'");
    expect("P.p.stdout({ index = 7 }).path == '/log/p-07.log' and P.p.stdout({ index = 7 }).max_size == '50MB'");
    expect("same(P.p.env({ index = 4 }), { PORT = '8004', A = 'b' })");
    expect_text("process_name = %(program_name)s_%(process_num)02d: reeve calls");
}

static void a_single_process_has_its_number_filled_in(void **state)
{
    (void)state;
    converts("s.ini", "[program:p]\ncommand=x %(process_num)02d %(program_name)s %(numprocs)s\n");
    expect("P.p.cmd == 'x 00 p 1'");
}

static void the_environment_is_filled_in(void **state)
{
    (void)state;
    setenv("CONVERT_TEST", "from outside", 1);
    unsetenv("CONVERT_TEST_NOT");
    converts("s.ini", "[supervisord]\nenvironment=OUTER=\"o\"\n[program:p]\nenvironment=INNER=\"i %(ENV_OUTER)s\"\n"
                      "command=x '%(ENV_CONVERT_TEST)s' %(ENV_INNER)s\n");
    expect("P.p.cmd == \"x 'from outside' i o\" and S.env.OUTER == 'o' and P.p.env.INNER == 'i o'");
    program_refused("directory=%(ENV_CONVERT_TEST_NOT)s", "the variable CONVERT_TEST_NOT is not set");
    program_refused("umask=%(process_num)s", "cannot be filled in here");
}

/* Both are looked at before their turn, too. */
static void a_mistake_is_told_once(void **state)
{
    static const char *const keys[] = { "numprocs=", "killasgroup=false\nstopasgroup=", "environment=A=" };

    (void)state;
    unsetenv("CONVERT_TEST_NOT");
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        char *text = xasprintf("[program:p]\ncommand=x\n%s%%(ENV_CONVERT_TEST_NOT)s\n", keys[i]), *said;

        write_text("s.ini", text);
        said = refusal(path_of("s.ini"));
        assert_ptr_equal(strchr(said, '\n'), said + strlen(said) - 1);
        free(said);
        free(text);
    }
}

static void here_is_the_folder_of_the_file(void **state)
{
    char *question = xasprintf("P.p.workingdir:match('[^/]*$') == '%s'", strrchr(folder, '/') + 1);

    (void)state;
    program_says("directory=%(here)s");
    expect(question);
    free(question);
}

static void commands_are_split_as_supervisord_does(void **state)
{
    (void)state;
    converts("s.ini", "[program:p]\ncommand=sh -c \"echo \\$HOME\" a\\ b\n");
    expect("same(P.p.cmd, { 'sh', '-c', 'echo \\\\$HOME', 'a b' })");
    converts("s.ini", "[program:p]\ncommand=sh -c 'one\n  two' three\n");
    expect("P.p.cmd == \"sh -c 'one\\ntwo' three\"");
    refuses("s.ini", "[program:p]\ncommand=it's\n", 2, "a quote stays open");
    refuses("s.ini", "[program:p]\ncommand=\n", 2, "the command is empty");
    refuses("s.ini", "[program:p]\nuser=x\n", 1, "command: it is missing");
}

static void environments_are_read_with_their_quotes(void **state)
{
    (void)state;
    program_says("environment=A=\"1,2\",B='x;y', C=plain,\n   D=\"two\n   lines\"");
    expect("same(P.p.env, { A = '1,2', B = 'x;y', C = 'plain', D = 'two\\nlines' })");
    program_refused("environment=A=\"1", "a quote stays open");
    program_refused("environment=A", "expected KEY=\"value\"");
    program_refused("environment=A=1 B=2", "must stand in quotes");
    program_refused("environment=A=1,A=2", "A is here twice");
}

static void a_group_names_its_programs(void **state)
{
    (void)state;
    converts("s.ini", "[group:back]\nprograms=a, b\n[program:a]\ncommand=x %(group_name)s\n[program:b]\ncommand=y\n");
    expect("same(G.back, { 'a', 'b' }) and P.a.cmd == 'x back'");
    converts("s.ini", "[program:a]\ncommand=x\n[group:g]\nprograms=a\npriority=5\nodd=1\n");
    expect_text("s.ini:5: [group:g] priority = 5 is not carried over");
    expect_text("s.ini:6: [group:g] odd is not carried over");
    refuses("s.ini", "[group:g]\nprograms=a\n", 2, "[group:g]: there is no program 'a'");
    refuses("s.ini", "[group:g]\npriority=1\n", 1, "there is no `programs`");
}

static void an_event_listener_becomes_a_comment(void **state)
{
    (void)state;
    converts("s.ini", "[eventlistener:e]\ncommand=/bin/listen %(ENV_NOT_THERE)s\nevents=TICK_60\n"
                      "[program:p]\ncommand=x\n");
    expect_text("s.ini:1: [eventlistener:e] is not carried over");
    expect_text("s.ini:2:   command = /bin/listen");
    expect("P.e == nil and P.p ~= nil");
}

static void what_superlance_does_is_named(void **state)
{
    (void)state;
    converts("s.ini", "[eventlistener:c]\ncommand=/usr/bin/crashmailbatch -t a@b.c\n"
                      "[eventlistener:m]\ncommand=memmon -p a=1GB\n[program:p]\ncommand=x\n");
    expect_text("require(\"reeve.alert\").email { to =, on = \"crash\" }");
    expect_text("reeve looks itself");
}

static void a_listener_of_ones_own_is_told_what_fits_its_events(void **state)
{
    (void)state;
    converts("s.ini",
             "[eventlistener:t]\ncommand=./healthcheck\nevents=TICK_60\n"
             "[eventlistener:p]\ncommand=stop-supervisor.sh\nevents=PROCESS_STATE_STOPPED, PROCESS_STATE_FATAL\n"
             "[program:p]\ncommand=x\n");
    expect_text("require(\"reeve.schedule\").every(60, function()");
    expect_text("on_giveup = \"shutdown\"");
}

static void a_fcgi_socket_becomes_one_of_ours(void **state)
{
    (void)state;
    converts("s.ini", "[fcgi-program:f]\ncommand=x\nsocket=unix:///run/%(program_name)s.sock\nsocket_mode=0700\n");
    expect("P.f.cmd == 'x'");
    expect_text("descriptor 0, reeve as descriptor 3");
    expect("same(P.f.sockets, { 'f' })");
    expect("same(K.f, { listen = 'unix:/run/f.sock', mode = '700' })");
}

static void supervisord_itself_is_read(void **state)
{
    (void)state;
    converts("s.ini", "[supervisord]\nlogfile=/var/log/s.log\nloglevel=warn\npidfile=/run/s.pid\nnodaemon=true\n"
                      "identifier=me\nuser=root\nminfds=1024\nodd=1\n[program:p]\ncommand=x\n");
    expect("same(S, { log = { 'stderr', '/var/log/s.log' }, log_level = 'warning', pidfile = '/run/s.pid', "
           "name = 'me' })");
    expect_text("minfds = 1024 is not carried over");
    expect_text("defaults = { limits = { nofile = 1024 } },");
    expect_text("[supervisord] odd is not carried over");
}

static void a_tilde_in_a_path_is_the_home(void **state)
{
    (void)state;
    setenv("HOME", "/home/me", 1);
    converts("s.ini",
             "[supervisord]\nlogfile=~/s.log\npidfile=~/s.pid\ndirectory=~\n"
             "[program:p]\ncommand=x\nstdout_logfile=~/p.log\nstdout_logfile_maxbytes=0\nstderr_logfile=~x/p\n");
    expect("S.log[2] == '/home/me/s.log' and S.pidfile == '/home/me/s.pid' and S.workingdir == '/home/me'");
    expect("P.p.stdout == '/home/me/p.log' and P.p.stderr.path == '~x/p'");
}

static void other_sections_are_noted(void **state)
{
    (void)state;
    converts("s.ini", "[unix_http_server]\nfile=/tmp/s.sock\npassword=secret\n[supervisorctl]\nserverurl=x\n"
                      "[rpcinterface:supervisor]\na=b\n[something]\nx=y\n[program:p]\ncommand=x\n");
    expect_text("[unix_http_server] /tmp/s.sock is not carried over");
    expect_text("[supervisorctl] is not carried over");
    expect_text("[rpcinterface:supervisor] is not carried over");
    expect_text("[something] is not carried over");
    assert_null(strstr(result.lua.data, "secret"));
}

static void other_keys_of_programs_are_noted(void **state)
{
    (void)state;
    program_says("stdout_events_enabled=true\nstdout_capture_maxbytes=1MB\nserverurl=unix:///x\nkillasgroup=false");
    expect_text("stdout_events_enabled is not carried over");
    expect_text("stdout_capture_maxbytes = 1MB is not carried over");
    expect_text("serverurl = unix:///x is not carried over");
    expect("P.p.kill_group == false");
}

static void mistakes_are_refused(void **state)
{
    (void)state;
    program_refused("autostrat=true", "there is no setting 'autostrat'; did you mean 'autostart'?");
    program_refused("autostart=maybe", "expected true or false, got 'maybe'");
    program_refused("autorestart=maybe", "expected true, false or unexpected");
    program_refused("numprocs=many", "expected a whole number");
    program_refused("exitcodes=256", "256 is not between 0 and 255");
    program_refused("exitcodes=-1", "no negative exit codes");
    program_refused("stopsignal=NOPE", "stopsignal");
    program_refused("umask=9", "umask");
    program_refused("killasgroup=false\nstopasgroup=true", "exclude each other");
    refuses("s.ini", "[program.x]\ncommand=y\n", 1, "[program:NAME], with a colon");
    refuses("s.ini", "[x]\ncommand=y\n", 1, "programs are [program:x]");
    refuses("s.ini", "[programm:x]\ncommand=y\n", 1, "programs are [program:x]");
    refuses("circus.ini", "[watcher:api]\ncmd=y\n", 1, "[watcher:api]: programs are [program:api]");
    refuses("x.service", "[Unit]\nDescription=x\n[Service]\nExecStart=/bin/x\n", 1, "[Unit] and all others are no");
    refuses("s.ini", "[supervisrd]\nuser=y\n", 1, "did you mean [supervisord");
    refuses("s.ini", "[program:p]\ncommand=x\n[fcgi-program:p]\ncommand=y\nsocket=tcp://a:1\n", 3,
            "there are two programs 'p'");
}

static void included_files_are_read_in_order(void **state)
{
    char *question = xasprintf("P.b.workingdir:match('[^/]*/[^/]*$') == '%s/conf.d'", strrchr(folder, '/') + 1);

    (void)state;
    mkdir(path_of("conf.d"), 0755);
    write_text("conf.d/b.conf", "[program:b]\ncommand=x\ndirectory=%(here)s\n");
    write_text("conf.d/a.conf", "[program:a]\ncommand=x\n");
    converts("s.ini", "[include]\nfiles = conf.d/*.conf nothing/*.ini\n[program:z]\ncommand=x\n");
    expect("same(order, { 'z', 'a', 'b' })");
    expect(question);
    expect_text("s.ini:2: [include] no file matches nothing/*.ini");
    assert_int_equal(result.files.count, 3);
    converts("conf.d/main.conf", "[include]\nfiles = *.conf a.conf\n[program:z]\ncommand=x\n");
    expect("same(order, { 'z', 'a', 'b' })");
    unlink(path_of("conf.d/main.conf"));
    convert_path(path_of("s.ini"));
    write_text("conf.d/b.conf", "[program:b]\ncommand=x\numask=9\n");
    free(question);
    question = refusal(path_of("s.ini"));
    assert_non_null(strstr(question, "conf.d/b.conf:3: [program:b]: umask: "));
    free(question);
}

static void an_include_without_files_is_refused(void **state)
{
    (void)state;
    refuses("s.ini", "[DEFAULT]\nfiles=*.none\n[include]\n[program:p]\ncommand=x\n", 3, "there is no `files`");
}

static void names_cannot_become_code(void **state)
{
    (void)state;
    converts("s.ini", "[program:p]\ncommand=x \"]=] .. os.exit(1)\"\nenvironment=A]..os.exit(1)--=\"1\"\n");
    expect("P.p ~= nil");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_program_is_read, end),
        cmocka_unit_test_teardown(defaults_that_differ_are_written_out, end),
        cmocka_unit_test_teardown(the_end_is_as_patient_as_the_programs, end),
        cmocka_unit_test_teardown(streams_go_where_they_went, end),
        cmocka_unit_test_teardown(what_is_said_of_no_file_is_noted, end),
        cmocka_unit_test_teardown(several_processes_differ_by_their_number, end),
        cmocka_unit_test_teardown(a_single_process_has_its_number_filled_in, end),
        cmocka_unit_test_teardown(the_environment_is_filled_in, end),
        cmocka_unit_test_teardown(a_mistake_is_told_once, end),
        cmocka_unit_test_teardown(here_is_the_folder_of_the_file, end),
        cmocka_unit_test_teardown(commands_are_split_as_supervisord_does, end),
        cmocka_unit_test_teardown(environments_are_read_with_their_quotes, end),
        cmocka_unit_test_teardown(a_group_names_its_programs, end),
        cmocka_unit_test_teardown(an_event_listener_becomes_a_comment, end),
        cmocka_unit_test_teardown(what_superlance_does_is_named, end),
        cmocka_unit_test_teardown(a_listener_of_ones_own_is_told_what_fits_its_events, end),
        cmocka_unit_test_teardown(a_fcgi_socket_becomes_one_of_ours, end),
        cmocka_unit_test_teardown(supervisord_itself_is_read, end),
        cmocka_unit_test_teardown(a_tilde_in_a_path_is_the_home, end),
        cmocka_unit_test_teardown(other_sections_are_noted, end),
        cmocka_unit_test_teardown(other_keys_of_programs_are_noted, end),
        cmocka_unit_test_teardown(mistakes_are_refused, end),
        cmocka_unit_test_teardown(included_files_are_read_in_order, end),
        cmocka_unit_test_teardown(an_include_without_files_is_refused, end),
        cmocka_unit_test_teardown(names_cannot_become_code, end),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
