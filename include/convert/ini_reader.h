/* ini_reader: INI files as supervisord reads them: `key = value` or `key: value`, keys in lower case; lines that are
 * indented deeper than their key continue its value; `;` and `#` begin a comment at the start of a line or behind a
 * blank; a section that comes twice goes on. */
#ifndef CONVERT_INI_READER_H
#define CONVERT_INI_READER_H

#include "base/problems.h"
#include "convert/expr.h"
#include "convert/source.h"

#include <stddef.h>

enum {
    INI_MAX_SECTIONS = 100000,
    INI_MAX_OPTIONS = 1000 /* of one section */
};

struct ini_option {
    char *key;
    char *value; /* without blanks at both ends; lines are joined by \n */
    struct place place;
};

struct ini_section {
    char *name;
    struct place place;
    struct ini_option *option;
    size_t count, capacity;
};

struct ini_index; /* of section names */

/* All zero is empty. */
struct ini {
    struct ini_section **section; /* in the order of the files */
    size_t count, capacity;
    struct ini_index *index;
};

/* Add the sections of `s`, which must outlive `ini`. Lines that are no INI, and keys that come twice in a section of
 * one file, are problems; a later file may say a key again, and wins. */
void ini_read(struct ini *ini, const struct source *s, struct problems *problems);

/* NULL if there is no such section, or no such key. */
const struct ini_section *ini_find(const struct ini *ini, const char *name);
const struct ini_option *ini_get(const struct ini_section *section, const char *key);

void ini_free(struct ini *ini);

#endif
