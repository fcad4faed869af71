/* build: makes a plan of what was declared. */
#ifndef SCRIPT_BUILD_H
#define SCRIPT_BUILD_H

#include "core/plan.h"
#include "script/loading.h"

/* All programs, groups, sockets and the supervisor's settings, checked. Problems are added where something is wrong;
 * the plan is the caller's all the same. */
struct plan *build_plan(struct loading *l);

#endif
