#include "os/connection.h"

#include "turn.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buffer.h"

/* The server's end of a pair is a connection that answers each line with itself; the test is the client. */
struct server {
    struct connection *connection; /* NULL: closed */
    int client;
    int lines, ends, breaks, drains;
    struct buffer rest; /* what was shown last and is no whole line */
    void (*on_line)(struct server *s);
    void (*on_end)(struct server *s, bool broken);
};

static struct server servers[2];
static struct server *server = &servers[0];

static size_t on_read(struct connection *c, const char *data, size_t length, void *arg)
{
    struct server *s = arg;
    const char *end = memchr(data, '\n', length);

    buffer_clear(&s->rest);
    if (end == NULL) {
        buffer_add(&s->rest, data, length);
        return 0;
    }
    s->lines++;
    connection_write(c, data, (size_t)(end + 1 - data));
    if (s->on_line != NULL)
        s->on_line(s);
    return (size_t)(end + 1 - data);
}

static void on_end(struct connection *c, bool broken, void *arg)
{
    struct server *s = arg;
    (void)c;
    if (broken)
        s->breaks++;
    else
        s->ends++;
    if (s->on_end != NULL)
        s->on_end(s, broken);
}

static void open_server(struct server *s)
{
    int ends[2];

    assert_return_code(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
    *s = (struct server){ .client = ends[1] };
    s->connection = connection_open(loop, ends[0], on_read, on_end, s);
}

static void close_client(struct server *s)
{
    if (s->client >= 0)
        close(s->client);
    s->client = -1;
}

static void close_server(struct server *s)
{
    connection_close(s->connection);
    close_client(s);
    buffer_free(&s->rest);
}

static int open_one(void **state)
{
    open_loop(state);
    open_server(server);
    return 0;
}

static int close_one(void **state)
{
    close_server(server);
    return close_loop(state);
}

/* What the client sends on as the server reads, and what came back. */
static struct buffer to_send, received;
static size_t expected;

static void send_on(void)
{
    ssize_t n = to_send.length > 0 ? send(server->client, to_send.data, to_send.length, MSG_NOSIGNAL) : 0;

    if (n > 0)
        buffer_drop(&to_send, (size_t)n);
}

static void receive_on(void)
{
    ssize_t n;

    do {
        buffer_reserve(&received, 64 << 10);
        n = recv(server->client, received.data + received.length, 64 << 10, 0);
        received.length += n > 0 ? (size_t)n : 0;
    } while (n > 0);
}

static bool all_came_back(void)
{
    send_on();
    receive_on();
    return received.length >= expected && to_send.length == 0;
}

static void forget_traffic(void)
{
    buffer_free(&to_send);
    buffer_free(&received);
}

static void say(const char *text)
{
    assert_int_equal(send(server->client, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

static bool ended(void)
{
    return server->ends > 0;
}

static bool broke(void)
{
    return server->breaks > 0;
}

static void a_line_is_answered(void **state)
{
    (void)state;
    say("hello\n");
    expected = strlen("hello\n");
    turn_until(all_came_back);
    assert_memory_equal(received.data, "hello\n", expected);
    forget_traffic();
}

static void requests_may_come_all_at_once(void **state)
{
    struct buffer copy = { 0 };
    int i;

    (void)state;
    for (i = 0; i < 100000; i++)
        buffer_addf(&to_send, "request %d\n", i);
    expected = to_send.length;
    buffer_add(&copy, to_send.data, to_send.length);
    turn_until(all_came_back);
    assert_int_equal(server->lines, 100000);
    assert_int_equal(received.length, expected);
    assert_memory_equal(received.data, copy.data, expected);
    buffer_free(&copy);
    forget_traffic();
}

static void a_line_may_come_in_pieces(void **state)
{
    int i;

    (void)state;
    for (i = 0; i < 5; i++) {
        say("piece ");
        expected = 0;
        turn_until(all_came_back);
    }
    assert_int_equal(server->lines, 0);
    say("\nnext");
    expected = 5 * strlen("piece ") + 1;
    turn_until(all_came_back);
    assert_memory_equal(received.data, "piece piece piece piece piece \n", expected);
    shutdown(server->client, SHUT_WR);
    turn_until(ended);
    assert_int_equal(server->rest.length, 4);
    assert_memory_equal(server->rest.data, "next", 4);
    forget_traffic();
}

static void a_client_may_hear_on_after_its_last_word(void **state)
{
    (void)state;
    say("tail -f\n");
    shutdown(server->client, SHUT_WR);
    turn_until(ended);
    assert_int_equal(connection_write(server->connection, "line\n", 5), 0);
    expected = strlen("tail -f\nline\n");
    turn_until(all_came_back);
    assert_memory_equal(received.data, "tail -f\nline\n", expected);
    assert_int_equal(server->breaks, 0);

    close_client(server);
    connection_write(server->connection, "line\n", 5);
    assert_int_equal(server->breaks, 0);
    turn_until(broke);
    assert_int_equal(server->ends, 1);
    forget_traffic();
}

static void a_client_that_leaves_is_still_obeyed(void **state)
{
    int i;

    (void)state;
    for (i = 0; i < 200; i++)
        say("stop web\n");
    say("start web");
    close_client(server);
    turn_until(broke);
    assert_int_equal(server->lines, 200);
    assert_int_equal(server->ends, 1);
    assert_int_equal(server->rest.length, strlen("start web"));
    assert_int_equal(connection_write(server->connection, "x", 1), 0);
}

static void on_drained(void *arg)
{
    ((struct server *)arg)->drains++;
}

static bool drained(void)
{
    receive_on();
    return server->drains == 1;
}

static bool drained_again(void)
{
    return server->drains == 2;
}

static void a_slow_reader_makes_bytes_wait(void **state)
{
    char block[10000];
    size_t pending = 0, total = 0;

    (void)state;
    memset(block, 'x', sizeof block);
    connection_on_drained(server->connection, on_drained);
    while (pending < 1 << 20) {
        pending = connection_write(server->connection, block, sizeof block);
        total += sizeof block;
    }
    assert_int_equal(connection_pending(server->connection), pending);
    assert_int_equal(server->drains, 0);
    turn_until(drained);
    receive_on();
    assert_int_equal(received.length, total);
    assert_int_equal(connection_pending(server->connection), 0);

    assert_int_equal(connection_write(server->connection, "x", 1), 0);
    assert_int_equal(server->drains, 1);
    turn_until(drained_again);
    forget_traffic();
}

static bool is_closed(void)
{
    return server->connection == NULL;
}

static void close_at_line(struct server *s)
{
    connection_close(s->connection);
    s->connection = NULL;
}

static void close_at_end(struct server *s, bool broken)
{
    (void)broken;
    close_at_line(s);
}

static void the_owner_may_close_in_a_callback(void **state)
{
    (void)state;
    server->on_line = close_at_line;
    say("one\ntwo\n");
    turn_until(is_closed);
    assert_int_equal(server->lines, 1);

    close_server(server);
    open_server(server);
    server->on_end = close_at_end;
    close_client(server);
    turn_until(is_closed);
    assert_int_equal(server->ends, 1);
    assert_int_equal(server->breaks, 0);
}

static bool client_sees_end(void)
{
    char c;

    receive_on();
    return recv(server->client, &c, 1, 0) == 0;
}

static void finish_at_line(struct server *s)
{
    char block[10000];
    int i;

    memset(block, 'x', sizeof block);
    for (i = 0; i < 100; i++)
        connection_write(s->connection, block, sizeof block);
    connection_finish(s->connection);
    s->connection = NULL;
}

static void finishing_sends_all_that_waits(void **state)
{
    (void)state;
    server->on_line = finish_at_line;
    say("quit\nunread\n");
    turn_until(client_sees_end);
    assert_int_equal(server->lines, 1);
    assert_int_equal(received.length, strlen("quit\n") + 1000000);
    assert_int_equal(server->ends + server->breaks, 0);
    forget_traffic();
}

static void finishing_with_nothing_to_send_closes(void **state)
{
    (void)state;
    connection_finish(server->connection);
    server->connection = NULL;
    assert_true(client_sees_end());
}

static void finish_before_the_next_line(struct server *s)
{
    assert_int_equal(send(s->client, "two\n", 4, MSG_NOSIGNAL), 4);
    connection_finish(s->connection);
    s->connection = NULL;
}

static bool client_is_left(void)
{
    struct pollfd p = { .fd = server->client };

    return poll(&p, 1, 0) == 1 && (p.revents & POLLHUP) != 0;
}

static void what_is_not_read_before_the_end_spoils_no_reply(void **state)
{
    char reply[8];

    (void)state;
    server->on_line = finish_before_the_next_line;
    say("one\n");
    turn_until(client_is_left);
    assert_int_equal(recv(server->client, reply, sizeof reply, 0), 4);
    assert_int_equal(recv(server->client, reply, sizeof reply, 0), 0); /* an end, not ECONNRESET */
}

static void a_finished_connection_ends_when_its_client_leaves(void **state)
{
    struct pollfd p = { .fd = connection_fd(server->connection) };

    (void)state;
    server->on_line = finish_at_line;
    say("quit\n");
    turn_until(is_closed);
    assert_int_equal(poll(&p, 1, 0), 0);
    close_client(server);
    while (p.revents != POLLNVAL) {
        expected = 0;
        turn_until(is_closed);
        poll(&p, 1, 0);
    }
}

static void finish_the_other(struct server *s)
{
    (void)s;
    connection_finish(servers[1].connection);
    servers[1].connection = NULL;
}

static void finishing_another_disturbs_nobody(void **state)
{
    (void)state;
    open_server(&servers[1]);
    assert_int_equal(send(servers[1].client, "yyyyyyyyyyyyyyyy", 16, 0), 16);
    server->on_line = finish_the_other;
    say("one\n");
    expected = 4;
    turn_until(all_came_back);
    assert_memory_equal(received.data, "one\n", 4);
    close_server(&servers[1]);
    forget_traffic();
}

static int lines_of_first_when_second_came;

static void note_progress(struct server *s)
{
    (void)s;
    lines_of_first_when_second_came = servers[0].lines;
}

static bool first_is_done(void)
{
    receive_on();
    return servers[0].lines == 5000;
}

static void a_greedy_client_leaves_others_their_turn(void **state)
{
    int i;

    (void)state;
    open_server(&servers[1]);
    servers[1].on_line = note_progress;
    for (i = 0; i < 5000; i++)
        buffer_add(&to_send, "a\n", 2);
    send_on();
    assert_int_equal(to_send.length, 0);
    assert_int_equal(send(servers[1].client, "b\n", 2, 0), 2);
    turn_until(first_is_done);
    assert_int_equal(servers[1].lines, 1);
    assert_true(lines_of_first_when_second_came < 1000);
    close_server(&servers[1]);
    forget_traffic();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_line_is_answered, open_one, close_one),
        cmocka_unit_test_setup_teardown(requests_may_come_all_at_once, open_one, close_one),
        cmocka_unit_test_setup_teardown(a_line_may_come_in_pieces, open_one, close_one),
        cmocka_unit_test_setup_teardown(a_client_may_hear_on_after_its_last_word, open_one, close_one),
        cmocka_unit_test_setup_teardown(a_client_that_leaves_is_still_obeyed, open_one, close_one),
        cmocka_unit_test_setup_teardown(a_slow_reader_makes_bytes_wait, open_one, close_one),
        cmocka_unit_test_setup_teardown(the_owner_may_close_in_a_callback, open_one, close_one),
        cmocka_unit_test_setup_teardown(finishing_sends_all_that_waits, open_one, close_one),
        cmocka_unit_test_setup_teardown(finishing_with_nothing_to_send_closes, open_one, close_one),
        cmocka_unit_test_setup_teardown(what_is_not_read_before_the_end_spoils_no_reply, open_one, close_one),
        cmocka_unit_test_setup_teardown(a_finished_connection_ends_when_its_client_leaves, open_one, close_one),
        cmocka_unit_test_setup_teardown(finishing_another_disturbs_nobody, open_one, close_one),
        cmocka_unit_test_setup_teardown(a_greedy_client_leaves_others_their_turn, open_one, close_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
