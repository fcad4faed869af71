#include "core/hint.h"

#include "base/text.h"

#include <ctype.h>
#include <string.h>

enum { NOT_FOUND = 127 };

/* "&&", "2>&1", ">file", "$HOME", "~/bin". */
static bool is_for_a_shell(const char *word)
{
    static const char *const operators[] = { "&&", "||", "|", ";", "&" };
    const char *redirection = word + strspn(word, "12");

    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
        if (strcmp(word, operators[i]) == 0)
            return true;
    if (word[0] == '$')
        return word[1] == '{' || word[1] == '(' || isupper((unsigned char)word[1]);
    return *redirection == '>' || strcmp(word, "<") == 0 || text_starts(word, "~/");
}

static const char *word_for_a_shell(const struct program *p)
{
    for (size_t i = 0; i < p->cmd.count && !p->common->shell; i++)
        if (is_for_a_shell(p->cmd.word[i]))
            return p->cmd.word[i];
    return NULL;
}

static bool never_said_ready(const struct program *p, const struct process_exit *end)
{
    return p->ready != NULL && p->ready->kind == READY_NOTIFY && text_starts(end->reason, "not ready within ");
}

static bool is_left_alone(const struct program *p, const struct process_exit *end)
{
    return end->expected && !p->common->oneshot && p->common->autorestart == AUTORESTART_UNEXPECTED &&
           program_function(p, "autorestart") == NULL;
}

void hint_write(const struct program *p, const struct process_exit *end, struct buffer *out)
{
    const char *word = word_for_a_shell(p);

    if (end->stopped)
        return;
    if (word != NULL && !end->expected)
        buffer_addf(out, "'%.64s' in cmd is a plain word; with shell = true /bin/sh takes the command", word);
    else if (end->failed_start && end->code == 0 && !p->common->oneshot && !p->common->forks)
        buffer_add_text(out, "an end before it is RUNNING is a failed start; say oneshot = true of what does its work "
                             "and ends, forks = true of what goes into the background by itself");
    else if (never_said_ready(p, end))
        buffer_add_text(out, "ready = \"notify\" waits for READY=1 by sd_notify(3)");
    else if (text_starts(end->reason, "no heartbeat for "))
        buffer_add_text(out, "a heartbeat is WATCHDOG=1 by sd_notify(3), and worker:alive() of a worker");
    else if (end->code == NOT_FOUND)
        buffer_add_text(out, "a shell says by status 127 that it has not found a command");
    else if (is_left_alone(p, end))
        buffer_add_text(out, "an expected end is left alone; with autorestart = true it is started again");
}
