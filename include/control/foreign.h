/* foreign: configurations of other tools given to -c: they go through the converter on the way to Lua. */
#ifndef CONTROL_FOREIGN_H
#define CONTROL_FOREIGN_H

/* From now on script_load takes them. */
void foreign_enable(void);

#endif
