/* locate: finds the line of a setting. Lua does not record the lines of a table's fields, so the text is read once
 * more. */
#ifndef SCRIPT_LOCATE_H
#define SCRIPT_LOCATE_H

#include <stddef.h>

/* The line of the field `path` ("cmd", or "defaults.env" for one in a table within) in the table constructor of the
 * declaration that begins on `line` with `word` ("program") and `name` (NULL: it has none). 0: it is not written there.
 */
int locate_setting(const char *text, size_t length, int line, const char *word, const char *name, const char *path);

#endif
