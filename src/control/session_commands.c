/* What a client says: lines, and the commands in them. In text commands are done one after another: one that answers
 * later holds back those behind it, and the next line ends a stream. In JSON a request with an id holds nobody back:
 * its answer has it, too. */
#include "core/command.h"
#include "os/clock.h"
#include "server_private.h"

#include <ctype.h>
#include <string.h>

/* ---- commands ---------------------------------------------------------------------------------- */

static void refuse(struct answer *a, enum reply_code code, const char *message)
{
    reply_fail(a->reply, code, "%s", message);
    reply_end(a->reply);
}

static bool is_named(const struct answer *a, const struct words *words)
{
    for (size_t i = 1; i < words->count; i++)
        if (a->id != NULL && line_is_id(a->id, words->word[i]))
            return true;
    return false;
}

/* {"verb":"cancel","args":[1]}, which is itself answered if it has an id. */
static void cancel(struct session *s, const struct words *words, struct answer *asked)
{
    struct answer *a, *next;

    if (words->count < 2) {
        refuse(asked, REPLY_USAGE, "cancel: something is missing; args are the ids of what is to end");
        return;
    }
    for (a = TAILQ_FIRST(&s->answers); a != NULL; a = next) {
        next = TAILQ_NEXT(a, link);
        if (a != asked && is_named(a, words))
            answer_cancel(a);
    }
    if (asked->id != NULL)
        reply_end(asked->reply);
    else
        answer_drop(asked);
}

static bool is_open_to_all(const char *verb)
{
    return strcmp(verb, "help") == 0 || strcmp(verb, "quit") == 0 || strcmp(verb, "auth") == 0;
}

static size_t count_streams(const struct session *s)
{
    const struct answer *a;
    size_t count = 0;

    TAILQ_FOREACH(a, &s->answers, link)
    {
        count += a->reply->streaming;
    }
    return count;
}

/* The verbs that are about the connection itself. False: it is none of them. */
static bool run_own(struct session *s, const struct words *words, struct answer *a)
{
    const char *verb = words->word[0];

    if (strcmp(verb, "quit") == 0 && words->count == 1) {
        session_leave(s);
        reply_end(a->reply);
    } else if (strcmp(verb, "auth") == 0 && words->count == 2) {
        session_authorize(s, words->word[1], a->reply);
    } else if (strcmp(verb, "cancel") == 0 && a->dialect != DIALECT_TEXT) {
        cancel(s, words, a);
    } else {
        return false;
    }
    return true;
}

/* Should this life end while the command runs, the next one must know that the client waits for its answer. */
static void note_command(struct session *s, struct answer *a, const struct words *words)
{
    if (supervisor_snapshot(s->server->supervisor) == NULL || strcmp(words->word[0], "auth") == 0)
        return;
    words_copy(&a->words, words);
    session_write(s);
}

/* Whether others may be answered before this one. A stream without an id was begun in order, which is all one needs. */
static bool may_go_beside(const struct answer *a)
{
    if (a->dialect == DIALECT_TEXT)
        return false;
    return a->reply->streaming || (a->id != NULL && a->session->answer_count < PENDING_MOST);
}

static void run(struct session *s, const struct words *words, struct answer *a)
{
    s->holding = a;
    note_command(s, a, words);
    if (!s->authorized && !is_open_to_all(words->word[0]))
        refuse(a, REPLY_AUTH, "say the password first: auth PASSWORD");
    else if (run_own(s, words, a))
        ; /* such as the cancel that makes room */
    else if (count_streams(s) >= STREAMS_MOST)
        refuse(a, REPLY_FAILED, "too many streams on one connection: cancel some first");
    else
        command_run(s->server->supervisor, s->caller, words, a->reply);
    if (s->holding == a && s->penalty == NULL && may_go_beside(a))
        s->holding = NULL;
}

static void do_text(struct session *s, const char *command, size_t length)
{
    struct words words = { 0 };
    struct error e;

    if (!line_words(command, length, &words, &e))
        refuse(answer_new(s, DIALECT_TEXT, NULL), REPLY_USAGE, e.text);
    else if (words.count > 0)
        run(s, &words, answer_new(s, DIALECT_TEXT, NULL));
    words_free(&words);
}

static void do_json(struct session *s, const char *line, size_t length)
{
    struct line_request request;
    struct answer *a;
    struct error e;
    bool good = line_parse_json(line, length, &request, &e);

    a = answer_new(s, request.text ? DIALECT_CLIENT : DIALECT_JSON, request.id);
    request.id = NULL;
    if (good)
        run(s, &request.words, a);
    else
        refuse(a, REPLY_USAGE, e.text);
    line_request_free(&request);
}

/* ---- lines ------------------------------------------------------------------------------------- */

static const char *skip_blanks(const char *p, const char *end)
{
    while (p < end && (isblank((unsigned char)*p) || *p == '\r'))
        p++;
    return p;
}

/* The rest of the input; its first line must be whole: returns its newline, or NULL. */
static const char *find_newline(const struct session *s, const char **start)
{
    size_t length = s->in.length - s->taken;

    *start = length > 0 ? s->in.data + s->taken : NULL;
    return length > 0 ? memchr(*start, '\n', length) : NULL;
}

/* Nothing more is heard of who says this. */
static void turn_away(struct session *s, const char *line, enum reply_code code, const char *why)
{
    session_leave(s);
    refuse(answer_new(s, *line == '{' ? DIALECT_JSON : DIALECT_TEXT, NULL), code, why);
}

/* Do the first command of the input. False: there is no whole line. */
static bool do_next(struct session *s)
{
    const char *start, *newline = find_newline(s, &start), *command, *end;

    if (newline == NULL ? s->in.length - s->taken > LINE_LONGEST : newline - start > LINE_LONGEST) {
        turn_away(s, start, REPLY_TOO_LONG, "a line has at most 64 KB");
        return true;
    }
    if (newline == NULL)
        return false;
    if (!s->in_line && line_is_http(start, newline)) {
        turn_away(s, start, REPLY_USAGE,
                  "this is no web server but reeve's control port, and what follows is not done");
        return true;
    }
    command = skip_blanks(start, newline);
    end = !s->in_line && *command == '{' ? newline : line_command_end(command, newline);
    s->taken += (size_t)(end - start) + 1;
    if (!s->in_line && *command == '{')
        do_json(s, command, (size_t)(end - command));
    else
        do_text(s, command, (size_t)(end - command));
    s->in_line = end < newline;
    return true;
}

static bool is_text_stream(const struct answer *a)
{
    return a->dialect == DIALECT_TEXT && a->reply->streaming;
}

/* While a JSON request without an id, or one of too many, holds the others back, a cancel that comes next must still
 * get through. */
static bool take_cancel(struct session *s)
{
    const char *start, *newline = find_newline(s, &start);
    struct line_request request;
    bool good;

    if (newline == NULL || *start != '{' || newline - start > LINE_LONGEST)
        return false;
    good = line_parse_json(start, (size_t)(newline - start), &request, NULL) &&
           strcmp(request.words.word[0], "cancel") == 0;
    if (good) {
        s->taken += (size_t)(newline - start) + 1;
        cancel(s, &request.words, answer_new(s, DIALECT_JSON, request.id));
        request.id = NULL;
    }
    line_request_free(&request);
    return good;
}

/* Whether the command that runs makes room for the next. */
static bool give_way(struct session *s)
{
    const char *start;

    if (s->holding == NULL)
        return true;
    if (s->holding->dialect != DIALECT_TEXT)
        return take_cancel(s);
    if (!is_text_stream(s->holding) || find_newline(s, &start) == NULL)
        return false;
    answer_cancel(s->holding);
    return true;
}

static void forget_taken(struct session *s)
{
    if (s->taken == s->in.length)
        buffer_clear(&s->in);
    else if (s->taken > 0)
        buffer_drop(&s->in, s->taken);
    s->taken = 0;
    if (s->in.length == 0 && s->in.capacity > LINE_LONGEST)
        buffer_free(&s->in);
}

/* Returns whether the time was too short for all of it. */
static bool work_for_a_while(struct session *s)
{
    msec until = clock_now() + SLICE;

    while (!s->doomed && !s->leaving && s->penalty == NULL && give_way(s)) {
        if (s->holding == NULL && !do_next(s))
            return false;
        if (clock_now() > until)
            return true;
    }
    return false;
}

void session_work(struct session *s)
{
    bool more;

    s->working = true;
    more = work_for_a_while(s);
    s->working = false;
    forget_taken(s);
    session_touch(s);
    if (s->doomed)
        return;
    if (more)
        session_wake(s);
    else if (s->in.length > HELD_MOST)
        session_doom(s, "too many commands at once");
    else if ((s->leaving || s->ended) && TAILQ_EMPTY(&s->answers))
        session_finish(s);
}
