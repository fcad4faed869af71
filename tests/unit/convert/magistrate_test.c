#include "conversions.h"

static const char sample[] = "monitor_url: http://localhost/magistrate/\nroot_name: Super 1\npid_path: run/pids\n"
                             "http_username: joe\nhttp_password: '\"secret\"'\nworkers:\n"
                             "  one:\n    daemonize: true\n    working_dir: /srv/one\n    start_cmd: ruby one.rb\n"
                             "    stop_signal: INT\n"
                             "  two:\n    daemonize: false\n    start_cmd: mongrel start -d\n"
                             "    stop_cmd: kill `cat two.pid`\n    pid_file: tmp/two.pid\n";

static int end(void **state)
{
    (void)state;
    forget();
    return 0;
}

static void the_server_is_followed(void **state)
{
    (void)state;
    converts("magistrate.yml", sample);
    expect("same(F, { url = 'http://localhost/magistrate/', name = 'Super 1-box', username = 'joe', "
           "password = '\"secret\"' })");
    expect("S.state_dir == 'run/pids'");
}

static void a_name_may_be_said_outright(void **state)
{
    (void)state;
    converts("magistrate.yml", "monitor_url: http://x/\nroot_name: a\nsupervisor_name_override: b\nworkers: {}\n");
    expect("F.name == 'b'");
    converts("magistrate.yml", "monitor_url: http://x/\nworkers: {}\n");
    expect("F.name == nil and S.state_dir == 'tmp/pids'");
}

static void workers_wait_for_the_server(void **state)
{
    (void)state;
    converts("magistrate.yml", sample);
    expect("P.one.autostart == false and P.two.autostart == false");
    expect("P.one.detached and P.two.detached and P.one.stdout == 'discard' and P.two.stderr == 'discard'");
    expect("P.one.stoptime == 5");
}

static void a_daemonized_worker_has_its_pid_file_in_the_folder(void **state)
{
    (void)state;
    converts("magistrate.yml", sample);
    expect("P.one.pidfile == 'run/pids/one.pid' and P.one.forks == nil and P.one.stopsignal == 'INT'");
    expect("P.one.workingdir == '/srv/one' and P.one.cmd == 'ruby one.rb' and P.one.shell == nil");
}

static void a_worker_that_forks_has_its_own(void **state)
{
    (void)state;
    converts("magistrate.yml", sample);
    expect("P.two.pidfile == 'tmp/two.pid' and P.two.forks == true and P.two.workingdir == '/'");
    expect("same(P.two.stop_cmd, { '/bin/sh', '-c', 'kill `cat two.pid`' })");
}

static void a_command_for_the_shell_gets_one(void **state)
{
    (void)state;
    converts("magistrate.yml", "monitor_url: http://x/\nworkers: {a: {daemonize: true, start_cmd: 'cd /x && y'},\n"
                               " b: {daemonize: true, pid_path: /run/b, start_cmd: \"echo 'a b'\"}}\n");
    expect("P.a.shell == true and P.a.cmd == 'cd /x && y'");
    expect("P.b.shell == nil and P.b.pidfile == '/run/b/b.pid'");
}

static void what_had_no_effect_is_noted(void **state)
{
    (void)state;
    converts("magistrate.yml", "monitor_url: http://x/\nworkers:\n  a:\n    daemonize: true\n    start_cmd: x\n"
                               "    stop_cmd: y\n    pid_file: z\n  b:\n    start_cmd: x\n    pid_file: z\n"
                               "    stop_signal: INT\n    end_cmd: stop it\n");
    expect_text("magistrate.yml:6: stop_cmd is not carried over");
    expect_text("magistrate.yml:7: pid_file is not carried over");
    expect_text("magistrate.yml:11: stop_signal is not carried over");
    expect("P.b.stop_cmd == 'stop it'");
}

static void what_is_missing_is_told(void **state)
{
    (void)state;
    refuses("magistrate.yml", "monitor_url:\nworkers: {}\n", 1, "there is no monitor_url");
    refuses("magistrate.yml", "monitor_url: http://x/\n", 1, "expected `workers:`");
    refuses("magistrate.yml", "monitor_url: http://x/\nworkers:\n  a: {daemonize: true}\n", 3,
            "worker 'a' has no start_cmd");
    refuses("magistrate.yml", "monitor_url: http://x/\nworkers:\n  a: {start_cmd: x}\n", 3,
            "worker 'a' has no pid_file");
    refuses("magistrate.yml", "monitor_url: http://x/\nworkers:\n  a: {daemonise: true}\n", 3,
            "did you mean 'daemonize'?");
    refuses("magistrate.yml", "monitor_url: http://x/\nworkers:\n  a: [1]\n", 3, "expected a map of settings");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(the_server_is_followed, end),
        cmocka_unit_test_teardown(a_name_may_be_said_outright, end),
        cmocka_unit_test_teardown(workers_wait_for_the_server, end),
        cmocka_unit_test_teardown(a_daemonized_worker_has_its_pid_file_in_the_folder, end),
        cmocka_unit_test_teardown(a_worker_that_forks_has_its_own, end),
        cmocka_unit_test_teardown(a_command_for_the_shell_gets_one, end),
        cmocka_unit_test_teardown(what_had_no_effect_is_noted, end),
        cmocka_unit_test_teardown(what_is_missing_is_told, end),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
