/* kept: the texts of a configuration that a former life has evaluated: its file, what that included and required, and
 * the files that it read. They are taken again instead of what the disk has by now. */
#ifndef SCRIPT_KEPT_H
#define SCRIPT_KEPT_H

#include "base/buffer.h"
#include "script/loading.h"

#include <stddef.h>

/* All texts that were read while this was loaded. */
void kept_pack(const struct loading *l, struct buffer *out);

/* The path of the configuration itself, the caller's; NULL: these bytes are none of ours. */
char *kept_path(const char *data, size_t length);

/* From now on these are found; the bytes are borrowed. */
void kept_use(struct loading *l, const char *data, size_t length);

/* The text at that path, borrowed; NULL: there is none. */
const char *kept_find(const struct loading *l, const char *path, size_t *length);

/* What io.open found at that path. False: it did not look. */
bool kept_read(const struct loading *l, const char *path, const char **data, size_t *length);

/* The paths that a pattern of include means, sorted. The caller frees them. */
void kept_match(const struct loading *l, const char *pattern, struct words *out);

#endif
