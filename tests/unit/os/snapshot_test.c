#include "os/snapshot.h"

#include "base/xalloc.h"
#include "os/former.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

static struct snapshot *snapshot;
static struct buffer read_back;

static int begin(void **state)
{
    (void)state;
    snapshot = snapshot_new(NULL);
    return snapshot == NULL;
}

static int end(void **state)
{
    (void)state;
    snapshot_free(snapshot);
    buffer_free(&read_back);
    return 0;
}

static void put(unsigned *entry, const char *kind, const char *text)
{
    struct buffer b = { .data = (char *)(uintptr_t)text, .length = strlen(text) };

    snapshot_put(snapshot, entry, kind, &b);
}

static void add(const char *data, size_t length, void *arg)
{
    buffer_add(arg, data, length);
    buffer_add_char(arg, '|');
}

static struct former *open_bytes(const void *bytes, size_t length, struct error *e)
{
    int fd = memfd_create("test", MFD_CLOEXEC);

    assert_int_equal(write(fd, bytes, length), length);
    return former_open(fd, e);
}

/* All entries of a kind, as the next life would read them. */
static const char *entries(const char *kind)
{
    struct error e;
    size_t length;
    const char *bytes = snapshot_bytes(snapshot, &length);
    struct former *next = open_bytes(bytes, length, &e);

    assert_non_null(next);
    buffer_clear(&read_back);
    buffer_add_text(&read_back, "");
    former_each(next, kind, add, &read_back);
    former_close(next);
    return read_back.data;
}

static void the_next_life_reads_what_was_put(void **state)
{
    unsigned a = 0, b = 0, c = 0;

    (void)state;
    put(&a, "process", "web");
    put(&b, "plan", "text");
    put(&c, "process", "db");
    assert_string_equal(entries("process"), "web|db|");
    assert_string_equal(entries("plan"), "text|");
    assert_string_equal(entries("nothing"), "");
}

static void an_entry_is_replaced_as_a_whole(void **state)
{
    char *longer = xasprintf("%*s", 5000, "x");
    unsigned a = 0, b = 0;

    (void)state;
    put(&a, "process", "web");
    put(&b, "process", "db");
    put(&a, "process", longer);
    put(&a, "process", "web again");
    assert_string_equal(entries("process"), "web again|db|");
    free(longer);
}

static void what_was_dropped_is_gone(void **state)
{
    unsigned a = 0, b = 0;

    (void)state;
    put(&a, "process", "web");
    put(&b, "process", "db");
    snapshot_drop(snapshot, &a);
    assert_int_equal(a, 0);
    assert_string_equal(entries("process"), "db|");
}

static void memory_is_used_again(void **state)
{
    unsigned entry = 0;
    off_t size;

    (void)state;
    put(&entry, "process", "0");
    size = lseek(snapshot_fd(snapshot), 0, SEEK_END);
    for (int i = 0; i < 100000; i++) {
        char text[24];

        snprintf(text, sizeof text, "%d", i);
        put(&entry, "process", text);
    }
    assert_int_equal(lseek(snapshot_fd(snapshot), 0, SEEK_END), size);
    assert_string_equal(entries("process"), "99999|");
}

static void it_grows_with_its_content(void **state)
{
    char *mega = malloc((1 << 20) + 1);
    unsigned entry[20] = { 0 };

    (void)state;
    memset(mega, 'm', 1 << 20);
    mega[1 << 20] = '\0';
    for (int i = 0; i < 20; i++)
        put(&entry[i], "plan", mega);
    assert_true(snapshot_is_whole(snapshot));
    assert_int_equal(strlen(entries("plan")), 20 * ((1 << 20) + 1));
    free(mega);
}

/* A file of ours, and that is one, may not be larger. */
static void limit_files(rlim_t size)
{
    struct rlimit limit;

    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = size < limit.rlim_max ? size : limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void what_found_no_room_is_kept_when_tried_again(void **state)
{
    char *longer = xasprintf("%*s", 100000, "x");
    char *expected = xasprintf("%s|", longer);
    unsigned entry = 0;

    (void)state;
    put(&entry, "process", "short");
    signal(SIGXFSZ, SIG_IGN);
    limit_files(64 << 10);
    put(&entry, "process", longer);
    limit_files(RLIM_INFINITY);
    assert_false(snapshot_is_whole(snapshot));
    assert_int_equal(snapshot_failure(snapshot), EFBIG);
    assert_string_equal(entries("process"), "short|");
    snapshot_try_again(snapshot);
    put(&entry, "process", longer);
    assert_true(snapshot_is_whole(snapshot));
    assert_string_equal(entries("process"), expected);
    free(longer);
    free(expected);
}

static void what_is_large_is_written_past_our_own_memory(void **state)
{
    enum { LARGE = 200000 };
    char *large = malloc(LARGE + 1);
    unsigned before = 0, between = 0, behind = 0;

    (void)state;
    memset(large, 'x', LARGE);
    large[LARGE] = '\0';
    put(&before, "plan", "small");
    put(&between, "plan", large);
    put(&behind, "plan", "the end");
    assert_true(snapshot_is_whole(snapshot));
    entries("plan");
    assert_int_equal(read_back.length, strlen("small||the end|") + LARGE);
    assert_memory_equal(read_back.data, "small|xxx", 9);
    assert_string_equal(read_back.data + strlen("small|") + LARGE - 2, "xx|the end|");
    free(large);
}

/* Whoever is interrupted between the new block and the end of the old one leaves two. */
static void of_two_blocks_of_one_entry_the_later_one_counts(void **state)
{
    unsigned a = 0;
    uint32_t *memory;

    (void)state;
    put(&a, "process", "before");
    put(&a, "process", "after");
    memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, snapshot_fd(snapshot), 0);
    assert_int_equal(memory[16], 0x46); /* the first block is free */
    memory[16] = 0x4c;
    memory[16 + 3] = memory[16 + 16 * memory[17] + 3];
    munmap(memory, 4096);
    assert_string_equal(entries("process"), "after|");
}

static void a_forked_copy_writes_nothing(void **state)
{
    unsigned a = 0, b = 0, c = 0;

    (void)state;
    put(&a, "process", "web");
    snapshot_leave(snapshot);
    put(&a, "process", "worker");
    put(&b, "process", "other");
    snapshot_drop(snapshot, &a);
    assert_null(snapshot_reserve(snapshot, 7, &c, "process", 10));
    assert_string_equal(entries("process"), "web|");
}

static void what_is_written_in_place_is_found_by_its_name(void **state)
{
    unsigned name = snapshot_name(snapshot), first = 0, other = 0;
    unsigned old;
    struct former *next;
    const char *bytes;
    size_t length;
    char *memory;

    (void)state;
    put(&other, "process", "web");
    memory = snapshot_reserve(snapshot, name, &first, "ring", 20);
    strcpy(memory, "before");
    old = first;
    memory = snapshot_reserve(snapshot, name, &first, "ring", 2000);
    snapshot_drop(snapshot, &old);
    strcpy(memory, "after");
    bytes = snapshot_bytes(snapshot, &length);
    next = open_bytes(bytes, length, NULL);
    assert_string_equal(former_find(next, name, &length), "after");
    assert_int_equal(length, 2000);
    assert_null(former_find(next, name + 100, &length));
    former_close(next);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_next_life_reads_what_was_put, begin, end),
        cmocka_unit_test_setup_teardown(an_entry_is_replaced_as_a_whole, begin, end),
        cmocka_unit_test_setup_teardown(what_was_dropped_is_gone, begin, end),
        cmocka_unit_test_setup_teardown(memory_is_used_again, begin, end),
        cmocka_unit_test_setup_teardown(it_grows_with_its_content, begin, end),
        cmocka_unit_test_setup_teardown(what_found_no_room_is_kept_when_tried_again, begin, end),
        cmocka_unit_test_setup_teardown(what_is_large_is_written_past_our_own_memory, begin, end),
        cmocka_unit_test_setup_teardown(of_two_blocks_of_one_entry_the_later_one_counts, begin, end),
        cmocka_unit_test_setup_teardown(a_forked_copy_writes_nothing, begin, end),
        cmocka_unit_test_setup_teardown(what_is_written_in_place_is_found_by_its_name, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
