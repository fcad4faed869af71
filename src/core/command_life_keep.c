#include "command_life.h"

#include "base/xalloc.h"

#include <stdio.h>
#include <stdlib.h>

static void pack_errand(const struct errand *e, struct buffer *out)
{
    pack_number(out, "id", e->id);
    pack_text(out, "name", e->name);
    pack_number(out, "wanted", e->wanted);
    pack_number(out, "begun", e->begun);
    pack_number(out, "done", e->done);
    pack_number(out, "anew", e->anew);
    pack_text(out, "code", reply_code_name(e->code));
    pack_text(out, "message", e->message);
}

void life_pack(const void *life, struct buffer *out)
{
    const struct life *l = life;
    struct buffer errand = { 0 };

    for (size_t i = 0; i < l->count; i++) {
        pack_errand(&l->errands[i], &errand);
        pack_inner(out, "errand", &errand);
    }
    pack_number(out, "begun", (int64_t)l->begun);
    pack_number(out, "failed", l->failed);
    pack_number(out, "batch", (int64_t)l->batch);
    pack_number(out, "no wait", l->no_wait);
    buffer_free(&errand);
}

static void unpack_errand(struct errand *e, struct unpack *u)
{
    char *code, *message;

    e->id = (unsigned)unpack_number(u, "id");
    e->name = unpack_text(u, "name");
    e->wanted = unpack_number(u, "wanted") != 0;
    e->begun = unpack_number(u, "begun") != 0;
    e->done = unpack_number(u, "done") != 0;
    e->anew = unpack_number(u, "anew") != 0;
    code = unpack_text(u, "code");
    message = unpack_text(u, "message");
    if (code == NULL || !reply_code_parse(code, &e->code))
        e->code = REPLY_FAILED;
    snprintf(e->message, sizeof e->message, "%s", message != NULL ? message : "");
    free(code);
    free(message);
    if (e->name == NULL)
        e->name = xstrdup("?");
}

static void unpack_errands(struct life *l, struct unpack *u)
{
    struct unpack errand;

    while (unpack_inner(u, "errand", &errand)) {
        l->errands = xrealloc(l->errands, (l->count + 1) * sizeof *l->errands);
        l->errands[l->count] = (struct errand){ 0 };
        unpack_errand(&l->errands[l->count++], &errand);
    }
}

void life_unpack(struct life *l, struct unpack *u)
{
    unpack_errands(l, u);
    l->begun = (size_t)unpack_number(u, "begun");
    l->begun = l->begun < l->count ? l->begun : l->count;
    l->failed = unpack_number(u, "failed") != 0;
    l->batch = (size_t)unpack_number(u, "batch");
    l->no_wait = unpack_number(u, "no wait") != 0;
}
