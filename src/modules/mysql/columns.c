#include "mysql_private.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { CELL_OVERHEAD = 16 };

enum column_kind column_kind(const MYSQL_FIELD *field)
{
    switch (field->type) {
    case MYSQL_TYPE_TINY:
    case MYSQL_TYPE_SHORT:
    case MYSQL_TYPE_INT24:
    case MYSQL_TYPE_LONG:
    case MYSQL_TYPE_LONGLONG:
    case MYSQL_TYPE_YEAR:
        return (field->flags & UNSIGNED_FLAG) != 0 ? COLUMN_UNSIGNED : COLUMN_INTEGER;
    case MYSQL_TYPE_FLOAT:
        return COLUMN_FLOAT;
    case MYSQL_TYPE_DOUBLE:
        return COLUMN_DOUBLE;
    case MYSQL_TYPE_BIT:
        return COLUMN_BITS;
    default:
        return COLUMN_TEXT;
    }
}

static uint64_t number_of_bits(const char *bytes, size_t length)
{
    uint64_t n = 0;

    for (size_t i = 0; i < length; i++)
        n = n << 8 | (unsigned char)bytes[i];
    return n;
}

void column_add(struct cells *c, enum column_kind kind, const char *bytes, size_t length)
{
    if (bytes == NULL)
        cells_add_null(c);
    else if (kind == COLUMN_INTEGER)
        cells_add_integer(c, strtoll(bytes, NULL, 10));
    else if (kind == COLUMN_UNSIGNED)
        cells_add_unsigned(c, strtoull(bytes, NULL, 10));
    else if (kind == COLUMN_FLOAT || kind == COLUMN_DOUBLE)
        cells_add_number(c, strtod(bytes, NULL));
    else if (kind == COLUMN_BITS)
        cells_add_unsigned(c, number_of_bits(bytes, length));
    else
        cells_add_text(c, bytes, length);
}

double column_float(float f)
{
    char text[32];
    int digits = 5;

    do
        snprintf(text, sizeof text, "%.*g", ++digits, (double)f);
    while (digits < 9 && strtof(text, NULL) != f);
    return strtod(text, NULL);
}

bool column_fits(struct job *j, size_t length)
{
    const struct database_options *o = &j->account->options;

    if (length + CELL_OVERHEAD <= o->max_bytes &&
        j->result.cells.packed.length <= o->max_bytes - length - CELL_OVERHEAD)
        return true;
    return failure(&j->error, "%s: the answer has more than %zu bytes; max_bytes may allow more", j->account->place,
                   o->max_bytes);
}
