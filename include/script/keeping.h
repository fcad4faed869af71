/* keeping: the files below state_dir in which reeve's own Lua keeps what is to outlast reeve. */
#ifndef SCRIPT_KEEPING_H
#define SCRIPT_KEEPING_H

#include <stddef.h>

/* The file shall have this text, or go (NULL): soon, on the disk and with mode 0600. What cannot be done is logged, once
 * for each reason. */
void keeping_write(const char *path, const char *text, size_t length);

/* Wait until it is done. */
void keeping_finish(void);

#endif
