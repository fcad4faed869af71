/* What state_dir keeps beyond this life, and gives to it: whom users want up or down, and who runs. Whoever is left
 * of a life that ended without a word is ended first: before any start, and before the sockets are open that he may
 * have. */
#include "base/problems.h"
#include "supervisor_private.h"

/* ---- wishes ------------------------------------------------------------------------------------ */

/* In the shutdown everybody goes down, and nobody wants it so. */
void supervisor_keep_wishes(struct supervisor *s)
{
    if (s->wishes_changed && !s->shutdown.begun)
        desired_save(s->desired, s->pools, s->plan->program_count);
    s->wishes_changed = false;
}

static void keep_wishes(void *arg)
{
    supervisor_keep_wishes(arg);
}

void supervisor_wishes_changed(struct supervisor *s)
{
    if (s->desired == NULL || s->wishes_changed)
        return;
    s->wishes_changed = true;
    loop_later(s->loop, keep_wishes, s);
}

/* ---- who runs ---------------------------------------------------------------------------------- */

void supervisor_note_child(struct supervisor *s, const struct process *p, pid_t pid)
{
    census_note(s->census, pid, process_name(p));
}

static void is_there(const struct process_mark *who, const char *process, bool noted, void *arg)
{
    (void)who;
    (void)process;
    (void)noted;
    *(bool *)arg = true;
}

bool supervisor_open_sockets_later(struct supervisor *s)
{
    if (s->census != NULL)
        census_each_left(s->census, is_there, &s->sockets_due);
    return s->sockets_due;
}

static void open_due_sockets(struct supervisor *s)
{
    struct problems problems = { 0 };

    s->sockets_due = false;
    if (!sockets_follow(s->sockets, s->plan, &problems)) {
        problems_log(&problems);
        supervisor_shutdown(s, 1, false, "a socket cannot be opened");
    }
    problems_free(&problems);
}

static void have_no_survivors(struct supervisor *s)
{
    census_forget_left(s->census);
    if (s->sockets_due)
        open_due_sockets(s);
}

static void on_survivors_end(void *arg)
{
    struct supervisor *s = arg;

    s->survivors = NULL;
    have_no_survivors(s);
    supervisor_look_again(s);
}

/* Detached ones have been found again: so whoever is left is one too many. */
void supervisor_take_up_state(struct supervisor *s)
{
    if (s->census == NULL)
        return;
    s->survivors = survivors_end(s, s->census, on_survivors_end, s);
    if (s->survivors == NULL)
        have_no_survivors(s);
    desired_forget(s->desired);
}

bool supervisor_keep_state(struct supervisor *s, const char *folder, struct error *e)
{
    s->census = census_begin(folder, s->token, e);
    if (s->census == NULL)
        return false;
    s->desired = desired_open(s->loop, folder);
    if (s->plan != NULL) { /* a former life may not have come to its end with them */
        supervisor_take_up_state(s);
        supervisor_wishes_changed(s);
    }
    return true;
}
