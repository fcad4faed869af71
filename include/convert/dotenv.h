/* dotenv: reads a `.env` by foreman's rules. Lines are KEY=value; '…' is taken as it stands; in "…" `\n` is a newline
 * and a backslash protects the character behind it; a value without quotes goes to the end of its line. */
#ifndef CONVERT_DOTENV_H
#define CONVERT_DOTENV_H

#include "convert/source.h"

enum { DOTENV_MAX = 1024 * 1024 }; /* bytes: larger files are refused */

/* A variable, in the order of the file. Both texts are gone afterwards. */
typedef void dotenv_fn(const char *key, const char *value, int line, void *arg);

/* Read `s`, telling `on_variable` of each one. Lines that are no variables become problems; all others are read all
 * the same. */
void dotenv_read(const struct source *s, dotenv_fn *on_variable, void *arg, struct problems *problems);

#endif
