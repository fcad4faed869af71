/* Verbs about reeve itself, its pools and signals: shutdown, scale, signal, version, help. */
#include "base/json.h"
#include "base/text.h"
#include "base/units.h"
#include "command_private.h"
#include "version.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- shutdown ---------------------------------------------------------------------------------- */

/* Whoever waits for our end sees it as the end of the connection: the reply has none of its own. */
static void leave_open(struct reply *r, const char *line)
{
    struct buffer piece = { 0 };

    r->streaming = true;
    if (r->wants_data)
        json_text(&piece, line);
    else
        buffer_addf(&piece, "%s\n", line);
    reply_send(r, piece.data, piece.length);
    buffer_free(&piece);
}

void command_shutdown(const struct request *q, struct reply *r)
{
    const char *line = supervisor_is_ending(q->supervisor) ? "killing everything" : "stopping everything";
    char why[160];

    snprintf(why, sizeof why, "shutdown by %s", q->caller);
    supervisor_shutdown(q->supervisor, 0, request_has_flag(q, "--graceful"), why);
    if (request_has_flag(q, "--wait")) {
        leave_open(r, line);
        return;
    }
    reply_line(r, "%s", line);
    reply_end(r);
}

void command_shutdown_resume(const struct request *q, struct reply *r)
{
    if (r->streaming) /* it waits on */
        return;
    reply_fail(r, REPLY_FAILED, "reeve began anew while it did this, after %s", q->resumed);
    reply_end(r);
}

/* ---- scale ------------------------------------------------------------------------------------- */

static bool is_step(const char *text)
{
    return *text == '+' || *text == '-';
}

/* "5", "+1", "-1": the number of processes that is meant. */
static bool read_count(const char *text, int now, int *out)
{
    bool relative = is_step(text);
    const char *digits = text + relative;
    long n;

    if (!text_is_digits(digits) || strlen(digits) > 6)
        return false;
    n = strtol(digits, NULL, 10);
    if (relative)
        n = *text == '+' ? now + n : now - n;
    *out = n < 0 ? 0 : (int)n;
    return true;
}

static void say_count(const char *program, int wanted, int count, struct reply *r)
{
    char message[80];

    snprintf(message, sizeof message, "%d process%s%s", count, count == 1 ? "" : "es",
             count < wanted   ? " (max_procs)"
             : count > wanted ? " (min_procs)"
                              : "");
    reply_result(r, program, REPLY_OK, message);
    json_open_object(&r->data);
    json_key(&r->data, "program");
    json_text(&r->data, program);
    json_key(&r->data, "processes");
    json_int(&r->data, count);
    json_close_object(&r->data);
}

static void scale(const struct request *q, struct program *program, int wanted, struct reply *r)
{
    struct supervisor *s = q->supervisor;
    bool force = request_has_flag(q, "--force");
    int count = is_step(q->args[1]) ? supervisor_scale_by(s, program, wanted - supervisor_count(s, program), force)
                                    : supervisor_scale(s, program, wanted, force);

    supervisor_keep_count(s, program);
    supervisor_keep_wishes(s);
    say_count(program->name, wanted, count, r);
}

void command_scale(const struct request *q, struct reply *r)
{
    struct program *program = plan_find(supervisor_plan(q->supervisor), q->args[0]);
    int wanted;

    if (program == NULL)
        reply_fail(r, REPLY_NO_SUCH_TARGET, "there is no program '%s'", q->args[0]);
    else if (!read_count(q->args[1], supervisor_count(q->supervisor, program), &wanted))
        reply_fail(r, REPLY_USAGE, "scale: a number of processes, +N or -N, not '%.64s'", q->args[1]);
    else if (wanted > PROCESSES_MOST)
        reply_fail(r, REPLY_USAGE, "scale: a program has at most %d processes", PROCESSES_MOST);
    else if (supervisor_is_ending(q->supervisor))
        reply_fail(r, REPLY_FAILED, "reeve is stopping");
    else
        scale(q, program, wanted, r);
    reply_end(r);
}

/* ---- signal ------------------------------------------------------------------------------------ */

void command_send_signal(struct process *p, int number, struct reply *r)
{
    struct error e;
    char message[32];

    snprintf(message, sizeof message, "sent %s", signal_name(number));
    if (process_signal(p, number, &e))
        reply_result(r, process_name(p), REPLY_OK, message);
    else
        reply_result(r, process_name(p), REPLY_FAILED, e.text);
}

void command_signal(const struct request *q, struct reply *r)
{
    struct targets t;
    struct error e;
    int number;

    if (!signal_parse(q->args[0], &number, &e)) {
        reply_fail(r, REPLY_USAGE, "signal: %s", e.text);
        reply_end(r);
        return;
    }
    targets_find_some(q, 1, REPLY_OK, r, &t);
    for (size_t i = 0; i < t.count; i++)
        command_send_signal(t.process[i], number, r);
    targets_free(&t);
    reply_end(r);
}

/* ---- version, help ----------------------------------------------------------------------------- */

void command_version(const struct request *q, struct reply *r)
{
    (void)q;
    reply_line(r, "reeve %s", REEVE_VERSION);
    json_open_object(&r->data);
    json_key(&r->data, "version");
    json_text(&r->data, REEVE_VERSION);
    json_close_object(&r->data);
    reply_end(r);
}

static void print_row(const struct command *c, struct buffer *b)
{
    json_open_object(b);
    json_key(b, "verb");
    json_text(b, c->verb);
    json_key(b, "arguments");
    json_text(b, c->arguments);
    json_key(b, "help");
    json_text(b, c->help);
    json_close_object(b);
}

static void help_about(const struct command *c, struct reply *r)
{
    if (r->wants_data)
        print_row(c, &r->data);
    else
        command_help(c, &r->text);
}

static void help_about_all(struct reply *r)
{
    if (!r->wants_data) {
        command_list(&r->text);
        return;
    }
    json_open_array(&r->data);
    for (size_t i = 0; command_at(i) != NULL; i++)
        print_row(command_at(i), &r->data);
    json_close_array(&r->data);
}

void command_help_verb(const struct request *q, struct reply *r)
{
    const struct command *c;
    struct error e;

    if (q->arg_count == 0)
        help_about_all(r);
    else if ((c = command_look_up(q->args[0], &e)) != NULL)
        help_about(c, r);
    else
        reply_fail(r, REPLY_USAGE, "%s", e.text);
    reply_end(r);
}
