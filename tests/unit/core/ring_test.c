#include "core/ring.h"

#include "os/former.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void add(struct ring *r, const char *text)
{
    ring_add(r, text, strlen(text));
}

static void assert_tail(const struct ring *r, size_t lines, const char *expected)
{
    struct buffer out = { 0 };

    buffer_add_text(&out, "> ");
    ring_tail(r, lines, &out);
    assert_string_equal(out.data + 2, expected);
    assert_int_equal(out.length, strlen(expected) + 2);
    buffer_free(&out);
}

static void a_silent_stream_costs_nothing(void **state)
{
    struct ring r;

    (void)state;
    r = (struct ring){ .size = 16384 };
    add(&r, "");
    assert_null(r.data);
    assert_tail(&r, 5, "");
    add(&r, "a few words\n");
    assert_in_range(r.capacity, 12, 1024);
    ring_free(&r);
}

static void the_last_lines_are_told(void **state)
{
    struct ring r;

    (void)state;
    r = (struct ring){ .size = 100 };
    add(&r, "one\ntwo\n");
    assert_tail(&r, 1, "two\n");
    assert_tail(&r, 2, "one\ntwo\n");
    assert_tail(&r, 20, "one\ntwo\n");
    assert_tail(&r, 0, "");
    add(&r, "\nunfin");
    assert_tail(&r, 1, "unfin");
    assert_tail(&r, 2, "\nunfin");
    assert_tail(&r, 3, "two\n\nunfin");
    ring_free(&r);
}

static void what_comes_after_an_end_begins_a_line(void **state)
{
    struct ring r;

    (void)state;
    r = (struct ring){ .size = 8 };
    ring_end_line(&r);
    assert_tail(&r, 2, "");
    add(&r, "one");
    ring_end_line(&r);
    ring_end_line(&r);
    assert_tail(&r, 2, "one\n");
    add(&r, "half"); /* it is full */
    ring_end_line(&r);
    add(&r, "x");
    assert_tail(&r, 2, "half\nx");
    ring_free(&r);
}

static void what_is_told_begins_with_a_whole_line(void **state)
{
    struct ring r;

    (void)state;
    r = (struct ring){ .size = 10 };
    add(&r, "first\nsecond\nx\n");
    assert_tail(&r, SIZE_MAX, "second\nx\n");
    add(&r, "y\n");
    assert_tail(&r, SIZE_MAX, "x\ny\n");
    assert_tail(&r, 20, "x\ny\n");
    add(&r, "a line without an end");
    assert_tail(&r, SIZE_MAX, "out an end");
    add(&r, "\n");
    assert_tail(&r, 1, "ut an end\n");
    ring_free(&r);
}

static void pieces_of_every_size_wrap_around(void **state)
{
    char said[4000];
    unsigned seed = 1;

    (void)state;
    for (size_t i = 0; i < sizeof said; i++)
        said[i] = (char)('a' + i % 26);
    for (size_t size = 1; size < 1200; size += 119) {
        size_t at = 0;
        struct ring r;

        r = (struct ring){ .size = size };
        while (at < sizeof said) {
            size_t n = (size_t)rand_r(&seed) % 700;
            struct buffer out = { 0 };
            size_t kept;

            n = n < sizeof said - at ? n : sizeof said - at;
            ring_add(&r, said + at, n);
            at += n;
            kept = at < size ? at : size;
            ring_tail(&r, 1, &out);
            assert_int_equal(out.length, kept);
            if (kept > 0)
                assert_memory_equal(out.data, said + at - kept, kept);
            assert_true(r.capacity <= size);
            buffer_free(&out);
        }
        ring_free(&r);
    }
}

static void a_smaller_ring_keeps_the_last(void **state)
{
    struct ring r;

    (void)state;
    r = (struct ring){ .size = 8 };
    add(&r, "0123456789");
    ring_resize(&r, 4);
    assert_tail(&r, 1, "6789");
    add(&r, "ab");
    assert_tail(&r, 1, "89ab");
    ring_resize(&r, 6);
    add(&r, "cd");
    assert_tail(&r, 1, "89abcd");
    ring_resize(&r, 0);
    add(&r, "gone");
    assert_tail(&r, 1, "");
    ring_resize(&r, 4);
    add(&r, "back again");
    assert_tail(&r, 1, "gain");
    ring_free(&r);
}

/* What the snapshot has of it, as the next life finds it. */
static void assert_kept(const struct snapshot *snapshot, unsigned name, const char *expected)
{
    struct former *former = former_open(dup(snapshot_fd(snapshot)), NULL);
    struct ring r;
    const char *memory;
    size_t length;

    assert_non_null(former);
    memory = former_find(former, name, &length);
    assert_non_null(memory);
    r = (struct ring){ .size = 8 };
    ring_restore(&r, memory, length);
    assert_tail(&r, 1, expected);
    ring_free(&r);
    former_close(former);
}

static void a_ring_moves_into_a_snapshot_that_comes_late(void **state)
{
    struct snapshot *snapshot = snapshot_new(NULL);
    unsigned name;
    struct ring r;

    (void)state;
    assert_non_null(snapshot);
    r = (struct ring){ .size = 8 };
    add(&r, "0123456789");
    name = ring_keep(&r, snapshot);
    assert_kept(snapshot, name, "23456789");
    add(&r, "ab");
    assert_int_equal(ring_keep(&r, snapshot), name);
    assert_kept(snapshot, name, "456789ab");
    assert_tail(&r, 1, "456789ab");
    ring_free(&r);
    snapshot_free(snapshot);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_silent_stream_costs_nothing),
        cmocka_unit_test(the_last_lines_are_told),
        cmocka_unit_test(what_comes_after_an_end_begins_a_line),
        cmocka_unit_test(what_is_told_begins_with_a_whole_line),
        cmocka_unit_test(pieces_of_every_size_wrap_around),
        cmocka_unit_test(a_smaller_ring_keeps_the_last),
        cmocka_unit_test(a_ring_moves_into_a_snapshot_that_comes_late),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
