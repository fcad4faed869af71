/* schedules: the verb that says what reeve.schedule is going to do, and when. */
#ifndef SCRIPT_SCHEDULES_H
#define SCRIPT_SCHEDULES_H

#include <lua.h>

/* keep(list): the library's list of what is scheduled, which it goes on changing. Each has a name, and may have a
 * target, due, delay, last, is_running, is_cancelled. */
int schedules_keep(lua_State *L);

/* Once per process; more often does no harm. */
void schedules_register(void);

#endif
