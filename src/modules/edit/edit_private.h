/* The inside of the editor: module.c edits, screen.c writes beside the line. */
#ifndef MODULES_EDIT_PRIVATE_H
#define MODULES_EDIT_PRIVATE_H

#include "os/editor.h"

/* libedit's header does not include what it needs. */
#include <stdio.h>

#include <histedit.h>

struct editor {
    struct editor_options options;
    EditLine *el;
    HistoryW *history; /* the wide one: a module's names are looked up in reeve first, which has a history_end too */
    char *kept;        /* a line that is no longer libedit's */
};

/* Put lines above the one that is edited, which is drawn again below them. */
void screen_show(struct editor *ed, const char *text, size_t length);
void screen_resized(struct editor *ed);

/* The tabulator: what libedit is to do next. */
unsigned char completion_key(struct editor *ed);

#endif
