#include "os/board.h"

#include "base/xalloc.h"
#include "os/clock.h"

#include <stdlib.h>

struct board_line {
    msec beat;
    bool busy, listened;
};

struct board {
    struct loop *loop;
    loop_fn *on_bell;
    void *arg;
};

struct board *board_new(struct loop *loop, loop_fn *on_bell, void *arg)
{
    struct board *b = xmalloc(sizeof *b);

    *b = (struct board){ loop, on_bell, arg };
    return b;
}

void board_free(struct board *b)
{
    free(b);
}

struct board_line *board_take(struct board *b, struct error *e)
{
    (void)b;
    (void)e;
    return xcalloc(1, sizeof(struct board_line));
}

void board_give(struct board *b, struct board_line *line)
{
    (void)b;
    free(line);
}

/* Nobody but the test has them: another life finds none. */
void board_pack(const struct board *b, struct buffer *out)
{
    (void)b;
    (void)out;
}

void board_resume(struct board *b, const char *data, size_t length)
{
    (void)b;
    (void)data;
    (void)length;
}

unsigned board_number(const struct board *b, const struct board_line *line)
{
    (void)b;
    (void)line;
    return 0;
}

struct board_line *board_take_again(struct board *b, unsigned number)
{
    (void)b;
    (void)number;
    return NULL;
}

msec board_beat_of(const struct board_line *line)
{
    return line->beat;
}

bool board_is_busy(const struct board_line *line)
{
    return line->busy;
}

void board_listen(struct board_line *line, bool listen)
{
    line->listened = listen;
}

int board_bell(const struct board *b)
{
    (void)b;
    return 0;
}

void board_enter(struct board *b, int bell)
{
    (void)b;
    (void)bell;
}

void board_beat(struct board_line *line)
{
    line->beat = clock_now();
}

void board_set_busy(const struct board *b, struct board_line *line, bool busy)
{
    if (line->busy != busy && line->listened)
        loop_later(b->loop, b->on_bell, b->arg);
    line->busy = busy;
}
