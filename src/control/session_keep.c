/* Clients from life to life: what they have asked and not been answered, what they were told and have not read. */
#include "base/log.h"
#include "base/xalloc.h"
#include "core/command.h"
#include "os/former.h"
#include "os/resume.h"
#include "os/snapshot.h"
#include "server_private.h"

#include <stdlib.h>
#include <string.h>

static const char *const dialects[] = { [DIALECT_TEXT] = "text", [DIALECT_JSON] = "json", [DIALECT_CLIENT] = "client" };

/* ---- to the next life -------------------------------------------------------------------------- */

static void pack_reply(const struct reply *r, struct buffer *out)
{
    struct buffer work = { 0 };

    pack_bytes(out, "text", r->text.data, r->text.length);
    pack_bytes(out, "data", r->data.data, r->data.length);
    pack_bytes(out, "results", r->results.data, r->results.length);
    if (r->code != REPLY_OK)
        pack_text(out, "code", reply_code_name(r->code));
    pack_text(out, "message", r->message);
    pack_number(out, "told", r->told);
    pack_number(out, "streaming", r->streaming);
    if (r->pack != NULL) {
        r->pack(r->work, &work);
        pack_inner(out, "work", &work);
    }
    buffer_free(&work);
}

static void pack_answer(const struct answer *a, struct buffer *out)
{
    pack_text(out, "dialect", dialects[a->dialect]);
    pack_text(out, "id", a->id);
    pack_number(out, "holding", a == a->session->holding);
    pack_words(out, "word", &a->words);
    pack_reply(a->reply, out);
}

static void pack_telnet(const struct telnet *t, struct buffer *out)
{
    pack_number(out, "telnet state", t->state);
    pack_number(out, "telnet verb", t->verb);
    pack_number(out, "telnet return", t->after_return);
}

static void pack_session(const struct session *s, struct buffer *out)
{
    const struct answer *a;
    struct buffer one = { 0 };
    size_t length;
    const char *unsent = connection_unsent(s->connection, &length);

    pack_number(out, "fd", connection_fd(s->connection));
    pack_number(out, "hears", s->hears_name);
    pack_number(out, "tcp", s->tcp);
    pack_number(out, "authorized", s->authorized);
    pack_number(out, "in line", s->in_line);
    pack_number(out, "ended", s->ended);
    pack_number(out, "leaving", s->leaving);
    pack_number(out, "failures", s->failures);
    pack_telnet(&s->telnet, out);
    pack_bytes(out, "in", s->in.length > s->taken ? s->in.data + s->taken : NULL, s->in.length - s->taken);
    pack_bytes(out, "unsent", unsent, length);
    TAILQ_FOREACH(a, &s->answers, link)
    {
        pack_answer(a, &one);
        pack_inner(out, "answer", &one);
    }
    buffer_free(&one);
}

static void reserve_hears(struct session *s, struct snapshot *snapshot)
{
    if (s->hears_name == 0)
        s->hears_name = snapshot_name(snapshot);
    s->hears = snapshot_reserve(snapshot, s->hears_name, &s->hears_entry, "hears", 1);
}

void session_hears(struct session *s)
{
    if (s->hears != NULL)
        *s->hears = 1;
}

void session_write(struct session *s)
{
    static struct buffer out; /* kept: each command writes */
    struct snapshot *snapshot = supervisor_snapshot(s->server->supervisor);

    s->touched = false;
    if (snapshot == NULL || s->doomed || s->connection == NULL)
        return;
    if (s->hears == NULL)
        reserve_hears(s, snapshot);
    buffer_clear(&out);
    pack_session(s, &out);
    snapshot_put(snapshot, &s->entry, "client", &out);
    if (s->hears != NULL)
        *s->hears = !snapshot_is_whole(snapshot);
    if (out.capacity > LINE_LONGEST)
        buffer_free(&out);
}

void session_touch(struct session *s)
{
    s->touched = true;
    s->server->sessions_touched = true;
}

void session_unwrite(struct session *s)
{
    struct snapshot *snapshot = supervisor_snapshot(s->server->supervisor);

    snapshot_drop(snapshot, &s->entry);
    snapshot_drop(snapshot, &s->hears_entry);
    s->hears = NULL;
}

void sessions_write_touched(struct server *server, bool all)
{
    struct session *s;

    server->sessions_touched = false;
    TAILQ_FOREACH(s, &server->sessions, link)
    {
        if (s->touched || all)
            session_write(s);
    }
}

/* ---- from the former life ----------------------------------------------------------------------- */

static enum dialect unpack_dialect(struct unpack *u)
{
    char *name = unpack_text(u, "dialect");
    enum dialect dialect = DIALECT_TEXT;

    for (size_t i = 0; name != NULL && i < sizeof dialects / sizeof *dialects; i++)
        if (strcmp(name, dialects[i]) == 0)
            dialect = (enum dialect)i;
    free(name);
    return dialect;
}

static void unpack_buffer(struct unpack *u, const char *name, struct buffer *b)
{
    size_t length;
    const char *data = unpack_bytes(u, name, &length);

    if (length > 0)
        buffer_add(b, data, length);
}

static void unpack_reply(struct unpack *u, struct reply *r)
{
    char *code = unpack_text(u, "code"), *message = unpack_text(u, "message");
    enum reply_code failed;

    unpack_buffer(u, "text", &r->text);
    unpack_buffer(u, "data", &r->data);
    unpack_buffer(u, "results", &r->results);
    if (code != NULL && reply_code_parse(code, &failed) && failed != REPLY_OK)
        reply_fail(r, failed, "%s", message != NULL ? message : "");
    r->told = unpack_number(u, "told") != 0;
    r->streaming = unpack_number(u, "streaming") != 0;
    free(code);
    free(message);
}

static void resume_answer(struct session *s, struct unpack *u, const char *why)
{
    struct answer *a = answer_new(s, unpack_dialect(u), unpack_text(u, "id"));
    bool holding = unpack_number(u, "holding") != 0;
    struct words words = { 0 };
    const char *work;
    size_t length;

    if (holding)
        s->holding = a;
    unpack_words(u, "word", &words);
    unpack_reply(u, a->reply);
    words_copy(&a->words, &words);
    work = unpack_bytes(u, "work", &length);
    command_resume(s->server->supervisor, s->caller, &words, work, length, why, a->reply);
    words_free(&words);
}

struct passage {
    struct server *server;
    const struct former *former;
    const char *why;
};

/* Whether what it said last is gone with the former life. */
static bool was_unheard(const struct former *former, struct unpack *u)
{
    size_t length;
    const char *hears = former_find(former, (unsigned)unpack_number(u, "hears"), &length);

    return hears != NULL && length == 1 && *hears != 0;
}

static void resume_answers(struct session *s, struct unpack *u, const char *why)
{
    struct unpack one;

    unpack_rewind(u);
    while (unpack_inner(u, "answer", &one))
        resume_answer(s, &one, why);
}

static void unpack_state(struct session *s, struct unpack *u)
{
    const char *unsent;
    size_t length;

    s->in_line = unpack_number(u, "in line") != 0;
    s->ended = unpack_number(u, "ended") != 0;
    if (unpack_number(u, "leaving") != 0)
        session_leave(s);
    s->failures = (int)unpack_number(u, "failures");
    s->telnet.state = (unsigned char)unpack_number(u, "telnet state");
    s->telnet.verb = (unsigned char)unpack_number(u, "telnet verb");
    s->telnet.after_return = unpack_number(u, "telnet return") != 0;
    unpack_buffer(u, "in", &s->in);
    unsent = unpack_bytes(u, "unsent", &length);
    if (length > 0)
        connection_write(s->connection, unsent, length);
}

static void resume_client(const char *data, size_t length, void *arg)
{
    const struct passage *passage = arg;
    struct session *s;
    struct unpack u;
    int fd;
    bool tcp;

    if (!unpack_begin(&u, data, length) || (fd = resume_claim(unpack_number(&u, "fd"))) < 0)
        return;
    tcp = unpack_number(&u, "tcp") != 0;
    s = session_adopt(passage->server, fd, tcp, unpack_number(&u, "authorized") != 0);
    unpack_state(s, &u);
    if (was_unheard(passage->former, &u)) {
        log_notice("control: %s is hung up on: the former life did not note what it said", s->caller);
        session_leave(s);
    }
    s->working = true; /* answers that come at once go on with nothing */
    resume_answers(s, &u, passage->why);
    s->working = false;
    session_wake(s);
}

void server_resume_clients(struct server *server, const struct former *former, const char *why)
{
    struct passage passage = { server, former, why };

    former_each(former, "client", resume_client, &passage);
}
