/* line: what one line to the control port asks for, in text or JSON. Pure: bytes in, words out. */
#ifndef CONTROL_LINE_H
#define CONTROL_LINE_H

#include "base/error.h"
#include "base/words.h"

#include <stdbool.h>
#include <stddef.h>

/* Longer lines are refused. */
enum { LINE_LONGEST = 64 << 10 };

/* The end of the first command of a text line (`end` is its newline): a `;` outside of quotes, or `end`. In `auth` the
 * password is the rest of the line, whatever it holds. */
const char *line_command_end(const char *line, const char *end);

/* Whether a line is the first one of a request of HTTP: what a web page has a browser send to us comes behind it. */
bool line_is_http(const char *line, const char *end);

/* The words of one text command. */
bool line_words(const char *command, size_t length, struct words *words, struct error *e);

/* A JSON request. */
struct line_request {
    char *id;           /* as JSON text; NULL: there is none */
    struct words words; /* verb and args */
    bool text;          /* `"text":true`: the answer is for people */
};

/* Read `{"verb":"status","args":["web"],"id":1}`. On failure `out` has the id, if that could be read; free it in any
 * case. Numbers are taken for their digits. */
bool line_parse_json(const char *line, size_t length, struct line_request *out, struct error *e);

/* Whether `word`, an argument of a request, is the id that another came with. */
bool line_is_id(const char *id, const char *word);

void line_request_free(struct line_request *r);

#endif
