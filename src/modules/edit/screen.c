#include "base/xalloc.h"
#include "edit_private.h"
#include "os/file.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

enum { LISTED_MOST = 200, WIDTH = 80 };

/* ---- where the line is ------------------------------------------------------------------------- */

static size_t screen_width(void)
{
    struct winsize size;

    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : WIDTH;
}

/* Columns of the prompt and of the line up to `end`. libedit shows a control character as two. */
static size_t columns(const struct editor *ed, const wchar_t *start, const wchar_t *end)
{
    size_t count = strlen(ed->options.prompt);

    for (; start < end; start++)
        count += wcwidth(*start) >= 0 ? (size_t)wcwidth(*start) : 2;
    return count;
}

/* ---- lines above it ---------------------------------------------------------------------------- */

/* To the first row of the line, with nothing below. A terminal that cannot do it begins a new row. */
static void add_way_up(const struct editor *ed, struct buffer *out)
{
    const char *terminal = getenv("TERM");
    const LineInfoW *line = el_wline(ed->el);
    size_t rows = columns(ed, line->buffer, line->cursor) / screen_width();

    if (terminal == NULL || strcmp(terminal, "dumb") == 0) {
        buffer_add_char(out, '\n');
        return;
    }
    buffer_add_char(out, '\r');
    if (rows > 0)
        buffer_addf(out, "\033[%zuA", rows);
    buffer_add_text(out, "\033[J");
}

void screen_show(struct editor *ed, const char *text, size_t length)
{
    struct buffer out = { 0 };

    add_way_up(ed, &out);
    buffer_add(&out, text, length);
    file_write(STDOUT_FILENO, out.data, out.length);
    buffer_free(&out);
    el_set(ed->el, EL_REFRESH);
}

void screen_resized(struct editor *ed)
{
    el_resize(ed->el);
    el_set(ed->el, EL_REFRESH);
}

/* ---- the tabulator ----------------------------------------------------------------------------- */

/* Below all of the line. */
static void add_way_down(const struct editor *ed, struct buffer *out)
{
    const LineInfoW *line = el_wline(ed->el);
    size_t width = screen_width(), row = columns(ed, line->buffer, line->cursor) / width;
    size_t last = columns(ed, line->buffer, line->lastchar) / width;

    for (; row <= last; row++)
        buffer_add_char(out, '\n');
}

static size_t longest(const struct words *words, size_t count)
{
    size_t most = 0;

    for (size_t i = 0; i < count; i++)
        if (strlen(words->word[i]) > most)
            most = strlen(words->word[i]);
    return most;
}

/* In columns, as ls does: downwards first. */
static void add_list(const struct words *words, struct buffer *out)
{
    size_t count = words->count < LISTED_MOST ? words->count : LISTED_MOST, each = longest(words, count) + 2;
    size_t across = screen_width() / each > 0 ? screen_width() / each : 1, rows = (count + across - 1) / across;

    for (size_t row = 0; row < rows; row++) {
        for (size_t i = row; i < count; i += rows)
            buffer_addf(out, "%-*s", i + rows < count ? (int)each : 0, words->word[i]);
        buffer_add_char(out, '\n');
    }
    if (count < words->count)
        buffer_addf(out, "… and %zu more\n", words->count - count);
}

static void list(struct editor *ed, const struct words *choices)
{
    struct buffer out = { 0 };

    add_way_down(ed, &out);
    add_list(choices, &out);
    file_write(STDOUT_FILENO, out.data, out.length);
    buffer_free(&out);
    el_set(ed->el, EL_REFRESH);
}

unsigned char completion_key(struct editor *ed)
{
    const LineInfo *line = el_line(ed->el);
    char *before = xstrndup(line->buffer, (size_t)(line->cursor - line->buffer));
    struct buffer insert = { 0 };
    struct words choices = { 0 };
    unsigned char next = CC_REFRESH;

    ed->options.complete(before, &insert, &choices, ed->options.arg);
    if (insert.length > 0)
        el_insertstr(ed->el, insert.data);
    else if (choices.count > 1)
        list(ed, &choices);
    else
        next = CC_REFRESH_BEEP;
    buffer_free(&insert);
    words_free(&choices);
    free(before);
    return next;
}
