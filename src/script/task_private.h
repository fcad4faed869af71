/* task_private: what task.c, one task's life, and tasks.c, all of them, have between them. */
#ifndef SCRIPT_TASK_PRIVATE_H
#define SCRIPT_TASK_PRIVATE_H

#include "script/task.h"

enum task_state {
    TASK_NEW,
    TASK_READY, /* it goes on soon */
    TASK_RUNNING,
    TASK_WAITING
};

struct task {
    TAILQ_ENTRY(task) link;
    TAILQ_ENTRY(task) turn; /* of a ready one */
    struct script *script;
    struct thread thread;
    struct task **watcher;
    task_cancel_fn *on_cancel;
    void *work;
    struct call *failure; /* what it will end with, once its `<close>` variables are closed; NULL: nothing yet */
    struct timer *timer;
    task_end_fn *on_end;
    void *arg;
    msec since;
    unsigned process;          /* the id of whom it is about; 0: nobody */
    unsigned long turn_number; /* in which it became ready */
    enum task_state state;
    bool awaits_force; /* the file made it while it was evaluated */
    bool may_be_roused;
    bool holds; /* reeve does not end before it */
    bool ends;  /* its `<close>` variables are being closed, and may want to end it, too */
    bool own;
    char name[112];
};

/* Let it run until it waits or ends. True: it has ended, and is gone. */
bool task_proceed(struct task *t);

/* End one that does not run, as failed for the reason `why`; NULL: it is not spoken of. */
void task_end(struct task *t, const char *why);

/* Free one whose Lua is not to be touched any more. */
void task_forget(struct task *t);

/* It has a turn soon, from the loop. */
void tasks_queue(struct task *t);

/* A task took so much time. Whether one may begin at once: not when they have taken so much together that everybody
 * else has to have a turn first. */
void tasks_used(msec time);
bool tasks_may_run(void);

/* It is about to be freed: it has no turn, and holds nobody up. */
void tasks_let_go(struct task *t);

#endif
