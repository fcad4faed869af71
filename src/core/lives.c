#include "core/lives.h"

#include "base/xalloc.h"

#include <stdlib.h>
#include <string.h>

static void add(struct lives *l, msec at)
{
    if (l->count == LIVES_MOST)
        memmove(l->ended, l->ended + 1, --l->count * sizeof *l->ended);
    l->ended = xrealloc(l->ended, (l->count + 1) * sizeof *l->ended);
    l->ended[l->count++] = at;
}

static void forget_before(struct lives *l, msec time)
{
    size_t old = 0;

    while (old < l->count && l->ended[old] <= time)
        old++;
    l->count -= old;
    if (old > 0)
        memmove(l->ended, l->ended + old, l->count * sizeof *l->ended);
}

void lives_count(struct lives *l, msec now, int most)
{
    forget_before(l, now - LIVES_INTERVAL);
    add(l, now);
    if (l->count >= (size_t)most)
        l->quiet = true;
}

bool lives_are_over(const struct lives *l, int most)
{
    return l->count >= 2 * (size_t)most;
}

void lives_pack(const struct lives *l, struct buffer *out)
{
    for (size_t i = 0; i < l->count; i++)
        pack_number(out, "life", l->ended[i]);
    pack_number(out, "quiet", l->quiet);
}

void lives_unpack(struct lives *l, struct unpack *u)
{
    size_t length;

    unpack_rewind(u);
    for (const char *at; (at = unpack_next(u, "life", &length)) != NULL;)
        add(l, unpack_value(at, length));
    l->quiet = unpack_number(u, "quiet") != 0;
}

void lives_free(struct lives *l)
{
    free(l->ended);
    *l = (struct lives){ 0 };
}
