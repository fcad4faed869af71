#include "core/book.h"

#include "base/buffer.h"
#include "base/xalloc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static struct book book, next;
static struct snapshot *snapshot;

static int begin(void **state)
{
    (void)state;
    snapshot = snapshot_new(NULL);
    book = (struct book){ .kind = "log book" };
    next = (struct book){ .kind = "log book" };
    return snapshot == NULL;
}

static int end(void **state)
{
    (void)state;
    book_free(&book);
    book_free(&next);
    snapshot_free(snapshot);
    return 0;
}

/* Entries of the numbers from `first` to `last`, each of so many bytes. */
static void write_numbers(int first, int last, int width)
{
    for (int i = first; i <= last; i++) {
        char *text = xasprintf("%0*d", width, i);

        book_add(&book, text, strlen(text));
        free(text);
    }
}

struct reading {
    int first, last, count;
};

static void read_number(const char *entry, size_t length, void *arg)
{
    struct reading *r = arg;
    int number = atoi(strndupa(entry, length));

    if (r->count++ == 0)
        r->first = number;
    else
        assert_int_equal(number, r->last + 1);
    r->last = number;
}

/* Which numbers it has, without a gap. */
static struct reading read_all(const struct book *b)
{
    struct reading r = { 0 };

    book_each(b, read_number, &r);
    return r;
}

static struct reading read_next_life(void)
{
    struct former *former = former_open(dup(snapshot_fd(snapshot)), NULL);

    assert_non_null(former);
    book_free(&next);
    book_resume(&next, former);
    former_close(former);
    return read_all(&next);
}

#define assert_numbers(read_again, expected_first, expected_last)                                                      \
    do {                                                                                                               \
        struct reading found_ = read_again;                                                                            \
                                                                                                                       \
        assert_int_equal(found_.first, expected_first);                                                                \
        assert_int_equal(found_.last, expected_last);                                                                  \
        assert_int_equal(found_.count, expected_last - expected_first + 1);                                            \
    } while (0)

static void an_empty_book_costs_nothing(void **state)
{
    (void)state;
    book_keep(&book, snapshot);
    assert_int_equal(read_all(&book).count, 0);
    assert_null(book.page[0].memory);
    assert_null(book.page[1].memory);
    assert_int_equal(read_next_life().count, 0);
}

static void the_oldest_are_forgotten(void **state)
{
    struct reading r;

    (void)state;
    write_numbers(1, 10, 96);
    assert_numbers(read_all(&book), 1, 10);
    write_numbers(11, 100000, 96);
    r = read_all(&book);
    assert_int_equal(r.last, 100000);
    assert_int_equal(r.first + r.count - 1, r.last);
    assert_in_range(r.count, (BOOK_PAGES - 1) * (BOOK_PAGE_SIZE / 100), BOOK_PAGES * (BOOK_PAGE_SIZE / 100));
}

static void what_is_larger_than_a_page_is_not_kept(void **state)
{
    char *large = xcalloc(1, BOOK_PAGE_SIZE);

    (void)state;
    write_numbers(1, 1, 5);
    book_add(&book, large, BOOK_PAGE_SIZE);
    write_numbers(2, 2, BOOK_PAGE_SIZE - 12);
    assert_numbers(read_all(&book), 1, 2);
    free(large);
}

static void the_next_life_reads_on_wherever_this_one_ends(void **state)
{
    (void)state;
    book_keep(&book, snapshot);
    for (int i = 0; i < 300; i++) {
        struct reading r;

        write_numbers(7 * i + 1, 7 * i + 7, 90);
        r = read_all(&book);
        assert_numbers(read_next_life(), r.first, r.last);
    }
}

static void a_book_moves_into_a_snapshot_that_comes_late(void **state)
{
    struct reading r;

    (void)state;
    write_numbers(1, 1000, 90);
    book_keep(&book, snapshot);
    r = read_all(&book);
    assert_int_equal(r.last, 1000);
    assert_numbers(read_next_life(), r.first, r.last);
    write_numbers(1001, 1002, 90);
    assert_int_equal(read_next_life().last, 1002);
}

/* Lengths that lead out of the page, and more than it has. */
static void broken_pages_do_no_harm(void **state)
{
    struct {
        uint32_t turn, used, length;
        char text[20];
    } page = { 1, 24, 20, "00000000000000000001" };
    struct buffer bytes = { .data = (char *)&page, .length = sizeof page };
    unsigned entry = 0;

    (void)state;
    snapshot_put(snapshot, &entry, "log book", &bytes);
    assert_numbers(read_next_life(), 1, 1);
    page.length = 21;
    snapshot_put(snapshot, &entry, "log book", &bytes);
    assert_int_equal(read_next_life().count, 0);
    page.used = UINT32_MAX;
    snapshot_put(snapshot, &entry, "log book", &bytes);
    assert_int_equal(read_next_life().count, 0);
    bytes.length = 7;
    snapshot_put(snapshot, &entry, "log book", &bytes);
    assert_int_equal(read_next_life().count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_empty_book_costs_nothing, begin, end),
        cmocka_unit_test_setup_teardown(the_oldest_are_forgotten, begin, end),
        cmocka_unit_test_setup_teardown(what_is_larger_than_a_page_is_not_kept, begin, end),
        cmocka_unit_test_setup_teardown(the_next_life_reads_on_wherever_this_one_ends, begin, end),
        cmocka_unit_test_setup_teardown(a_book_moves_into_a_snapshot_that_comes_late, begin, end),
        cmocka_unit_test_setup_teardown(broken_pages_do_no_harm, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
