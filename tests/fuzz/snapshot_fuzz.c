/* The state that a former life left behind: whatever it says, it is read without harm. */
#include "base/pack.h"
#include "base/xalloc.h"
#include "core/handover.h"
#include "core/history.h"
#include "core/journal.h"
#include "core/lives.h"
#include "core/policy.h"
#include "core/ring.h"
#include "fuzz/fuzz.h"
#include "os/former.h"
#include "script/kept.h"
#include "script/store.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static const char *const kinds[] = { "supervisor", "plan",  "pool",   "process", "ends", "logfile",  "ring",
                                     "line",       "ports", "client", "store",   "run",  "companion" };

/* Every field, as often as it is there, whatever it is called. */
static void read_fields(const char *data, size_t length)
{
    static const char *const names[] = { "id", "program", "word", "out", "care", "errand", "answer", "in" };
    struct unpack u, inner;
    const char *value;
    size_t value_length;

    if (!unpack_begin(&u, data, length))
        return;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        unpack_number(&u, names[i]);
        free(unpack_text(&u, names[i]));
        unpack_rewind(&u);
        while ((value = unpack_next(&u, names[i], &value_length)) != NULL) {
            assert(value >= data && value_length <= length && value + value_length <= data + length);
            unpack_begin(&inner, value, value_length);
            unpack_number(&inner, "fd");
        }
    }
}

static void read_histories(const char *data, size_t length)
{
    struct history *history = NULL;
    struct respawns *respawns = NULL;
    struct lives lives = { 0 };
    struct unpack u;

    history_unpack(&history, data, length);
    unpack_begin(&u, data, length);
    respawns_unpack(&respawns, &u);
    lives_unpack(&lives, &u);
    assert(lives.count <= LIVES_MOST);
    history_free(history);
    respawns_clear(&respawns);
    lives_free(&lives);
}

static void read_ring(const char *data, size_t length)
{
    struct buffer tail = { 0 };
    struct ring ring = { 0 };

    ring_resize(&ring, 1000);
    ring_restore(&ring, data, length);
    ring_tail(&ring, 10, &tail);
    assert(tail.length <= 1000);
    buffer_free(&tail);
    ring_free(&ring);
}

static void read_texts(const char *data, size_t length)
{
    struct loading l = { 0 };
    struct words found = { 0 };
    size_t text_length;

    free(kept_path(data, length));
    kept_use(&l, data, length);
    kept_find(&l, "supervisor.lua", &text_length);
    kept_match(&l, "*.lua", &found);
    words_free(&found);
}

static void read_entry(const char *data, size_t length, void *arg)
{
    (void)arg;
    read_fields(data, length);
    read_histories(data, length);
    read_ring(data, length);
    read_texts(data, length);
    store_take(data, length);
}

static void read_journal(const struct former *former)
{
    struct buffer out = { 0 };

    journal_resume(former);
    journal_tail(JOURNAL_LOG, 100, false, "", &out);
    journal_tail(JOURNAL_EVENTS, 100, false, "", &out);
    journal_tail(JOURNAL_EVENTS, 100, true, "\n", &out);
    journal_close();
    buffer_free(&out);
}

static struct plan *load_text(void *arg, const char *text, size_t length, struct problems *problems)
{
    (void)arg;
    (void)text;
    if (length == 0)
        problems_add(problems, "supervisor.lua", 1, "nothing");
    return length > 0 ? plan_new() : NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct supervisor_upward upward = { .load_text = load_text };
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    struct former *former;
    struct handover *handover;
    struct error e;

    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    former = former_open(fd, &e);
    if (former == NULL)
        return 0;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        former_each(former, kinds[i], read_entry, NULL);
    for (unsigned name = 0; name < 20; name++) {
        size_t length;
        const char *found = former_find(former, name, &length);

        if (found != NULL)
            read_entry(found, length, NULL);
    }
    read_journal(former);
    handover = handover_open(former, &upward, &e);
    if (handover != NULL) {
        handover_count_crash(handover);
        handover_is_hopeless(handover);
    }
    handover_close(handover);
    store_clear();
    return 0;
}
