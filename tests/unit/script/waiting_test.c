/* What the library waits for: processes, commands, programs, connections. */
#include "os/acceptor.h"
#include "os/connection.h"
#include "os/socket.h"
#include "script/store.h"
#include "unit/script/scene.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static void a_task_waits_for_a_state(void **state)
{
    (void)state;
    start("program 'a' { cmd = 'sleep 60', starttime = 0.05, on_start = function(p)\n"
          "  assert(p:wait('STARTING')) assert(p:wait('RUNNING', 10)) reeve.log('notice', 'runs') p:stop()\n"
          "  reeve.log('notice', 'late: %s', select(2, p:wait('fatal', 0.01)))\n"
          "  assert(p:wait('STOPPED', '10s')) reeve.log('notice', 'stopped')\n"
          "  reeve.log('notice', 'wrong: %s', select(2, pcall(p.wait, p, 'RUNING'))) end }");
    wait_for("wrong: bad argument #2 to '?' (expected STOPPED, STARTING");
    assert_heard("runs\n");
    assert_heard("late: a is ");
    assert_heard("stopped\n");
    finish();
}

static void usage_is_what_the_kernel_says(void **state)
{
    (void)state;
    start("program 'a' { cmd = 'sleep 60', starttime = 0, on_start = function(p)\n"
          "  local u = assert(p:usage()) while u.rss <= 4096 or u.fds > 3 do reeve.sleep(0.001) u = p:usage() end\n"
          "  reeve.log('notice', 'usage %s %s %s %s', u.rss > 4096, u.cpu >= 0, u.threads, u.fds)\n"
          "  p:stop() p:wait('STOPPED') reeve.log('notice', 'none: %s %s', p:usage()) end }");
    wait_for("none: nil a is not running");
    assert_heard("usage true true 1 3");
    finish();
}

static void commands_answer_with_their_text(void **state)
{
    (void)state;
    start("program 'a' { cmd = 'sleep 60', starttime = 0 }\n"
          "program 'b' { cmd = '/nonexistent', startretries = 0 }\n"
          "local done\n"
          "on('ready', 'a', function() if done then return end done = true\n"
          "  reeve.log('notice', 'restart: %s', reeve.command('restart a'))\n"
          "  reeve.log('notice', 'version: %s', reeve.command('version'))\n"
          "  reeve.log('notice', 'start: %s %s', reeve.command('start b'))\n"
          "  reeve.log('notice', 'target: %s %s', reeve.command('stop zzz'))\n"
          "  reeve.log('notice', 'verb: %s %s', reeve.command('nonsense'))\n"
          "  reeve.log('notice', 'events: %s %s', reeve.command('events -f'))\n"
          "  reeve.log('notice', 'quote: %s', select(2, pcall(reeve.command, '\"')))\n"
          "end)");
    wait_for("quote: ");
    assert_heard("restart: a: restarted\n");
    assert_heard("version: reeve ");
    assert_heard("start: nil b: ");
    assert_heard("target: nil no such target: zzz");
    assert_heard("verb: nil ");
    assert_heard("events: nil this command would never end");
    assert_heard("quote: bad argument #1 to '?' (expected a command");
    finish();
}

static void a_command_may_have_very_many_words(void **state)
{
    (void)state;
    start("local words = { 'true' } for i = 1, 40000 do words[i + 1] = 'file' .. i end\n"
          "reeve.task(function() local before = os.clock()\n"
          "  reeve.log('notice', 'many: %s', reeve.exec({ cmd = words }).code)\n"
          "  reeve.log('notice', 'soon: %s', os.clock() - before < 2) end)");
    wait_for("soon: true\n");
    assert_heard("many: 0\n");
    finish();
}

static void programs_are_run_and_their_output_is_kept(void **state)
{
    (void)state;
    start(
        "reeve.task(function()\n"
        "  local r = assert(reeve.exec { cmd = 'cat', stdin = ('x'):rep(300000), env = { A = 1 } })\n"
        "  reeve.log('notice', 'cat: %s %s', r.code, #r.stdout)\n"
        "  r = assert(reeve.exec { cmd = { '/bin/sh', '-c', 'echo $A; pwd; echo err >&2; exit 3' }, env = { A = 'b c' "
        "},\n"
        "    workingdir = '/' })\n"
        "  reeve.log('notice', 'sh: %s %q %q', r.code, r.stdout, r.stderr)\n"
        "  r = assert(reeve.exec { cmd = \"/bin/sh -c 'kill -TERM $$'\" })\n"
        "  reeve.log('notice', 'signal: %s %s', r.code, r.signal)\n"
        "  reeve.log('notice', 'missing: %s %s', reeve.exec { cmd = '/nonexistent' })\n"
        "  reeve.log('notice', 'slow: %s %s', reeve.exec { cmd = 'sleep 60', timeout = '20ms' })\n"
        "  reeve.log('notice', 'much: %s %s', reeve.exec { cmd = 'yes', max_output = '10KB' })\n"
        "  reeve.log('notice', 'holder: %s', reeve.exec { cmd = \"/bin/sh -c 'setsid sleep 60 & echo yes'\" "
        "}.stdout)\n"
        "  reeve.log('notice', 'option: %s', select(2, pcall(reeve.exec, { cmd = 'x', timeot = 1 })))\n"
        "end)");
    wait_for("option: ");
    assert_heard("cat: 0 300000\n");
    assert_heard("sh: 3 \"b c\\\\n/\\\\n\" \"err\\\\n\"");
    assert_heard("signal: nil TERM");
    assert_heard("missing: nil exec '/nonexistent': No such file or directory");
    assert_heard("slow: nil it took longer than 20ms and was killed");
    assert_heard("much: nil it wrote more than 10240 bytes to stdout (max_output)");
    assert_heard("holder: yes");
    assert_heard("option: unknown option 'timeot', did you mean 'timeout'?");
    finish();
}

static void a_cancelled_task_takes_its_program_along(void **state)
{
    (void)state;
    start("local h = reeve.task(function() reeve.exec { cmd = 'sleep 60' } end)\n"
          "reeve.after(0.02, function() h:cancel() reeve.log('notice', 'cancelled') end)");
    wait_for("cancelled");
    finish();
}

static void a_handle_knows_whether_its_task_runs(void **state)
{
    (void)state;
    start("local t = reeve.task(function() reeve.sleep(0.01) end)\n"
          "local cut = reeve.task(function() while true do end end)\n"
          "local a, e = reeve.after(0.02, function() end), reeve.every(0.02, function() end)\n"
          "local function say(what) reeve.log('notice', '%s: %s %s %s %s', what, t:runs(), cut:runs(), a:runs(),\n"
          "  e:runs()) end\n"
          "say 'first'\n"
          "reeve.task(function() while t:runs() or cut:runs() or a:runs() do reeve.sleep(0.01) end\n"
          "  say 'then' e:cancel() say 'last' end)");
    wait_for("last: false false false false");
    assert_heard("first: true true true true");
    assert_heard("then: false false false true");
    finish();
}

static void options_are_what_the_table_itself_holds(void **state)
{
    (void)state;
    start(
        "local function asked(options) return setmetatable(options, { __index = function(_, key) error('asked for ' .. "
        "key) end }) end\n"
        "reeve.task(function()\n"
        "  reeve.log('notice', 'exec: %s', reeve.exec(asked { cmd = { 'true' } }).code)\n"
        "  for name, call in pairs { none = reeve.exec, mail = reeve.mail.send } do\n"
        "    reeve.log('notice', '%s: %s', name, select(2, pcall(call, asked {}))) end\n"
        "  reeve.log('notice', 'http: %s', select(2, pcall(reeve.http.request, asked { url = 'mailto:me' })))\n"
        "  reeve.log('notice', 'over') end)");
    wait_for("over");
    assert_heard("exec: 0\n");
    assert_heard("none: 'cmd' is missing\n");
    assert_heard("mail: 'to' is missing\n");
    assert_heard("'mailto:me' does not begin with http: or https:");
    finish();
}

static void what_has_a_zero_byte_is_not_cut_off_there(void **state)
{
    (void)state;
    start("reeve.task(function()\n"
          "  for _, bad in ipairs { { cmd = { 'touch', '/tmp/a\\0b' } }, { cmd = 'true\\0 x' }, { cmd = 'true', env = "
          "{ A "
          "= 'a\\0b' } }, { cmd = 'true', env = { ['A\\0'] = 1 } }, { cmd = 'true', workingdir = '/\\0tmp' } } do\n"
          "    reeve.log('notice', '%s', select(2, pcall(reeve.exec, bad))) end\n"
          "  for _, headers in ipairs { { X = 'a\\0b' }, { ['X\\0Y'] = 'a' } } do\n"
          "    reeve.log('notice', '%s', select(2, pcall(reeve.http.get, 'http://127.0.0.1:1/', { headers = headers "
          "}))) end\n"
          "  for _, to in ipairs { 'a@b\\0c', { 'a@b\\0c' } } do\n"
          "    reeve.log('notice', '%s', select(2, pcall(reeve.mail.send, { to = to }))) end\n"
          "  for name, call in pairs { command = reeve.command, connect = reeve.connect, emit = reeve.emit, on = on,\n"
          "    get = reeve.http.get, include = include, open = io.open, process = reeve.process, require = require,\n"
          "    program = reeve.program, save = reeve.save } do\n"
          "    local _, why = pcall(call, 'a\\0b', print)\n"
          "    if not tostring(why):find('(the text has a zero byte in it)', 1, true) then\n"
          "      reeve.log('notice', '%s takes a zero byte: %s', name, why) end end\n"
          "  reeve.log('notice', 'log %s', 'a\\0b') print('print', 'a\\0b') warn('warn', 'a\\0b')\n"
          "  reeve.log('notice', '%s', select(2, pcall(reeve.exec, { cmd = 'true', env = 7 })))\n"
          "  reeve.log('notice', '%s', select(2, pcall(reeve.exec, { cmd = 'true', max_output = -1 })))\n"
          "  reeve.log('notice', 'in: %q', reeve.exec({ cmd = 'cat', stdin = 'a\\0b' }).stdout) end)");
    wait_for("in:");
    assert_heard("'cmd': a text has a zero byte in it\n");
    assert_heard("'cmd': the text has a zero byte in it\n");
    assert_heard("'env': a text has a zero byte in it\n");
    assert_heard("'workingdir': the text has a zero byte in it\n");
    assert_heard("'headers': a text has a zero byte in it\n");
    assert_heard("'to': a text has a zero byte in it\n");
    assert_heard("in: \"a\\0b\"\n");
    assert_heard("log a\\x00b\n");
    assert_heard("print a\\x00b\n");
    assert_heard("warn a\\x00b\n");
    assert_heard("'env': expected a table, got 7\n");
    assert_heard("'max_output': expected a size such as 65536 or \"64KB\", got -1\n");
    assert_not_heard("takes a zero byte");
    finish();
}

/* ---- connections ---- */

static char path[64];
static struct acceptor *acceptor;
static struct connection *quiet;

static size_t on_read(struct connection *c, const char *data, size_t length, void *arg)
{
    (void)arg;
    if (memchr(data, '\n', length) == NULL)
        return 0;
    if (length >= 5 && memcmp(data, "hello", 5) == 0)
        connection_write(c, "one\r\ntwo\n12345tail", 18);
    if (memcmp(data, "quiet", 5) == 0)
        quiet = c;
    else
        connection_finish(c);
    return length;
}

static void on_end(struct connection *c, bool broken, void *arg)
{
    (void)broken;
    (void)arg;
    if (c == quiet)
        quiet = NULL;
    connection_close(c);
}

static void on_connection(int fd, void *arg)
{
    (void)arg;
    connection_open(loop, fd, on_read, on_end, NULL);
}

static int open_socket(void)
{
    struct address a;
    struct error e;
    int fd;

    assert_true(address_parse(path, &a, &e));
    fd = socket_listen(&a, &(struct listen_options){ .mode = -1, .uid = (uid_t)-1, .gid = (gid_t)-1 }, &e);
    assert_true(fd >= 0);
    return fd;
}

static void listen_there(void)
{
    acceptor = acceptor_open(loop, open_socket(), on_connection, NULL);
}

static size_t count_descriptors(void)
{
    DIR *dir = opendir("/proc/self/fd");
    size_t count = 0;

    while (readdir(dir) != NULL)
        count++;
    closedir(dir);
    return count;
}

static void what_nobody_closes_is_collected(void **state)
{
    char text[500];
    size_t before;
    int fd;

    (void)state;
    snprintf(path, sizeof path, "/tmp/reeve-waiting-%d.sock", (int)getpid());
    snprintf(text, sizeof text,
             "reeve.after(0.02, function()\n"
             "  for _ = 1, 1000 do assert(io.open('/proc/self/stat')) end\n"
             "  reeve.log('notice', 'files were opened') reeve.sleep(0)\n"
             "  for _ = 1, 300 do assert(reeve.connect('unix:%s')) end\n"
             "  reeve.log('notice', 'streams were opened')\n"
             "end)",
             path);
    start(text);
    fd = open_socket(); /* nobody accepts */
    before = count_descriptors();
    wait_for("files were opened");
    assert_in_range(count_descriptors(), before, before + 100);
    wait_for("streams were opened");
    assert_in_range(count_descriptors(), before, before + 100);
    finish();
    close(fd);
    unlink(path);
}

static void streams_are_read_and_written(void **state)
{
    char text[2000];

    (void)state;
    snprintf(path, sizeof path, "/tmp/reeve-waiting-%d.sock", (int)getpid());
    snprintf(
        text, sizeof text,
        "reeve.after(0.02, function()\n"
        "  local s <close> = assert(reeve.connect('unix:%s'))\n"
        "  assert(s:write('hello\\n'))\n"
        "  reeve.log('notice', 'read %%q %%q %%q %%q %%s %%s', s:read_line(), s:read_line(), s:read(5), s:read(100), "
        "s:read_line())\n"
        "  s:close() reeve.log('notice', 'closed: %%s', select(2, pcall(s.read, s, 1)))\n"
        "  local q = assert(reeve.connect('unix:%s', { timeout = 0.2 })) q:write('quiet\\n')\n"
        "  reeve.log('notice', 'silence: %%s %%s', q:read_line())\n"
        "  reeve.log('notice', 'shorter: %%s %%s', q:read_line(0.02))\n"
        "  reeve.log('notice', 'in bytes: %%s %%s', q:read(1, '30ms'))\n"
        "  reeve.log('notice', 'as before: %%s %%s', q:read_line())\n"
        "  reeve.log('notice', 'no time: %%s', select(2, pcall(q.read_line, q, 'soon')))\n"
        "  reeve.log('notice', 'refused: %%s %%s', reeve.connect('tcp:127.0.0.1:1'))\n"
        "  reeve.log('notice', 'nobody: %%s %%s', reeve.connect('unix:/nonexistent/x'))\n"
        "  reeve.log('notice', 'wrong: %%s', select(2, pcall(reeve.connect, 'x')))\n"
        "end)",
        path, path);
    start(text);
    listen_there();
    wait_for("wrong: ");
    assert_heard("read \"one\" \"two\" \"12345\" \"tail\" nil unix:");
    assert_heard(": the other side has closed the connection");
    assert_heard("closed: ");
    assert_heard("silence: nil unix:");
    assert_heard(": no answer within 200ms");
    assert_heard(": no answer within 20ms");
    assert_heard(": no answer within 30ms");
    assert_heard("as before: nil unix:");
    assert_heard("no time: ");
    assert_heard("'soon' is not a time");
    assert_heard("refused: nil tcp:127.0.0.1:1: Connection refused");
    assert_heard("nobody: nil ");
    acceptor_close(acceptor);
    connection_close(quiet);
    finish();
    unlink(path);
}

/* ---- files, settings ---- */

static void a_file_is_saved_whole_or_not_at_all(void **state)
{
    char text[1000];
    struct stat st;

    (void)state;
    snprintf(path, sizeof path, "/tmp/reeve-waiting-%d.saved", (int)getpid());
    snprintf(text, sizeof text,
             "reeve.task(function()\n"
             "  local function read() local f <close> = io.open('%s') return f:read('a') end\n"
             "  assert(reeve.save('%s', 'one\\0two')) local first = read()\n"
             "  assert(reeve.save('%s', '')) reeve.log('notice', 'saved %%q %%q', first, read())\n"
             "  reeve.log('notice', 'nowhere: %%s %%s', reeve.save('/nonexistent/x', 'text')) end)",
             path, path, path);
    start(text);
    wait_for("nowhere: nil ");
    assert_heard("/nonexistent/x");
    assert_heard("saved \"one\\0two\" \"\"");
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    finish();
    unlink(path);
}

static void settings_are_known_once_the_plan_is_in_force(void **state)
{
    (void)state;
    start("supervisor { name = 'box', state_dir = '/tmp', password = 'secret' }\n"
          "assert(reeve.settings() == nil)\n"
          "reeve.task(function() local s = reeve.settings()\n"
          "  reeve.log('notice', 'settings: %s %s %s %s', s.name, s.state_dir, s.password, s.file) end)");
    wait_for("settings: box /tmp *** t.lua");
    finish();
}

static void users_wishes_and_refreshes_are_heard(void **state)
{
    (void)state;
    start("program 'web' { cmd = 'sleep 60', starttime = 0, autostart = false }\n"
          "local wishes = {}\n"
          "on('wish', 'web', function(e) wishes[#wishes + 1] = tostring(e.wanted) .. ' ' .. e.text end)\n"
          "on('refresh', function() reeve.log('notice', 'wishes: %s', table.concat(wishes, ', ')) end)\n"
          "reeve.task(function() local web = reeve.program('web') assert(not web:pid()) web:start()\n"
          "  assert(web:pid() == reeve.process('web').pid) reeve.command('stop web') reeve.command('restart web')\n"
          "  reeve.command('stop web') reeve.command('stop web') reeve.command('refresh') end)");
    wait_for("wishes: false a hook, true a hook, false a hook, false a hook");
    finish();
}

static void the_store_outlives_its_generation(void **state)
{
    (void)state;
    start("reeve.task(function() local s = reeve.store\n"
          "  s.number, s.text, s.yes, s.list = 7, 'a\\0b', true, { 1, 2.5, { x = 'y' } }\n"
          "  local list = s.list list[1] = 'changed'\n"
          "  for _, bad in ipairs { print, coroutine.create(print), setmetatable({}, {}) } do\n"
          "    reeve.log('notice', 'bad: %s', select(2, pcall(function() s.bad = bad end))) end\n"
          "  reeve.log('notice', 'big: %s', select(2, pcall(function() s.bad = ('x'):rep(1 << 20) end)))\n"
          "  local loop = {} loop[1] = loop\n"
          "  reeve.log('notice', 'loop: %s', select(2, pcall(function() s.bad = loop end))) end)");
    wait_for("loop: ");
    assert_heard("bad: t.lua:5: reeve.store keeps texts, numbers, booleans and plain tables, not a function");
    assert_heard("a table with a metatable cannot be kept");
    assert_heard("big: t.lua:6: reeve.store");
    assert_heard("deeper than 32, or contains itself");
    finish();
    start("reeve.task(function() local s, n = reeve.store, 0\n"
          "  reeve.log('notice', 'kept %s %q %s %s %s %s %s', s.number, s.text, s.yes, s.list[1], s.list[2], "
          "s.list[3].x, "
          "s.bad)\n"
          "  s.number = nil for k, v in pairs(s) do n = n + 1 assert(v ~= nil) end\n"
          "  reeve.log('notice', 'left %d', n) end)");
    wait_for("left 3");
    assert_heard("kept 7 \"a\\0b\" true 1 2.5 y nil");
    finish();
    store_clear();
}

static void the_store_may_be_emptied_while_one_goes_through_it(void **state)
{
    (void)state;
    start(
        "reeve.task(function() local s, seen = reeve.store, {}\n"
        "  for _, key in ipairs { 'a', 'b', 'c', 'd' } do s[key] = key end\n"
        "  for key, value in pairs(s) do table.insert(seen, value) s[key] = nil if key == 'b' then s.c = nil end end\n"
        "  reeve.log('notice', 'seen: %s, left: %s', table.concat(seen, ' '), pairs(s)(s)) end)");
    wait_for("left:");
    assert_heard("seen: a b d, left: nil");
    finish();
    store_clear();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_task_waits_for_a_state),
        cmocka_unit_test(usage_is_what_the_kernel_says),
        cmocka_unit_test(commands_answer_with_their_text),
        cmocka_unit_test(a_command_may_have_very_many_words),
        cmocka_unit_test(programs_are_run_and_their_output_is_kept),
        cmocka_unit_test(options_are_what_the_table_itself_holds),
        cmocka_unit_test(what_has_a_zero_byte_is_not_cut_off_there),
        cmocka_unit_test(a_cancelled_task_takes_its_program_along),
        cmocka_unit_test(a_handle_knows_whether_its_task_runs),
        cmocka_unit_test(what_nobody_closes_is_collected),
        cmocka_unit_test(streams_are_read_and_written),
        cmocka_unit_test(a_file_is_saved_whole_or_not_at_all),
        cmocka_unit_test(settings_are_known_once_the_plan_is_in_force),
        cmocka_unit_test(users_wishes_and_refreshes_are_heard),
        cmocka_unit_test(the_store_outlives_its_generation),
        cmocka_unit_test(the_store_may_be_emptied_while_one_goes_through_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
