/* questions: stands in for the room above where it is asked to call functions: a test answers when it likes. */
#ifndef TESTS_UNIT_CORE_QUESTIONS_H
#define TESTS_UNIT_CORE_QUESTIONS_H

#include "stage.h"

struct question {
    struct process *process;
    const struct function *function;
    answer_fn *fn;
    void *arg;
};

enum { QUESTIONS_MOST = 256 };

static struct question *questions[QUESTIONS_MOST];
static size_t question_count;

static inline void *ask_question(void *arg, struct process *p, const struct function *f, const char *extra,
                                 answer_fn *on_answer, void *answer_arg)
{
    struct question *q = xmalloc(sizeof *q);

    (void)arg;
    (void)extra;
    assert_true(question_count < QUESTIONS_MOST);
    *q = (struct question){ p, f, on_answer, answer_arg };
    questions[question_count++] = q;
    return q;
}

/* It must still be open. */
static inline void close_question(struct question *q)
{
    size_t i = 0;

    while (i < question_count && questions[i] != q)
        i++;
    assert_true(i < question_count);
    questions[i] = questions[--question_count];
}

static inline void withdraw_question(void *arg, void *question)
{
    (void)arg;
    close_question(question);
    free(question);
}

static inline void answer_question(struct question *q, bool ok, const char *why)
{
    close_question(q);
    q->fn(ok, why, q->arg);
    free(q);
    fake_turn();
}

/* A stage on which functions are asked. */
static inline struct stage *a_stage_with_questions(struct plan *plan)
{
    question_count = 0;
    return a_stage_with(&(struct supervisor_upward){ .request = ask_question, .withdraw = withdraw_question }, plan);
}

/* The program has a function for this setting. */
static inline void give_function(struct program *p, const char *setting)
{
    struct value v = { .kind = VALUE_FUNCTION, .function = function_new(1, 1, "supervisor.lua:2") };

    assert_true(setting_read(setting_find(&program_record, setting), p, &v, NULL));
    value_clear(&v);
}

#endif
