#include "os/stream.h"

#include "turn.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MANY = 50 };

/* A pipe with a stream at its end, and what came out of it. */
struct reader {
    struct stream *stream;
    int writer; /* the other end; -1: closed, or a child's */
    size_t length;
    size_t wrong; /* bytes that are not what stood at their place */
    int calls, ends;
    void (*then)(struct reader *r);
};

static struct reader readers[MANY];
static struct reader *reader = &readers[0];

/* Which byte stands at a place: with a period that is no power of two. */
static char byte_at(size_t place)
{
    return (char)(place % 251);
}

static void on_data(const char *data, size_t length, void *arg)
{
    struct reader *r = arg;
    size_t i;

    r->calls++;
    if (data == NULL)
        r->ends++;
    for (i = 0; i < length; i++)
        r->wrong += data[i] != byte_at(r->length + i);
    r->length += length;
    if (r->then != NULL)
        r->then(r);
}

static void open_reader(struct reader *r)
{
    int ends[2];

    assert_return_code(pipe2(ends, O_CLOEXEC), 0);
    *r = (struct reader){ .writer = ends[1] };
    r->stream = stream_open(loop, ends[0], on_data, r);
}

static void close_writer(struct reader *r)
{
    if (r->writer >= 0)
        close(r->writer);
    r->writer = -1;
}

static void close_reader(struct reader *r)
{
    close_writer(r);
    stream_close(r->stream);
    r->stream = NULL;
}

static int open_one(void **state)
{
    open_loop(state);
    open_reader(reader);
    return 0;
}

static int close_one(void **state)
{
    close_reader(reader);
    return close_loop(state);
}

/* Write bytes for the places from `*place` on, in pieces of uneven length. */
static void write_bytes(int fd, size_t *place, size_t length)
{
    char piece[9973];
    size_t n, i;

    for (; length > 0; length -= n) {
        n = 1 + *place % sizeof piece;
        n = n < length ? n : length;
        for (i = 0; i < n; i++)
            piece[i] = byte_at(*place + i);
        if (write(fd, piece, n) != (ssize_t)n)
            _exit(1);
        *place += n;
    }
}

static void write_here(struct reader *r, size_t *place, size_t length)
{
    write_bytes(r->writer, place, length);
}

static size_t expected;

static bool all_came(void)
{
    return reader->length == expected;
}

static bool ended(void)
{
    return reader->ends > 0;
}

/* A child writes `length` bytes and ends. */
static pid_t fork_writer(struct reader *r, size_t length)
{
    size_t place = 0;
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        write_bytes(r->writer, &place, length);
        _exit(0);
    }
    close_writer(r);
    return pid;
}

static void every_byte_comes_in_order_and_then_the_end(void **state)
{
    pid_t pid = fork_writer(reader, 64 << 20);

    (void)state;
    turn_until(ended);
    assert_int_equal(reader->length, 64 << 20);
    assert_int_equal(reader->wrong, 0);
    assert_int_equal(reader->ends, 1);
    waitpid(pid, NULL, 0);
}

static bool all_ended(void)
{
    int i;

    for (i = 0; i < MANY; i++)
        if (readers[i].ends == 0)
            return false;
    return true;
}

static void many_children_at_once_lose_nothing(void **state)
{
    int i;

    (void)state;
    close_reader(reader);
    for (i = 0; i < MANY; i++) {
        open_reader(&readers[i]);
        fork_writer(&readers[i], 300000);
    }
    turn_until(all_ended);
    for (i = 0; i < MANY; i++) {
        assert_int_equal(readers[i].length, 300000);
        assert_int_equal(readers[i].wrong, 0);
        close_reader(&readers[i]);
        wait(NULL);
    }
    open_reader(reader);
}

static size_t burst_place;
static int bursts;

/* Ten lines every ten milliseconds. */
static void write_burst(void *arg)
{
    int i;

    for (i = 0; i < 10; i++)
        write_here(reader, &burst_place, 100);
    if (++bursts < 100)
        timer_start(loop, 10, write_burst, arg);
}

static bool bursts_came(void)
{
    return bursts == 100 && reader->length == burst_place;
}

static void a_busy_writer_does_not_wake_us_at_every_line(void **state)
{
    const msec rest = 50, before = clock_now();
    const int to_find_its_pace = 20;

    (void)state;
    bursts = 0;
    burst_place = 0;
    write_burst(NULL);
    turn_until(bursts_came);
    assert_true(reader->calls < (clock_now() - before) / rest + to_find_its_pace);
    assert_int_equal(reader->wrong, 0);
}

static bool kernel_widens_pipes(void)
{
    int ends[2];
    bool widens;

    assert_return_code(pipe(ends), 0);
    widens = fcntl(ends[0], F_SETPIPE_SZ, 1 << 20) >= 1 << 20;
    close(ends[0]);
    close(ends[1]);
    return widens;
}

static void a_full_pipe_is_widened(void **state)
{
    size_t place = 0;
    int before = fcntl(reader->writer, F_GETPIPE_SZ);

    (void)state;
    if (!kernel_widens_pipes())
        skip();
    for (expected = 0; fcntl(reader->writer, F_GETPIPE_SZ) < 1 << 20 && expected < 64 << 20;) {
        size_t length = (size_t)fcntl(reader->writer, F_GETPIPE_SZ);
        char *block = malloc(length);
        size_t i;

        for (i = 0; i < length; i++)
            block[i] = byte_at(place + i);
        assert_int_equal(write(reader->writer, block, length), length);
        free(block);
        expected = place += length;
        turn_until(all_came);
    }
    assert_true(fcntl(reader->writer, F_GETPIPE_SZ) > before);
    assert_int_equal(reader->wrong, 0);
}

static void a_paused_stream_reads_nothing(void **state)
{
    size_t place = 0;

    (void)state;
    stream_pause(reader->stream);
    stream_pause(reader->stream);
    write_here(reader, &place, 1000);
    assert_false(stream_drain(reader->stream));
    assert_int_equal(reader->calls, 0);
    stream_resume(reader->stream);
    stream_resume(reader->stream);
    expected = 1000;
    turn_until(all_came);
}

static void pause_stream(struct reader *r)
{
    stream_pause(r->stream);
}

static void the_owner_may_pause_in_the_callback(void **state)
{
    size_t place = 0;
    struct pollfd p = { .fd = reader->writer, .events = POLLOUT };

    (void)state;
    reader->then = pause_stream;
    write_here(reader, &place, 1000);
    expected = 1000;
    turn_until(all_came);

    fcntl(reader->writer, F_SETFL, O_NONBLOCK);
    while (poll(&p, 1, 0) == 1)
        write_here(reader, &place, 4096);
    assert_int_equal(reader->length, 1000);
    reader->then = NULL;
    stream_resume(reader->stream);
    expected = place;
    turn_until(all_came);
    assert_int_equal(reader->wrong, 0);
}

static void draining_reads_what_is_there(void **state)
{
    size_t place = 0;

    (void)state;
    assert_false(stream_drain(reader->stream));
    write_here(reader, &place, 5000);
    assert_false(stream_drain(reader->stream));
    assert_int_equal(reader->length, 5000);
    write_here(reader, &place, 30000);
    close_writer(reader);
    assert_true(stream_drain(reader->stream));
    assert_int_equal(reader->length, 35000);
    assert_int_equal(reader->wrong, 0);
    assert_int_equal(reader->ends, 1);
    assert_true(stream_drain(reader->stream));
    assert_int_equal(reader->ends, 1);
}

static size_t endless_place;

static void write_more(struct reader *r)
{
    write_here(r, &endless_place, 1000);
}

/* As a grandchild that holds the pipe would. */
static void draining_ends_though_somebody_goes_on_writing(void **state)
{
    (void)state;
    endless_place = 0;
    reader->then = write_more;
    write_here(reader, &endless_place, 1000);
    assert_false(stream_drain(reader->stream));
    assert_true(reader->length >= 1000);
    reader->then = NULL;
    expected = endless_place;
    turn_until(all_came);
    assert_int_equal(reader->wrong, 0);
}

static void drain_the_second(struct reader *r)
{
    (void)r;
    stream_drain(readers[1].stream);
}

static void one_stream_may_be_drained_in_the_callback_of_another(void **state)
{
    size_t place = 0, second_place = 0;

    (void)state;
    open_reader(&readers[1]);
    stream_pause(readers[1].stream);
    write_here(&readers[1], &second_place, 20000);
    stream_resume(readers[1].stream);
    reader->then = drain_the_second;
    write_here(reader, &place, 20000);
    assert_false(stream_drain(reader->stream));
    assert_int_equal(reader->length, 20000);
    assert_int_equal(reader->wrong, 0);
    assert_int_equal(readers[1].length, 20000);
    assert_int_equal(readers[1].wrong, 0);
    close_reader(&readers[1]);
}

static void close_stream(struct reader *r)
{
    stream_close(r->stream);
    r->stream = NULL;
}

static bool is_closed(void)
{
    return reader->stream == NULL;
}

static void the_owner_may_close_in_the_callback(void **state)
{
    size_t place = 0;

    (void)state;
    reader->then = close_stream;
    write_here(reader, &place, 1000);
    turn_until(is_closed);
    assert_int_equal(reader->calls, 1);

    open_reader(reader);
    reader->then = close_stream;
    close_writer(reader);
    turn_until(is_closed);
    assert_int_equal(reader->ends, 1);

    open_reader(reader);
    reader->then = close_stream;
    place = 0;
    write_here(reader, &place, 1000);
    assert_false(stream_drain(reader->stream));
    assert_int_equal(reader->calls, 1);
}

static void a_terminal_whose_other_side_is_gone_has_ended(void **state)
{
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    int slave;

    (void)state;
    if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0)
        skip();
    slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(slave >= 0);
    close_reader(reader);
    *reader = (struct reader){ .writer = -1 };
    reader->stream = stream_open(loop, master, on_data, reader);
    assert_int_equal(write(slave, "x", 1), 1);
    close(slave);
    turn_until(ended);
    assert_int_equal(reader->length, 1);
}

static long voluntary_switches(pid_t pid)
{
    char path[64], line[256];
    long n = -1;
    FILE *f;

    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    f = fopen(path, "r");
    assert_non_null(f);
    while (fgets(line, sizeof line, f) != NULL && sscanf(line, "voluntary_ctxt_switches: %ld", &n) != 1)
        continue;
    fclose(f);
    return n;
}

/* Until the process did not wake up once in 300 ms: six of the longest naps. */
static bool falls_asleep(pid_t pid)
{
    msec end = clock_now() + TURN_LONGEST;
    long before;

    do {
        before = voluntary_switches(pid);
        poll(NULL, 0, 300);
    } while (voluntary_switches(pid) != before && clock_now() < end);
    return clock_now() < end;
}

/* It reads busy streams, and goes on turning when they have become calm. */
static void __attribute__((noreturn)) read_for_ever(int said)
{
    bursts = 0;
    burst_place = 0;
    write_burst(NULL);
    if (turns_until(bursts_came) && write(said, "x", 1) == 1)
        loop_run(loop);
    _exit(1);
}

static void nothing_wakes_up_while_streams_are_idle(void **state)
{
    int said[2], i;
    char c;
    pid_t pid;

    (void)state;
    assert_return_code(pipe2(said, O_CLOEXEC), 0);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        loop = loop_new();
        for (i = 0; i < MANY; i++)
            open_reader(&readers[i]);
        read_for_ever(said[1]);
    }
    close(said[1]);
    assert_int_equal(read(said[0], &c, 1), 1);
    assert_true(falls_asleep(pid));
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    close(said[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_byte_comes_in_order_and_then_the_end, open_one, close_one),
        cmocka_unit_test_setup_teardown(many_children_at_once_lose_nothing, open_one, close_one),
        cmocka_unit_test_setup_teardown(a_busy_writer_does_not_wake_us_at_every_line, open_one, close_one),
        cmocka_unit_test_setup_teardown(a_full_pipe_is_widened, open_one, close_one),
        cmocka_unit_test_setup_teardown(a_paused_stream_reads_nothing, open_one, close_one),
        cmocka_unit_test_setup_teardown(the_owner_may_pause_in_the_callback, open_one, close_one),
        cmocka_unit_test_setup_teardown(draining_reads_what_is_there, open_one, close_one),
        cmocka_unit_test_setup_teardown(draining_ends_though_somebody_goes_on_writing, open_one, close_one),
        cmocka_unit_test_setup_teardown(one_stream_may_be_drained_in_the_callback_of_another, open_one, close_one),
        cmocka_unit_test_setup_teardown(the_owner_may_close_in_the_callback, open_one, close_one),
        cmocka_unit_test_setup_teardown(a_terminal_whose_other_side_is_gone_has_ended, open_one, close_one),
        cmocka_unit_test_setup_teardown(nothing_wakes_up_while_streams_are_idle, open_one, close_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
