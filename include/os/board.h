/* board: memory that reeve shares with its workers, a line for each. A worker writes when it last beat and whether it
 * is busy, which costs it no call of the kernel; reeve reads when it wants to know. Where reeve wants to be told at
 * once, a worker rings the bell: once, until reeve has looked again. */
#ifndef OS_BOARD_H
#define OS_BOARD_H

#include "base/buffer.h"
#include "base/duration.h"
#include "base/error.h"
#include "os/loop.h"

#include <stdbool.h>
#include <stddef.h>

struct board;
struct board_line;

/* `on_bell` is called from the loop, a moment after the bell was rung: many that ring are one call. */
struct board *board_new(struct loop *loop, loop_fn *on_bell, void *arg);
void board_free(struct board *b);

/* A clean line: never beat, not busy, rings no bell. NULL, with the reason, when there is none. */
struct board_line *board_take(struct board *b, struct error *e);
void board_give(struct board *b, struct board_line *line);

/* For the next life, and from there: workers go on with the same memory and the same bell. The line that had this
 * number (NULL: it had none, or they are lost); those that nobody has taken again are free. */
void board_pack(const struct board *b, struct buffer *out);
void board_resume(struct board *b, const char *data, size_t length);
unsigned board_number(const struct board *b, const struct board_line *line);
struct board_line *board_take_again(struct board *b, unsigned number);

/* ---- by reeve -------------------------------------------------------------------------------------------------- */

msec board_beat_of(const struct board_line *line); /* clock_now; 0: it never beat */
bool board_is_busy(const struct board_line *line);

/* Whether its changes between busy and idle are rung. */
void board_listen(struct board_line *line, bool listen);

/* The bell's descriptor, for workers; -1: there is none. */
int board_bell(const struct board *b);

/* ---- by a worker ----------------------------------------------------------------------------------------------- */

/* First: `bell` is what board_bell gave, under the worker's own number. */
void board_enter(struct board *b, int bell);
void board_beat(struct board_line *line);
void board_set_busy(const struct board *b, struct board_line *line, bool busy);

#endif
