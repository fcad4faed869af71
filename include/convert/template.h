/* template: texts of supervisord's files with their %(names)s filled in; what differs between the processes of a
 * program stays open until the Lua is written. */
#ifndef CONVERT_TEMPLATE_H
#define CONVERT_TEMPLATE_H

#include "base/buffer.h"
#include "base/error.h"
#include "convert/expr.h"

#include <stdbool.h>

/* The values of the names. */
struct scope {
    const char *here;         /* folder of the file */
    const char *host;         /* this machine's name */
    const char *program_name; /* NULL outside of programs, as the next */
    const char *group_name;
    long long numprocs;           /* 0: not known here */
    bool process_num;             /* it may be named */
    const struct expr *env;       /* the program's variables, templates themselves; may be NULL */
    const struct expr *outer_env; /* those of [supervisord]; may be NULL */
};

/* Fill in `text`. An unknown name, a variable that is not set and a wrong format fail. The result is the caller's:
 * plain text, but for the number of the process, which stands in it as byte 1, a format of Lua's, byte 2. */
char *template_expand(const char *text, const struct scope *scope, struct error *e);

/* Whether the number of the process is in it. */
bool template_is_open(const char *template);

/* Fill in the number; the caller frees it. */
char *template_fill(const char *template, long long number);

/* A Lua expression for it; the process is `p` there. */
void template_code(struct buffer *out, const char *template);

#endif
