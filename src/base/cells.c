#include "base/cells.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void add(struct cells *c, enum cell_kind kind, const void *value, size_t size)
{
    buffer_add_char(&c->packed, (char)kind);
    buffer_add(&c->packed, value, size);
    c->count++;
}

void cells_add_null(struct cells *c)
{
    add(c, CELL_NULL, "", 0);
}

void cells_add_integer(struct cells *c, int64_t n)
{
    add(c, CELL_INTEGER, &n, sizeof n);
}

void cells_add_number(struct cells *c, double n)
{
    add(c, CELL_NUMBER, &n, sizeof n);
}

void cells_add_text(struct cells *c, const char *text, size_t length)
{
    add(c, CELL_TEXT, &length, sizeof length);
    buffer_add(&c->packed, text, length);
    buffer_add_char(&c->packed, '\0');
}

void cells_add_unsigned(struct cells *c, uint64_t n)
{
    char digits[24];

    if (n <= INT64_MAX)
        cells_add_integer(c, (int64_t)n);
    else
        cells_add_text(c, digits, (size_t)snprintf(digits, sizeof digits, "%" PRIu64, n));
}

static void take(const struct cells *c, size_t *position, void *value, size_t size)
{
    memcpy(value, c->packed.data + *position, size);
    *position += size;
}

bool cells_next(const struct cells *c, size_t *position, struct cell *out)
{
    char kind;

    if (*position >= c->packed.length)
        return false;
    take(c, position, &kind, 1);
    *out = (struct cell){ .kind = (enum cell_kind)kind };
    switch (out->kind) {
    case CELL_NULL:
        break;
    case CELL_INTEGER:
        take(c, position, &out->integer, sizeof out->integer);
        break;
    case CELL_NUMBER:
        take(c, position, &out->number, sizeof out->number);
        break;
    case CELL_TEXT:
        take(c, position, &out->length, sizeof out->length);
        out->text = c->packed.data + *position;
        *position += out->length + 1;
        break;
    }
    return true;
}

void cells_free(struct cells *c)
{
    buffer_free(&c->packed);
    c->count = 0;
}
