/* What the next life of reeve must know of a process: its fields as they are, times as times of the clock, which goes
 * on. What follows from others (timers, gates, probes) is not here but made anew. */
#include "base/pack.h"
#include "keep.h"
#include "os/snapshot.h"
#include "process_private.h"

void process_touch(struct process *p)
{
    p->touched = true;
    supervisor_touch(p->supervisor, p);
}

bool process_list_for_writing(struct process *p)
{
    bool was_listed = p->listed;

    p->listed = true;
    return !was_listed;
}

void process_write_listed(struct process *p)
{
    p->listed = false;
    if (p->touched)
        process_write(p, false);
}

static void pack_state(const struct process *p, struct buffer *out)
{
    const int64_t numbers[KEPT_NUMBERS] = {
        [KEPT_ID] = p->id,
        [KEPT_PLAN] = p->program->plan->number,
        [KEPT_INDEX] = p->index,
        [KEPT_STATE] = p->state,
        [KEPT_WANTED] = p->wanted,
        [KEPT_KEPT] = p->kept,
        [KEPT_SINCE] = p->since,
        [KEPT_STARTED] = p->started,
        [KEPT_RUN] = p->run,
        [KEPT_ATTEMPT] = p->attempt,
        [KEPT_RESTARTS] = p->restarts,
        [KEPT_FAILED_STARTS] = p->memory.failed_starts,
        [KEPT_SHORT_RUNS] = p->memory.short_runs,
        [KEPT_DUE] = timer_due(p->timer),
        [KEPT_AGE] = timer_due(p->age),
        [KEPT_STOP_STEP] = p->stop_step,
        [KEPT_STARTED_ALONE] = p->started_alone,
        [KEPT_STARTER] = p->starter,
        [KEPT_BEHIND] = p->behind,
    };

    pack_text(out, "program", p->program->name);
    pack_text(out, "name", p->name);
    pack_number(out, "leaving", p->let_go);
    pack_numbers(out, "numbers", numbers, KEPT_NUMBERS);
}

static void pack_child(const struct process *p, struct buffer *out)
{
    struct process_mark who;
    pid_t pid;

    if (p->child == NULL)
        return;
    if (child_is_stranger(p->child, &who))
        pack_number(out, "stranger", who.start);
    pid = child_pid(p->child);
    pack_number(out, "pid", pid);
    if (child_group(p->child) != pid)
        pack_number(out, "group", child_group(p->child));
    pack_number(out, "heir", child_heir(p->child));
    pack_number(out, "ended", p->ended);
    pack_number(out, "group lives", p->group_lives);
}

/* All that is packed for one process, and both its entries, are smaller than this; what is larger has to ask. */
enum { ROOM = 8 << 10 };

static struct buffer packed, part; /* kept: processes are written often */

static void pack_part(struct buffer *out, const char *name)
{
    if (part.length > 0)
        pack_inner(out, name, &part);
}

static void pack_all(const struct process *p, bool whole, struct buffer *out)
{
    pack_state(p, out);
    pack_child(p, out);
    output_pack(p->out, &part);
    pack_part(out, "out");
    output_pack(p->err, &part);
    pack_part(out, "err");
    care_pack(p, whole, &part);
    pack_part(out, "care");
}

static void write_history(const struct process *p)
{
    unsigned *entry = history_entry(p->history);

    if (entry == NULL)
        return;
    process_explain_end(p);
    buffer_clear(&packed);
    pack_number(&packed, "id", p->id);
    history_pack(p->history, &packed);
    snapshot_put(supervisor_snapshot(p->supervisor), entry, "ends", &packed);
}

void process_make_room(const struct process *p)
{
    if (supervisor_snapshot(p->supervisor) == NULL)
        return;
    buffer_clear(&packed);
    buffer_reserve(&packed, ROOM);
    buffer_reserve(&part, ROOM);
    snapshot_make_room(supervisor_snapshot(p->supervisor), ROOM);
}

static void write_process(struct process *p, bool whole)
{
    buffer_clear(&packed);
    pack_all(p, whole, &packed);
    snapshot_put(supervisor_snapshot(p->supervisor), &p->entry, "process", &packed);
}

/* The ends first: a process that is about to be judged must know how it ended. */
void process_write(struct process *p, bool whole)
{
    if (supervisor_snapshot(p->supervisor) == NULL)
        return;
    if (p->ends_touched || whole)
        write_history(p);
    write_process(p, whole);
    p->touched = p->ends_touched = false;
}

void process_write_child(struct process *p)
{
    if (supervisor_snapshot(p->supervisor) != NULL)
        write_process(p, false);
}

void process_keep_output(struct process *p)
{
    output_keep(p->out, supervisor_snapshot(p->supervisor));
    output_keep(p->err, supervisor_snapshot(p->supervisor));
}

void process_unwrite(struct process *p)
{
    struct snapshot *snapshot = supervisor_snapshot(p->supervisor);

    if (p->listed)
        supervisor_untouch(p->supervisor, p);
    snapshot_drop(snapshot, &p->entry);
    if (p->history != NULL)
        snapshot_drop(snapshot, history_entry(p->history));
}
