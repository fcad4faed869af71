/* lua_text: prints a draft as a supervisor.lua that people can read and go on editing. */
#ifndef CONVERT_LUA_TEXT_H
#define CONVERT_LUA_TEXT_H

#include "base/buffer.h"
#include "convert/convert.h"
#include "convert/draft.h"

#include <stddef.h>

/* `text` in quotes, as Lua reads it back byte by byte. */
void lua_text_quote(struct buffer *out, const char *text, size_t length);

/* `key = ` or `["key"] = `, whichever Lua wants. */
void lua_text_key(struct buffer *out, const char *key);

/* Print `d` into `out`, which is empty; `from` names the file it was made from. */
void lua_text_print(const struct draft *d, const char *from, struct converted *out);

#endif
