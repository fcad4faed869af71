/* rotation: makes room for a new log file: PATH becomes PATH.1, that PATH.2 …, with .gz or without, and the oldest
 * goes. Only what is there is renamed, and nothing behind a gap. */
#ifndef CORE_ROTATION_H
#define CORE_ROTATION_H

#include "base/error.h"

#include <stdbool.h>

/* `*moved` is the highest number that moved: PATH.1 to PATH.moved are one further. A failure may leave a gap in the
 * chain, which the next rotation fills, but PATH where it was. */
bool rotation_turn(const char *path, int backups, int *moved, struct error *e);

/* The new PATH could not be made: PATH.1 is PATH again. */
void rotation_undo(const char *path);

#endif
