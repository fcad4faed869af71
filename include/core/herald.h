/* herald: tells the service manager that has started reeve how it goes: READY, RELOADING, STOPPING, STATUS, WATCHDOG.
 */
#ifndef CORE_HERALD_H
#define CORE_HERALD_H

struct supervisor;

/* From now on, if there is a manager (manager_find has looked). Everything that was to be opened is open: READY. */
void herald_start(struct supervisor *s);
void herald_stop(void);

/* A reload begins, and is over. */
void herald_reloading(void);
void herald_reloaded(void);

#endif
