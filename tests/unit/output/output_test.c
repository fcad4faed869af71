#include "base/syslogger.h"
#include "core/output.h"

#include "unit/output/scene.h"

#include <jansson.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

static struct error problem;

static struct output_settings captured(struct capture_settings *c)
{
    return (struct output_settings){ .kind = OUTPUT_CAPTURED, .capture = c };
}

/* The child's end. */
static int open_for_child(struct output *o, const struct output_settings *s)
{
    bool close_it = false;
    int fd = output_open(o, s, 1, -1, &close_it, &problem);

    assert_true(fd >= 0);
    assert_true(close_it);
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    return fd;
}

static void say(int fd, const char *text)
{
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

static void note_end(void *arg)
{
    *(bool *)arg = true;
}

/* Its child says this, and is gone. */
static void run(struct output *o, const struct output_settings *s, const char *text)
{
    int fd = open_for_child(o, s);

    say(fd, text);
    close(fd);
    assert_true(output_drain(o, NULL, NULL));
}

static void assert_tail(struct output *o, const struct output_settings *s, size_t lines, const char *expected)
{
    struct buffer out = { 0 };

    assert_true(output_tail(o, s, lines, &out, &problem));
    assert_int_equal(out.length, strlen(expected));
    if (out.length > 0)
        assert_memory_equal(out.data, expected, out.length);
    buffer_free(&out);
}

static void what_nobody_asked_about_is_kept_in_a_ring(void **state)
{
    struct output_settings s = { .kind = OUTPUT_RING };
    struct output *o = output_new(scene.loop, &s, "web", "stdout");

    (void)state;
    assert_tail(o, &s, 10, "");
    run(o, &s, "one\ntwo\n");
    run(o, &s, "three\n");
    assert_tail(o, &s, 2, "two\nthree\n");
    assert_false(output_rotate(o, &problem));
    output_free(o);
}

static void a_table_without_a_path_says_how_large_the_ring_is(void **state)
{
    struct capture_settings c = { .to = SINK_FILE, .ring = 8 };
    struct output_settings s = captured(&c);
    struct output *o = output_new(scene.loop, &s, "web", "stdout");

    (void)state;
    run(o, &s, "one\ntwo\nthree\n");
    assert_tail(o, &s, 5, "three\n");
    output_free(o);
}

static void without_a_ring_the_file_is_looked_at_if_there_is_one(void **state)
{
    struct capture_settings to_file = capture_to(place("log")), nowhere = { .to = SINK_FILE };
    struct output_settings s = captured(&to_file), none = captured(&nowhere);
    struct buffer out = { 0 };
    struct output *o;

    (void)state;
    to_file.ring = 0;
    o = output_new(scene.loop, &s, "web", "stdout");
    run(o, &s, "one\ntwo\n");
    assert_tail(o, &s, 1, "two\n");
    output_free(o);
    o = output_new(scene.loop, &none, "web", "stdout");
    run(o, &none, "one\n");
    assert_false(output_tail(o, &none, 1, &out, &problem));
    assert_string_equal(problem.text, "nothing of the output is kept: its ring is 0");
    output_free(o);
}

static void streams_that_are_not_read_have_no_output(void **state)
{
    struct output_settings discard = { .kind = OUTPUT_DISCARD };
    struct output_settings inherit = { .kind = OUTPUT_INHERIT };
    struct output_settings file = { .kind = OUTPUT_FILE, .path = (char *)place("log") };
    struct output_settings nowhere = { .kind = OUTPUT_FILE, .path = "/nowhere/log" };
    struct buffer out = { 0 };
    bool close_it;
    int fd;

    (void)state;
    assert_null(output_new(scene.loop, &discard, "web", "stdout"));
    assert_null(output_new(scene.loop, &inherit, "web", "stdout"));
    assert_null(output_new(scene.loop, &file, "web", "stdout"));

    assert_int_equal(output_open(NULL, &inherit, 2, -1, &close_it, &problem), 2);
    assert_false(close_it);
    fd = output_open(NULL, &discard, 1, -1, &close_it, &problem);
    assert_false(close_it);
    say(fd, "nothing");
    fd = open_for_child(NULL, &file);
    say(fd, "one\ntwo\n");
    close(fd);

    assert_tail(NULL, &file, 1, "two\n");
    assert_false(output_tail(NULL, &discard, 1, &out, &problem));
    assert_non_null(strstr(problem.text, "discarded"));
    assert_false(output_tail(NULL, &inherit, 1, &out, &problem));
    assert_int_equal(output_open(NULL, &nowhere, 1, -1, &close_it, &problem), -1);
    assert_non_null(strstr(problem.text, "/nowhere"));
    assert_true(output_drain(NULL, NULL, NULL));
    output_cut(NULL);
    output_free(NULL);
}

static void captured_bytes_reach_the_file_as_they_are(void **state)
{
    struct capture_settings c = capture_to(place("log"));
    struct output_settings s = captured(&c);
    struct output *o = output_new(scene.loop, &s, "web", "stdout");
    struct stat st;
    int fd;

    (void)state;
    fd = open_for_child(o, &s);
    say(fd, "name? ");
    turn_until(stat(place("log"), &st) == 0 && st.st_size > 0);
    assert_file("log", "name? ");
    close(fd);
    assert_true(output_drain(o, NULL, NULL));
    run(o, &s, "no end");
    assert_file("log", "name? no end");
    assert_tail(o, &s, 2, "name? \nno end\n");
    output_free(o);
}

static void a_path_that_cannot_be_opened_fails_the_start(void **state)
{
    struct capture_settings c = capture_to("/nowhere/log");
    struct output_settings s = captured(&c);
    struct output *o = output_new(scene.loop, &s, "web", "stdout");
    bool close_it;

    (void)state;
    assert_int_equal(output_open(o, &s, 1, -1, &close_it, &problem), -1);
    assert_non_null(strstr(problem.text, "/nowhere"));
    output_cancel(o);
    output_free(o);
}

static void lines_are_dressed(void **state)
{
    struct capture_settings c = capture_to(place("log"));
    struct output_settings s = captured(&c);
    struct output *o;

    (void)state;
    c.timestamp = c.prefix = true;
    o = output_new(scene.loop, &s, "web:1", "stdout");
    run(o, &s, "one\n\nunfinished");
    run(o, &s, "two\n");
    assert_file("log", "2024-05-01T12:00:00.123Z web:1 | one\n"
                       "2024-05-01T12:00:00.123Z web:1 | \n"
                       "2024-05-01T12:00:00.123Z web:1 | unfinished\n"
                       "2024-05-01T12:00:00.123Z web:1 | two\n");
    assert_tail(o, &s, 2, "unfinished\ntwo\n");
    output_free(o);
}

static void json_lines_can_be_parsed(void **state)
{
    struct capture_settings c = capture_to(place("log"));
    struct output_settings s = captured(&c);
    struct buffer got = { 0 };
    struct output *o;
    json_t *parsed;

    (void)state;
    c.json = true;
    o = output_new(scene.loop, &s, "web", "stderr");
    run(o, &s, "bad \xff \xe2\x82 end\n");
    read_into(place("log"), &got);
    parsed = json_loads(got.data, 0, NULL);
    assert_non_null(parsed);
    assert_string_equal(json_string_value(json_object_get(parsed, "stream")), "stderr");
    assert_string_equal(json_string_value(json_object_get(parsed, "process")), "web");
    assert_string_equal(json_string_value(json_object_get(parsed, "time")), "2024-05-01T12:00:00.123Z");
    assert_non_null(strstr(json_string_value(json_object_get(parsed, "line")), "bad \xef\xbf\xbd "));
    json_decref(parsed);
    buffer_free(&got);
    output_free(o);
}

static void a_long_line_is_split_and_nothing_is_dropped(void **state)
{
    struct capture_settings c = capture_to(place("log"));
    struct output_settings s = captured(&c);
    struct buffer got = { 0 };
    char *line = malloc(60001);
    struct output *o;
    int fd;

    (void)state;
    c.prefix = true;
    memset(line, 'x', 60000);
    line[60000] = '\0';
    o = output_new(scene.loop, &s, "web", "stdout");
    fd = open_for_child(o, &s);
    say(fd, line);
    assert_false(output_drain(o, NULL, NULL));
    say(fd, line);
    close(fd);
    assert_true(output_drain(o, NULL, NULL));
    read_into(place("log"), &got);
    assert_int_equal(got.length, 120000 + 2 * 7);
    assert_int_equal(got.data[6 + 65536], '\n');
    assert_memory_equal(got.data + 7 + 65536, "web | x", 7);
    free(line);
    buffer_free(&got);
    output_free(o);
}

/* Both write half lines in turn; the file is rotated on the way. */
static void two_streams_into_one_file_do_not_mix_lines(void **state)
{
    struct capture_settings c = capture_to(place("log"));
    struct output_settings s = captured(&c);
    struct output *out, *err;
    struct buffer got = { 0 };
    char *line, *next;
    int fd[2], lines = 0;

    (void)state;
    c.max_size = 100;
    c.backups = 100;
    out = output_new(scene.loop, &s, "web", "stdout");
    err = output_new(scene.loop, &s, "web", "stderr");
    fd[0] = open_for_child(out, &s);
    fd[1] = open_for_child(err, &s);
    for (int i = 0; i < 50; i++) {
        say(fd[0], "aaaaaaaaaa");
        output_drain(out, NULL, NULL);
        say(fd[1], "bbbbbbbbbb\nbbbbb");
        output_drain(err, NULL, NULL);
        say(fd[0], "aaa\n");
        output_drain(out, NULL, NULL);
        say(fd[1], "bbbbb\n");
        output_drain(err, NULL, NULL);
    }
    close(fd[0]);
    close(fd[1]);
    output_drain(out, NULL, NULL);
    output_drain(err, NULL, NULL);
    read_chain(&got);
    for (line = got.data; (next = strchr(line, '\n')) != NULL; line = next + 1, lines++) {
        *next = '\0';
        assert_true(strcmp(line, "aaaaaaaaaaaaa") == 0 || strcmp(line, "bbbbbbbbbb") == 0);
    }
    assert_int_equal(lines, 150);
    assert_true(is_there("log.2"));
    buffer_free(&got);
    output_free(out);
    output_free(err);
}

/* A child that says numbered lines into `fd`: as quickly as it can. */
static pid_t fork_talker(int fd, int lines)
{
    pid_t pid = fork();

    if (pid != 0) {
        close(fd);
        return pid;
    }
    for (int i = 0; i < lines; i++)
        dprintf(fd, "line %07d of somebody who talks a lot\n", i);
    _exit(0);
}

static void read_some(int fd, struct buffer *out)
{
    ssize_t n;

    buffer_reserve(out, 1 << 16);
    n = read(fd, out->data + out->length, 1 << 16);
    if (n > 0)
        out->length += (size_t)n;
}

enum { LINES = 20000, LINE_LENGTH = 41 };

/* A talker, a FIFO as its log, and nobody who reads until its output is full or `dropped` lines are gone. */
static struct output *talk_to_fifo(const struct output_settings *s, int *reader, pid_t *talker)
{
    struct output *o = output_new(scene.loop, s, "web", "stdout");

    assert_int_equal(mkfifo(place("log"), 0600), 0);
    *reader = open(place("log"), O_RDONLY | O_NONBLOCK);
    *talker = fork_talker(open_for_child(o, s), LINES);
    return o;
}

static void a_slow_sink_makes_the_child_wait(void **state)
{
    struct capture_settings c = capture_to(place("log"));
    struct output_settings s = captured(&c);
    struct buffer got = { 0 };
    bool ended = false;
    struct output *o;
    pid_t talker;
    int reader;

    (void)state;
    o = talk_to_fifo(&s, &reader, &talker);
    ended = output_drain(o, note_end, &ended);
    while (!ended || poll(&(struct pollfd){ .fd = reader, .events = POLLIN }, 1, 0) > 0) {
        read_some(reader, &got);
        turn_loop();
        assert_int_equal(output_dropped(o), 0);
    }
    assert_int_equal(got.length, LINES * LINE_LENGTH);
    for (int i = 0; i < LINES; i++)
        assert_int_equal(atoi(got.data + i * LINE_LENGTH + 5), i);
    waitpid(talker, NULL, 0);
    buffer_free(&got);
    close(reader);
    output_free(o);
}

static void a_slow_sink_may_drop_whole_lines(void **state)
{
    struct capture_settings c = capture_to(place("log"));
    struct output_settings s = captured(&c);
    struct buffer got = { 0 };
    long lines = 0;
    bool ended = false;
    struct output *o;
    pid_t talker;
    int reader;

    (void)state;
    c.on_full = 1;
    o = talk_to_fifo(&s, &reader, &talker);
    ended = output_drain(o, note_end, &ended);
    turn_until(ended); /* nobody reads, and nobody waits */
    waitpid(talker, NULL, 0);
    assert_true(output_dropped(o) > 0);
    assert_int_equal(times_logged("read too slowly"), 1);
    while (!was_logged("is read again")) {
        read_some(reader, &got);
        turn_loop();
    }
    read_some(reader, &got);
    for (size_t at = 0; at < got.length; at += LINE_LENGTH, lines++) {
        assert_memory_equal(got.data + at, "line ", 5);
        assert_int_equal(got.data[at + LINE_LENGTH - 1], '\n');
    }
    assert_int_equal(lines + output_dropped(o), LINES);
    buffer_free(&got);
    close(reader);
    output_free(o);
}

/* Returns how many lines there was room for. */
static int fill(int fd)
{
    int lines = 0;

    fcntl(fd, F_SETFL, O_NONBLOCK);
    for (int misses = 0; misses < 100; misses++) {
        for (; dprintf(fd, "line %07d of somebody who talks a lot\n", lines) == LINE_LENGTH; misses = 0)
            assert_true(++lines < LINES);
        turn_loop();
    }
    return lines;
}

/* What the dead one left in the pipe is not lost when nobody may wait any longer; who comes then waits like anybody. */
static void a_cut_keeps_what_was_said(void **state)
{
    struct capture_settings c = capture_to(place("log"));
    struct output_settings s = captured(&c);
    struct buffer got = { 0 };
    struct output *o = output_new(scene.loop, &s, "web", "stdout");
    int reader, fd, lines;

    (void)state;
    assert_int_equal(mkfifo(place("log"), 0600), 0);
    reader = open(place("log"), O_RDONLY | O_NONBLOCK);
    fd = open_for_child(o, &s);
    lines = fill(fd);
    output_cut(o);
    assert_int_equal(write(fd, "x", 1), -1);
    while (got.length < (size_t)lines * LINE_LENGTH) {
        read_some(reader, &got);
        turn_loop();
    }
    assert_int_equal(output_dropped(o), 0);
    close(fd);
    fd = open_for_child(o, &s);
    fill(fd);
    close(fd);
    close(reader);
    buffer_free(&got);
    output_free(o);
}

/* reeve's own stdout is a pipe here: shared with others, so its flags stay as they are. */
static void prefixed_lines_go_to_reeves_own_stream(void **state)
{
    struct capture_settings c = { .to = SINK_INHERIT, .prefix = true, .ring = 100 };
    struct output_settings s = captured(&c);
    struct buffer got = { 0 };
    int before = dup(STDOUT_FILENO);
    struct output *o;
    int own[2], flags;

    (void)state;
    assert_int_equal(pipe(own), 0);
    fflush(stdout);
    dup2(own[1], STDOUT_FILENO);
    o = output_new(scene.loop, &s, "web", "stdout");
    run(o, &s, "one\ntwo");
    flags = fcntl(own[1], F_GETFL);
    output_free(o);
    dup2(before, STDOUT_FILENO);
    close(before);
    assert_false(flags & O_NONBLOCK);
    read_some(own[0], &got);
    assert_int_equal(got.length, 20);
    assert_memory_equal(got.data, "web | one\nweb | two\n", 20);
    close(own[0]);
    close(own[1]);
    buffer_free(&got);
}

/* It is full, and reeve goes on; at the end what fits is still written. */
static void reeves_own_stream_is_never_waited_for(void **state)
{
    struct capture_settings c = { .to = SINK_INHERIT, .ring = 100 };
    struct output_settings s = captured(&c);
    struct buffer got = { 0 };
    int before = dup(STDOUT_FILENO);
    bool ended = false;
    struct output *o;
    pid_t talker;
    int own[2];

    (void)state;
    assert_int_equal(pipe(own), 0);
    fcntl(own[0], F_SETFL, O_NONBLOCK);
    fflush(stdout);
    dup2(own[1], STDOUT_FILENO);
    o = output_new(scene.loop, &s, "web", "stdout");
    talker = fork_talker(open_for_child(o, &s), LINES);
    ended = output_drain(o, note_end, &ended);
    while (!ended || got.length < LINES * LINE_LENGTH) {
        turn_loop();
        read_some(own[0], &got);
    }
    output_free(o);
    dup2(before, STDOUT_FILENO);
    close(before);
    waitpid(talker, NULL, 0);
    for (int i = 0; i < LINES; i++)
        assert_int_equal(atoi(got.data + i * LINE_LENGTH + 5), i);
    close(own[0]);
    close(own[1]);
    buffer_free(&got);
}

/* A log daemon, as far as its socket goes. */
static int listen_to_syslog(void)
{
    static struct sockaddr_un name = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    snprintf(name.sun_path, sizeof name.sun_path, "%s/log", scene.folder);
    unlink(name.sun_path);
    assert_int_equal(bind(fd, (struct sockaddr *)&name, sizeof name), 0);
    syslogger_use(name.sun_path);
    return fd;
}

static void assert_message(int fd, int severity, const char *end)
{
    char text[300];
    ssize_t n = recv(fd, text, sizeof text - 1, MSG_DONTWAIT);

    assert_true(n > (ssize_t)strlen(end));
    text[n] = '\0';
    assert_int_equal(atoi(text + 1) % 8, severity);
    assert_string_equal(text + n - strlen(end), end);
}

static void each_line_is_a_message_to_syslog(void **state)
{
    struct capture_settings c = { .to = SINK_SYSLOG, .ring = 100 };
    struct output_settings s = captured(&c);
    struct output *out, *err;
    int fd = listen_to_syslog();

    (void)state;
    out = output_new(scene.loop, &s, "web:1", "stdout");
    err = output_new(scene.loop, &s, "web:1", "stderr");
    run(out, &s, "one\ntwo %s");
    run(err, &s, "three\n");
    assert_message(fd, LOG_INFO, " web:1: one");
    assert_message(fd, LOG_INFO, " web:1: two %s");
    assert_message(fd, LOG_WARNING, " web:1: three");
    assert_tail(out, &s, 1, "two %s\n");
    close(fd);
    output_free(out);
    output_free(err);
}

static void a_stuck_syslog_loses_lines_and_counts_them(void **state)
{
    struct capture_settings c = { .to = SINK_SYSLOG, .ring = 100 };
    struct output_settings s = captured(&c);
    struct output *o = output_new(scene.loop, &s, "web:1", "stdout");
    int fd = listen_to_syslog();
    char message[200];

    (void)state;
    while (!was_logged("web:1: syslog takes no lines: Resource temporarily unavailable"))
        run(o, &s, "a line\n");
    for (int lost = 1; lost < 4; lost++)
        run(o, &s, "a line\n");
    while (recv(fd, message, sizeof message, MSG_DONTWAIT) > 0)
        ;
    run(o, &s, "the last but one\n");
    run(o, &s, "the last\n");
    assert_message(fd, LOG_INFO, " web:1: the last but one");
    assert_message(fd, LOG_INFO, " web:1: the last");
    assert_int_equal(times_logged("takes no lines"), 1);
    assert_int_equal(times_logged("web:1: syslog takes lines again, 4 were lost"), 1);
    assert_int_equal(times_logged("takes lines again"), 1);
    assert_tail(o, &s, 1, "the last\n");
    close(fd);
    output_free(o);
}

static void the_end_is_told_when_a_grandchild_lets_go(void **state)
{
    struct output_settings s = { .kind = OUTPUT_RING };
    struct output *o = output_new(scene.loop, &s, "web", "stdout");
    int fd = open_for_child(o, &s);
    bool ended = false;

    (void)state;
    say(fd, "child\n");
    assert_false(output_drain(o, note_end, &ended));
    assert_tail(o, &s, 1, "child\n");
    say(fd, "grandchild\n");
    close(fd);
    turn_until(ended);
    assert_tail(o, &s, 1, "grandchild\n");
    assert_true(output_drain(o, NULL, NULL));
    output_free(o);
}

static void a_cancelled_start_leaves_nothing(void **state)
{
    struct output_settings s = { .kind = OUTPUT_RING };
    struct output *o = output_new(scene.loop, &s, "web", "stdout");
    int fd = open_for_child(o, &s);

    (void)state;
    output_cancel(o);
    assert_int_equal(write(fd, "x", 1), -1);
    close(fd);
    run(o, &s, "next\n");
    assert_tail(o, &s, 5, "next\n");
    output_free(o);
}

static void other_settings_hold_on_the_fly(void **state)
{
    struct capture_settings c = capture_to(place("log"));
    struct output_settings s = captured(&c);
    struct output *o = output_new(scene.loop, &s, "web", "stdout");
    int fd;

    (void)state;
    fd = open_for_child(o, &s);
    say(fd, "one\n");
    output_drain(o, NULL, NULL);
    c.prefix = true;
    c.max_size = 6;
    c.ring = 4;
    assert_true(output_serves(o, &s));
    output_adopt(o, &s);
    say(fd, "two\nhal");
    output_drain(o, NULL, NULL);
    c.prefix = false;
    c.max_size = 0;
    output_adopt(o, &s);
    say(fd, "f\n");
    output_drain(o, NULL, NULL);
    assert_tail(o, &s, 1, "alf\n");
    say(fd, "and on");
    output_drain(o, NULL, NULL);
    assert_file("log.1", "one\n");
    assert_file("log", "web | two\nhalf\nand on");
    close(fd);
    output_free(o);
}

static void another_sink_needs_another_output(void **state)
{
    struct capture_settings c = capture_to(place("log"));
    struct capture_settings other = capture_to(place("other"));
    struct output_settings file = captured(&c), elsewhere = captured(&other);
    struct output_settings ring = { .kind = OUTPUT_RING };
    struct output_settings discard = { .kind = OUTPUT_DISCARD };
    struct output *o = output_new(scene.loop, &file, "web", "stdout");

    (void)state;
    assert_true(output_serves(o, &file));
    assert_false(output_serves(o, &elsewhere));
    assert_false(output_serves(o, &ring));
    assert_false(output_serves(o, &discard));
    assert_false(output_serves(NULL, &file));
    assert_true(output_serves(NULL, &discard));
    output_free(o);
}

struct listener {
    struct buffer heard;
    struct output_listener *handle;
    bool leaves;
};

static void hear(const char *data, size_t length, void *arg)
{
    struct listener *l = arg;

    buffer_add(&l->heard, data, length);
    if (l->leaves)
        output_unlisten(&l->handle);
}

static void listeners_hear_until_they_leave(void **state)
{
    struct output_settings s = { .kind = OUTPUT_RING };
    struct output *o = output_new(scene.loop, &s, "web", "stdout");
    struct listener once = { .leaves = true }, always = { .leaves = false };

    (void)state;
    always.handle = output_listen(o, hear, &always);
    once.handle = output_listen(o, hear, &once);
    run(o, &s, "one\n");
    run(o, &s, "two\n");
    assert_string_equal(once.heard.data, "one\n");
    assert_null(once.handle);
    assert_string_equal(always.heard.data, "one\ntwo\n");
    output_free(o);
    output_unlisten(&always.handle); /* later than the output */
    output_unlisten(&always.handle);
    buffer_free(&once.heard);
    buffer_free(&always.heard);
}

static void rotate_and_reopen_reach_the_file(void **state)
{
    struct capture_settings c = capture_to(place("log"));
    struct output_settings s = captured(&c);
    struct output *o = output_new(scene.loop, &s, "web", "stdout");

    (void)state;
    run(o, &s, "one\n");
    assert_true(output_rotate(o, &problem));
    assert_file("log.1", "one\n");
    run(o, &s, "two\n");
    rename(place("log"), place("moved"));
    output_reopen(o);
    run(o, &s, "three\n");
    assert_file("log", "three\n");
    assert_int_equal(output_dropped(o), 0);
    output_free(o);
}

static void no_descriptor_means_no_start(void **state)
{
    struct output_settings s = { .kind = OUTPUT_RING };
    struct output *o = output_new(scene.loop, &s, "web", "stdout");
    int taken[4096], count = 0;
    struct rlimit few, before;
    bool close_it;

    (void)state;
    getrlimit(RLIMIT_NOFILE, &before);
    few = before;
    few.rlim_cur = 64;
    setrlimit(RLIMIT_NOFILE, &few);
    while (count < 4096 && (taken[count] = open("/dev/null", O_RDONLY)) >= 0)
        count++;
    assert_int_equal(output_open(o, &s, 1, -1, &close_it, &problem), -1);
    while (count > 0)
        close(taken[--count]);
    setrlimit(RLIMIT_NOFILE, &before);
    assert_non_null(strstr(problem.text, "Too many open files"));
    run(o, &s, "now\n");
    output_free(o);
}

#define on_scene(test) cmocka_unit_test_setup_teardown(test, set_scene, strike_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        on_scene(what_nobody_asked_about_is_kept_in_a_ring),
        on_scene(a_table_without_a_path_says_how_large_the_ring_is),
        on_scene(without_a_ring_the_file_is_looked_at_if_there_is_one),
        on_scene(streams_that_are_not_read_have_no_output),
        on_scene(captured_bytes_reach_the_file_as_they_are),
        on_scene(a_path_that_cannot_be_opened_fails_the_start),
        on_scene(lines_are_dressed),
        on_scene(json_lines_can_be_parsed),
        on_scene(a_long_line_is_split_and_nothing_is_dropped),
        on_scene(two_streams_into_one_file_do_not_mix_lines),
        on_scene(a_slow_sink_makes_the_child_wait),
        on_scene(a_slow_sink_may_drop_whole_lines),
        on_scene(a_cut_keeps_what_was_said),
        on_scene(prefixed_lines_go_to_reeves_own_stream),
        on_scene(reeves_own_stream_is_never_waited_for),
        on_scene(each_line_is_a_message_to_syslog),
        on_scene(a_stuck_syslog_loses_lines_and_counts_them),
        on_scene(the_end_is_told_when_a_grandchild_lets_go),
        on_scene(a_cancelled_start_leaves_nothing),
        on_scene(other_settings_hold_on_the_fly),
        on_scene(another_sink_needs_another_output),
        on_scene(listeners_hear_until_they_leave),
        on_scene(rotate_and_reopen_reach_the_file),
        on_scene(no_descriptor_means_no_start),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
