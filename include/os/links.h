/* links: open(2) for paths on which others may have a say. Who may write a folder could else have us, who may do more,
 * open whatever he likes by a symbolic link. */
#ifndef OS_LINKS_H
#define OS_LINKS_H

#include <sys/types.h>

/* As open(2), but for root a symbolic link of anybody else counts, wherever on the way it is, only if it leads to what is
 * his own, or into a folder that is: -1, EXDEV. */
int links_open(const char *path, int flags, mode_t mode);

#endif
