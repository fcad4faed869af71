/* questions: what the supervisor wants to know of functions and patterns of the file. */
#ifndef SCRIPT_QUESTIONS_H
#define SCRIPT_QUESTIONS_H

#include "core/supervisor.h"

/* As in struct supervisor_upward. */
void *questions_request(void *arg, struct process *p, const struct function *f, const char *extra, answer_fn *on_answer,
                        void *answer_arg);
void questions_withdraw(void *arg, void *question);
bool questions_match(void *arg, const char *pattern, const char *line, size_t length);

/* Whether a Lua pattern is well formed, as far as can be seen beforehand; else why not. */
bool questions_check_pattern(const char *pattern, struct error *e);

#endif
