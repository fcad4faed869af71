/* editor: a line that is edited on the terminal, with history and completion. libedit does the work, in the module
 * "edit" that the first one opens. Nothing here waits for a whole line: the user of it polls standard input. */
#ifndef OS_EDITOR_H
#define OS_EDITOR_H

#include "base/buffer.h"
#include "base/words.h"

#include <stddef.h>

struct editor;

/* The tabulator was pressed behind `line`: say what to insert there, and what all could follow. */
typedef void editor_complete_fn(const char *line, struct buffer *insert, struct words *choices, void *arg);

/* Borrowed for as long as the editor lives. */
struct editor_options {
    const char *prompt; /* plain ASCII */
    editor_complete_fn *complete;
    void *arg;
};

enum editor_result { EDITOR_MORE, EDITOR_LINE, EDITOR_END };

/* For standard input and output, both a terminal. NULL, with the reason, on failure. */
struct editor *editor_open(const struct editor_options *o, struct error *e);
void editor_close(struct editor *ed); /* NULL is welcome */

/* Take the terminal and show the prompt, before an empty line; give it back. */
void editor_begin(struct editor *ed);
void editor_end(struct editor *ed);

/* Give the terminal back and take it again, with the same line. */
void editor_pause(struct editor *ed);
void editor_resume(struct editor *ed);

/* Standard input is readable: read a key. EDITOR_LINE: `*line`, without its newline, is done, and holds until the next
 * call. EDITOR_END: of the input. */
enum editor_result editor_read(struct editor *ed, const char **line);

/* Show whole lines above the one that is edited. */
void editor_show(struct editor *ed, const char *text, size_t length);

/* The terminal has another size. */
void editor_resized(struct editor *ed);

/* Add a line to the history. */
void editor_remember(struct editor *ed, const char *line);

/* What the module gives; the above, under their short names. */
struct editor_functions {
    struct editor *(*open)(const struct editor_options *o, struct error *e);
    void (*close)(struct editor *ed);
    void (*begin)(struct editor *ed);
    void (*end)(struct editor *ed);
    void (*pause)(struct editor *ed);
    void (*resume)(struct editor *ed);
    enum editor_result (*read)(struct editor *ed, const char **line);
    void (*show)(struct editor *ed, const char *text, size_t length);
    void (*resized)(struct editor *ed);
    void (*remember)(struct editor *ed, const char *line);
};

#endif
