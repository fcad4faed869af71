#include "core/command.h"

#include "base/log.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "command_private.h"
#include "core/habit.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { LOGGED_MOST = 200, VERBS_MOST = 128, BUNDLE_MOST = 8 };

static bool unknown_verb(const char *verb, struct error *e)
{
    const char *names[VERBS_MOST + 1] = { NULL };
    const char *meant = habit_verb(verb);

    for (size_t i = 0; i < VERBS_MOST && command_at(i) != NULL; i++)
        names[i] = command_at(i)->verb;
    if (meant == NULL)
        meant = text_nearest(verb, names);
    if (meant != NULL)
        return failure(e, "there is no command '%.64s': did you mean '%s'?", verb, meant);
    return failure(e, "there is no command '%.64s': \"help\" lists the commands", verb);
}

static bool wrong_use(const struct command *c, struct error *e, const char *what, const char *word)
{
    return failure(e, "%s: %s%s%.64s%s; usage: %s%s%s", c->verb, what, *word != '\0' ? " '" : "", word,
                   *word != '\0' ? "'" : "", c->verb, *c->arguments != '\0' ? " " : "", c->arguments);
}

static bool too_much(const struct command *c, struct error *e, const char *word)
{
    const char *instead = habit_for_program(c->verb);

    return failure(e, "%s: this is too much: '%.64s'; usage: %s%s%s%s%s", c->verb, word, c->verb,
                   *c->arguments != '\0' ? " " : "", c->arguments, instead != NULL ? "; for a program it is " : "",
                   instead != NULL ? instead : "");
}

/* The words, sorted into arguments and flags. Everything is borrowed but the lists and what is in `joined`. */
struct sorted {
    const char **args;
    struct flag *flags;
    char **joined; /* names of flags that came with their value, "-n5", or with each other, "-fn" */
    size_t arg_count, flag_count, joined_count;
};

static void sorted_free(struct sorted *s)
{
    free(s->args);
    free(s->flags);
    for (size_t i = 0; i < s->joined_count; i++)
        free(s->joined[i]);
    free(s->joined);
}

/* How the row spells a flag: '=' or '?' behind its name, or ' '. 0: it does not know it. */
static char flag_kind(const struct command *c, const char *name, size_t length)
{
    for (const char *p = c->flags; *p != '\0'; p += strspn(p, " ")) {
        size_t whole = strcspn(p, " "), bare = strcspn(p, " =?");

        if (bare == length && strncmp(p, name, length) == 0)
            return bare < whole ? p[bare] : ' ';
        p += whole;
    }
    return 0;
}

/* "-5" is a number, and "-" a name. */
static bool is_flag(const char *word)
{
    return word[0] == '-' && word[1] != '\0' && !isdigit((unsigned char)word[1]);
}

/* "-20", as tail(1) and supervisorctl take it, is "-n 20" where there is that. */
static bool is_bare_count(const struct command *c, const char *word)
{
    return word[0] == '-' && text_is_digits(word + 1) && flag_kind(c, "-n", 2) == '=';
}

/* The name's length in "-n", "-n5", "--name" and "--name=5"; `*value` is what is joined to it. */
static size_t split_flag(const char *word, const char **value)
{
    size_t length = word[1] == '-' ? strcspn(word, "=") : 2;

    *value = word[length] == '\0' ? NULL : word + length + (word[1] == '-');
    return length;
}

static char *keep_word(struct sorted *s, char *word)
{
    s->joined = xrealloc(s->joined, (s->joined_count + 1) * sizeof *s->joined);
    s->joined[s->joined_count++] = word;
    return word;
}

static void add_flag(struct sorted *s, const char *name, const char *value)
{
    s->flags = xrealloc(s->flags, (s->flag_count + 1) * sizeof *s->flags);
    s->flags[s->flag_count++] = (struct flag){ .name = name, .value = value };
}

/* Take one flag, with its value from the next word where it has one; "-fn" is "-f" and "-n". Returns how many words; 0
 * is a failure. */
static size_t take_flag(const struct command *c, char *const *word, struct sorted *out, struct error *e)
{
    const char *value;
    size_t length = split_flag(word[0], &value), taken = 1;
    char kind = flag_kind(c, word[0], length);

    if (kind == 0)
        return wrong_use(c, e, "there is no flag", word[0]);
    if (kind == ' ' && value != NULL && word[0][1] != '-' && strlen(value) < BUNDLE_MOST) {
        char *const rest[] = { keep_word(out, xasprintf("-%s", value)), word[1] };

        add_flag(out, keep_word(out, xstrndup(word[0], length)), NULL);
        return take_flag(c, rest, out, e);
    }
    if (kind == ' ' && value != NULL)
        return wrong_use(c, e, "a value does not belong to", word[0]);
    if (value == NULL && word[1] != NULL && (kind == '=' || (kind == '?' && text_is_digits(word[1])))) {
        value = word[1];
        taken = 2;
    }
    if (kind == '=' && value == NULL)
        return wrong_use(c, e, "a value is missing after", word[0]);
    add_flag(out, word[0][length] != '\0' ? keep_word(out, xstrndup(word[0], length)) : word[0], value);
    return taken;
}

static bool sort_words(const struct command *c, const struct words *words, struct sorted *out, struct error *e)
{
    bool flags = true;

    *out = (struct sorted){ .args = xcalloc(words->count, sizeof *out->args) };
    for (size_t i = 1; i < words->count;) {
        size_t taken = 1;

        if (flags && strcmp(words->word[i], "--") == 0)
            flags = false;
        else if (flags && is_flag(words->word[i]))
            taken = take_flag(c, &words->word[i], out, e);
        else if (flags && is_bare_count(c, words->word[i]))
            add_flag(out, "-n", words->word[i] + 1);
        else
            out->args[out->arg_count++] = words->word[i];
        if (taken == 0)
            return false;
        i += taken;
    }
    if (out->arg_count < (size_t)c->least)
        return wrong_use(c, e, "something is missing", "");
    if (c->most >= 0 && out->arg_count > (size_t)c->most)
        return too_much(c, e, out->args[c->most]);
    return true;
}

const struct command *command_look_up(const char *verb, struct error *e)
{
    const struct command *c = command_find(verb);

    if (c == NULL)
        unknown_verb(verb, e);
    return c;
}

bool command_check(const struct words *words, struct error *e)
{
    const struct command *c = command_look_up(words->word[0], e);
    struct sorted sorted = { 0 };
    bool good = c != NULL && sort_words(c, words, &sorted, e);

    sorted_free(&sorted);
    return good;
}

/* Who only looks is told to whoever debugs: a script may ask each second, and the log tells who changed what. */
static void log_command(const struct words *words, const char *caller, bool changes)
{
    int level = changes ? LOG_NOTICE : LOG_DEBUG;
    struct buffer line = { 0 };

    if (!log_wants(level))
        return;
    for (size_t i = 0; i < words->count && line.length < LOGGED_MOST; i++)
        buffer_addf(&line, "%s%s", i > 0 ? " " : "", words->word[i]);
    log_at(level, "command '%.*s' from %s", LOGGED_MOST, line.data, caller);
    buffer_free(&line);
}

static struct request request_of(struct supervisor *s, const char *caller, const struct command *c,
                                 const struct sorted *sorted)
{
    return (struct request){ .supervisor = s,
                             .caller = caller,
                             .verb = c->verb,
                             .args = sorted->args,
                             .arg_count = sorted->arg_count,
                             .flags = sorted->flags,
                             .flag_count = sorted->flag_count };
}

void command_run(struct supervisor *s, const char *caller, const struct words *words, struct reply *r)
{
    struct sorted sorted = { 0 };
    struct request q;
    struct error e;
    const struct command *c = command_look_up(words->word[0], &e);

    if (c == NULL || !sort_words(c, words, &sorted, &e)) {
        reply_fail(r, REPLY_USAGE, "%s", e.text);
        reply_end(r);
    } else if (c->run == NULL) {
        reply_fail(r, REPLY_USAGE, "%s: only for a connection to the control port", c->verb);
        reply_end(r);
    } else {
        log_command(words, caller, c->changes);
        q = request_of(s, caller, c, &sorted);
        c->run(&q, r);
    }
    sorted_free(&sorted);
}

void command_resume(struct supervisor *s, const char *caller, const struct words *words, const char *work,
                    size_t length, const char *why, struct reply *r)
{
    const struct command *c = words->count > 0 ? command_find(words->word[0]) : NULL;
    const struct resumption *resumption = c != NULL ? command_resumption(c->verb) : NULL;
    struct sorted sorted = { 0 };
    struct request q;

    if (resumption == NULL || !sort_words(c, words, &sorted, NULL)) {
        reply_fail(r, REPLY_FAILED, "reeve began anew meanwhile, after %s: what was begun goes on", why);
        reply_end(r);
    } else {
        q = request_of(s, caller, c, &sorted);
        q.resumed = why;
        q.work = work;
        q.work_length = length;
        resumption->resume(&q, r);
    }
    sorted_free(&sorted);
}

static const struct flag *find_flag(const struct request *q, const char *flag)
{
    for (size_t i = 0; i < q->flag_count; i++)
        if (strcmp(q->flags[i].name, flag) == 0)
            return &q->flags[i];
    return NULL;
}

bool request_has_flag(const struct request *q, const char *flag)
{
    return find_flag(q, flag) != NULL;
}

static const char *flag_value(const struct request *q, const char *flag)
{
    const struct flag *f = find_flag(q, flag);

    return f != NULL ? f->value : NULL;
}

bool request_number(const struct request *q, const char *flag, size_t fallback, size_t *out, struct reply *r)
{
    const char *value = flag_value(q, flag);

    *out = fallback;
    if (value == NULL)
        return true;
    if (!text_is_digits(value) || strlen(value) > 9) {
        reply_fail(r, REPLY_USAGE, "%s: %s takes a number, not '%.64s'", q->verb, flag, value);
        return false;
    }
    *out = strtoul(value, NULL, 10);
    return true;
}
