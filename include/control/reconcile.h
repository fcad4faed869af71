/* reconcile: `reeve reconcile [list|start W|stop W] [-c FILE] [-v]`: one pass towards the states that a server wants,
 * without a supervisor that stays: for cron. Detached programs only; script/pass.h says how a pass is made.
 *
 * One at a time: the lock is a file in state_dir, or the configuration's own. */
#ifndef CONTROL_RECONCILE_H
#define CONTROL_RECONCILE_H

/* Exit status: 0 done, 1 failed (neither server nor cache, among others), 2 wrong usage, 4 no such program. */
int reconcile_main(int argc, char **argv);

#endif
