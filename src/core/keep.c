/* What the next life must know, on its way into the snapshot. */
#include "keep.h"
#include "base/pack.h"
#include "base/xalloc.h"
#include "core/companion.h"
#include "core/logfile.h"
#include "core/notices.h"
#include "os/board.h"
#include "os/limits.h"
#include "supervisor_private.h"

#include <stdlib.h>

enum { TOUCHED_KEPT = 128 }; /* places */

void supervisor_keep(struct supervisor *s, struct snapshot *snapshot)
{
    s->snapshot = snapshot;
    logfile_use_snapshot(snapshot);
    companions_keep(snapshot);
    supervisor_touch_self(s);
}

struct snapshot *supervisor_snapshot(const struct supervisor *s)
{
    return s->snapshot;
}

/* ---- what has changed -------------------------------------------------------------------------- */

void supervisor_touch_self(struct supervisor *s)
{
    s->touched_self = true;
}

void supervisor_touch(struct supervisor *s, struct process *p)
{
    if (s->snapshot != NULL && process_list_for_writing(p))
        process_list_add(&s->touched, p);
}

void supervisor_untouch(struct supervisor *s, const struct process *p)
{
    process_list_remove(&s->touched, p);
}

void supervisor_touch_pool(struct supervisor *s, struct pool *pool)
{
    pool->touched = true;
    s->touched_pools = true;
}

/* ---- plans ------------------------------------------------------------------------------------- */

/* The text is large and needed once: from now on the snapshot has it, for as long as somebody holds the plan. */
void supervisor_keep_plan(struct supervisor *s, struct plan *plan)
{
    struct buffer out = { 0 };

    if (plan->number == 0)
        plan->number = ++s->last_plan;
    supervisor_touch_self(s);
    if (s->snapshot == NULL || plan->entry != 0)
        return;
    pack_number(&out, "number", plan->number);
    pack_bytes(&out, "text", plan->text.data, plan->text.length);
    snapshot_put(s->snapshot, &plan->entry, "plan", &out);
    plan->kept_in = s->snapshot;
    buffer_free(&out);
    if (plan->entry != 0)
        buffer_free(&plan->text);
}

/* ---- the supervisor itself --------------------------------------------------------------------- */

static void pack_shutdown(const struct shutdown *d, struct buffer *out)
{
    if (!d->begun)
        return;
    pack_number(out, "ending", 1);
    pack_number(out, "graceful", d->graceful);
    pack_number(out, "exit code", d->exit_code);
    pack_number(out, "stop limit", timer_due(d->limit));
}

static void pack_files_before(struct buffer *out)
{
    struct limit files;

    if (!limits_files_before(&files))
        return;
    pack_number(out, "files", 1);
    pack_number(out, "files soft", files.soft);
    pack_number(out, "files hard", files.hard);
}

static void write_self(struct supervisor *s)
{
    struct buffer out = { 0 }, part = { 0 };

    pack_number(&out, "plan", s->plan != NULL ? s->plan->number : 0);
    pack_number(&out, "started", s->started);
    pack_text(&out, "token", s->token);
    pack_number(&out, "last id", s->last_id);
    pack_number(&out, "last plan", s->last_plan);
    pack_shutdown(&s->shutdown, &out);
    pack_files_before(&out);
    pack_number(&out, "notify", notices_fd(s->notices));
    sockets_pack(s->sockets, &part);
    pack_inner(&out, "sockets", &part);
    board_pack(s->board, &part);
    pack_inner(&out, "board", &part);
    lives_pack(&s->lives, &out);
    leases_pack(s->leases, &out);
    respawns_pack(s->respawns, &out);
    snapshot_put(s->snapshot, &s->entry, "supervisor", &out);
    buffer_free(&out);
    buffer_free(&part);
}

/* Only what the plan does not say. */
static void write_pool(struct supervisor *s, struct pool *pool)
{
    struct buffer out = { 0 };

    pool->touched = false;
    pack_text(&out, "program", pool->program->name);
    pack_number(&out, "scaled", pool->scaled);
    pack_number(&out, "kept", pool->kept);
    pack_number(&out, "parked", pool->parked);
    pack_number(&out, "last index", pool->last_index);
    pack_number(&out, "falls", pool->falls);
    pack_number(&out, "back", pool->back);
    respawns_pack(pool->respawns, &out);
    snapshot_put(s->snapshot, &pool->entry, "pool", &out);
    buffer_free(&out);
}

static void write_pools(struct supervisor *s)
{
    for (size_t i = 0; s->plan != NULL && i < s->plan->program_count; i++)
        if (s->pools[i].touched)
            write_pool(s, &s->pools[i]);
    s->touched_pools = false;
}

/* The list of thousands that started at once is not needed again. */
static void write_touched(struct supervisor *s)
{
    for (size_t i = 0; i < s->touched.count; i++)
        process_write_listed(s->touched.process[i]);
    s->touched.count = 0;
    if (s->touched.capacity <= TOUCHED_KEPT)
        return;
    free(s->touched.process);
    s->touched = (struct process_list){ 0 };
}

static void write_processes(struct supervisor *s, bool whole)
{
    for (size_t i = 0; whole && i < s->all.count; i++)
        process_write(s->all.process[i], true);
    write_touched(s);
}

void supervisor_write(struct supervisor *s, bool whole)
{
    if (s->snapshot == NULL)
        return;
    if (s->touched_self || whole)
        write_self(s);
    s->touched_self = false;
    if (s->touched_pools)
        write_pools(s);
    write_processes(s, whole);
    if (whole)
        logfile_write_all();
}

void supervisor_keep_again(struct supervisor *s, struct snapshot *snapshot)
{
    supervisor_keep(s, snapshot);
    supervisor_keep_plan(s, s->plan);
    for (size_t i = 0; i < s->all.count; i++) {
        supervisor_keep_plan(s, process_plan(s->all.process[i]));
        process_keep_output(s->all.process[i]);
    }
    for (size_t i = 0; i < s->plan->program_count; i++)
        supervisor_touch_pool(s, &s->pools[i]);
    supervisor_write(s, true);
}

bool supervisor_is_kept(const struct supervisor *s)
{
    return s->snapshot != NULL && snapshot_is_whole(s->snapshot);
}

const char supervisor_unkept_reason[] = "there is no memory for what the next life of reeve must know: it cannot be "
                                        "upgraded, and its programs may end with it if it crashes; it tries again";

/* The processes have these numbers: that is enough. */
unsigned supervisor_next_id(struct supervisor *s)
{
    return ++s->last_id;
}

unsigned supervisor_next_run(struct supervisor *s)
{
    return ++s->last_run;
}
