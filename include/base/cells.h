/* cells: values on their way to and from a database, packed one behind the other. */
#ifndef BASE_CELLS_H
#define BASE_CELLS_H

#include "base/buffer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum cell_kind { CELL_NULL, CELL_INTEGER, CELL_NUMBER, CELL_TEXT };

struct cell {
    enum cell_kind kind;
    int64_t integer;
    double number;
    const char *text; /* or any bytes; a zero follows those that cells_next shows */
    size_t length;
};

/* All zero is none. */
struct cells {
    struct buffer packed;
    size_t count;
};

void cells_add_null(struct cells *c);
void cells_add_integer(struct cells *c, int64_t n);
void cells_add_number(struct cells *c, double n);
void cells_add_text(struct cells *c, const char *text, size_t length);

/* An integer if it can be one, else its digits as a text. */
void cells_add_unsigned(struct cells *c, uint64_t n);

/* Show the cell at *position, which begins at 0 and moves on. False: there is none any more. Lent until one is added.
 */
bool cells_next(const struct cells *c, size_t *position, struct cell *out);

void cells_free(struct cells *c);

#endif
