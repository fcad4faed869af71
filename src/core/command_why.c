/* why: how a process ended, the last times, and its last words. */
#include "base/duration.h"
#include "base/json.h"
#include "base/stamp.h"
#include "command_private.h"
#include "core/hint.h"
#include "core/output.h"

#include <string.h>

enum { LAST_WORDS = 10 };

/* What holds a start up is told before it has failed. */
static void say_lack(const struct process *p, struct reply *r)
{
    if (process_lack(p) != NULL)
        reply_line(r, "not ready yet, it waits for: %s", process_lack(p));
}

static void say_end(const struct process *p, size_t back, const struct process_exit *exit, struct reply *r)
{
    const char *which = back == 0 ? "last end" : "before that";
    const char *given_up = back == 0 ? process_given_up(p) : NULL;
    struct buffer after = { 0 };
    struct stamp at;

    stamp_set(&at, exit->at);
    duration_format(&after, exit->uptime);
    reply_line(r, "%s: %s after %s, at %s", which, exit->reason, after.data, at.text);
    reply_line(r, "  %s, %s; attempt %d, %d restart%s since a user started it",
               exit->stopped ? "stopped by us" : "not stopped by us", exit->expected ? "expected" : "unexpected",
               exit->attempt, exit->restarts, exit->restarts == 1 ? "" : "s");
    if (given_up != NULL)
        reply_line(r, "  given up: %s", given_up);
    buffer_free(&after);
}

static void say_ends(const struct process *p, struct reply *r)
{
    const struct process_exit *exit;

    if (process_last_exit(p) == NULL)
        reply_line(r, "it has not ended yet");
    for (size_t back = 0; (exit = process_end(p, back)) != NULL; back++)
        say_end(p, back, exit, r);
}

/* Only while it has not come to more since. */
static void write_hint(const struct process *p, struct buffer *out)
{
    enum process_state state = process_state(p);

    if (process_last_exit(p) != NULL && state != PROCESS_RUNNING && state != PROCESS_STOPPED)
        hint_write(process_program(p), process_last_exit(p), out);
}

static void say_hint(const struct process *p, struct reply *r)
{
    struct buffer hint = { 0 };

    write_hint(p, &hint);
    if (hint.length > 0)
        reply_line(r, "hint: %s", hint.data);
    buffer_free(&hint);
}

static void print_hint(const struct process *p, struct buffer *b)
{
    struct buffer hint = { 0 };

    write_hint(p, &hint);
    json_text(b, hint.data);
    buffer_free(&hint);
}

static void print_end(const struct process_exit *exit, struct buffer *b)
{
    json_open_object(b);
    command_print_exit_members(exit, b);
    json_key(b, "uptime");
    json_double(b, (double)exit->uptime / 1000);
    json_key(b, "stopped");
    json_bool(b, exit->stopped);
    json_key(b, "expected");
    json_bool(b, exit->expected);
    json_key(b, "attempt");
    json_int(b, exit->attempt);
    json_key(b, "restarts");
    json_int(b, exit->restarts);
    json_close_object(b);
}

static bool find_last_words(const struct process *p, int stream, struct buffer *words)
{
    return output_tail(process_output(p, stream), process_output_settings(p, stream), LAST_WORDS, words, NULL) &&
           words->length > 0;
}

/* null where nothing is kept. */
static void print_last_words(const struct process *p, int stream, struct buffer *b)
{
    struct buffer words = { 0 };

    if (find_last_words(p, stream, &words))
        json_bytes(b, words.data, words.length);
    else
        json_none(b);
    buffer_free(&words);
}

static void print_all(const struct request *q, struct process *p, struct buffer *b)
{
    struct task_view tasks;
    const struct process_exit *exit;

    json_open_object(b);
    json_key(b, "process");
    task_view_open(&tasks, q, &(struct targets){ .process = &p, .count = 1 });
    command_print_process(p, &tasks, b);
    task_view_close(&tasks);
    json_key(b, "lacks");
    json_text(b, process_lack(p));
    json_key(b, "ends");
    json_open_array(b);
    for (size_t back = 0; (exit = process_end(p, back)) != NULL; back++)
        print_end(exit, b);
    json_close_array(b);
    json_key(b, "given_up");
    json_text(b, process_given_up(p));
    json_key(b, "hint");
    print_hint(p, b);
    json_key(b, "stdout");
    print_last_words(p, 1, b);
    json_key(b, "stderr");
    print_last_words(p, 2, b);
    json_close_object(b);
}

/* Indented, so that no line of theirs looks like one of ours. */
static void say_last_words(const struct process *p, int stream, struct reply *r)
{
    struct buffer words = { 0 };
    const char *name = stream == 2 ? "stderr" : "stdout";
    const char *line, *end;

    if (!find_last_words(p, stream, &words)) {
        buffer_free(&words);
        return;
    }
    reply_line(r, "last lines of %s:", name);
    for (line = words.data; *line != '\0'; line = *end != '\0' ? end + 1 : end) {
        end = line + strcspn(line, "\n");
        reply_line(r, "  %.*s", (int)(end - line), line);
    }
    buffer_free(&words);
}

void command_why(const struct request *q, struct reply *r)
{
    struct process *p = targets_one(q, r);
    struct buffer description = { 0 };

    if (p != NULL && r->wants_data) {
        print_all(q, p, &r->data);
    } else if (p != NULL) {
        process_describe(p, &description);
        reply_line(r, "%s is %s%s%s", process_name(p), process_state_name(process_state(p)),
                   description.length > 0 ? ": " : "", description.length > 0 ? description.data : "");
        say_lack(p, r);
        say_ends(p, r);
        say_hint(p, r);
        say_last_words(p, 1, r);
        say_last_words(p, 2, r);
    }
    buffer_free(&description);
    reply_end(r);
}
