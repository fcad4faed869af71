/* folder: where files are. What is named ..._for does something with the folder that the file `path` is in. */
#ifndef OS_FOLDER_H
#define OS_FOLDER_H

#include "base/error.h"

#include <stdbool.h>
#include <sys/types.h>

/* The folder that `path` is in, "." and "/" included: the caller's. */
char *folder_of(const char *path);

/* False also where we may not look. */
bool folder_is_missing(const char *path);

/* mkdir -p: `mode`, less the umask, for every folder that is made. */
bool folder_make(const char *path, mode_t mode, struct error *e);
bool folder_make_for(const char *path, mode_t mode, struct error *e);

/* Whether what stands in it can be believed: it is ours, or root's, and not for everybody to write. */
bool folder_is_trusted(const char *path, struct error *e);

/* What was made, renamed or removed in there is on the disk when this returns, as far as that can be had. */
void folder_sync_for(const char *path);

/* Hold it for ourselves, so that of two reeves which find the same stale file only one takes its place: a descriptor to
 * close, or -1 when it cannot be had within a second. */
int folder_lock_for(const char *path);

#endif
