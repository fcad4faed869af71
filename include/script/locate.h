/* locate: finds the line of a setting. Lua does not record the lines of a table's fields, so the text is read once
 * more. */
#ifndef SCRIPT_LOCATE_H
#define SCRIPT_LOCATE_H

#include "script/lexer.h"

/* The line of the field `path` ("cmd", or "defaults.env" for one in a table within) in the table constructor of the
 * declaration that begins on `line` with `word` ("program") and `name` (NULL: it has none). 0: it is not written there.
 *
 * `text` is read on, and stays on that line: most are asked for in their order, and to read all that is before them
 * each time would take the square of it. */
int locate_setting(struct lexer *text, int line, const char *word, const char *name, const char *path);

#endif
