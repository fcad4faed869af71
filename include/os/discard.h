/* discard: removes a file. The blocks of a large one are given back on a thread: ext4 takes 30 ms for 50 MB. */
#ifndef OS_DISCARD_H
#define OS_DISCARD_H

#include <stdbool.h>

/* False, with errno, when it cannot be removed. Its name is free when this returns. */
bool discard_file(const char *path);

#endif
