#include "shell_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATIENCE = 1000 /* milliseconds that a tabulator waits for names */ };

bool link_is_open(const struct link *l)
{
    return l->client.fd >= 0;
}

void link_close(struct link *l)
{
    if (link_is_open(l))
        close(l->client.fd);
    l->client.fd = -1;
    l->client.taken = 0;
    buffer_clear(&l->client.in);
}

/* ---- requests ---------------------------------------------------------------------------------- */

int link_ask(struct link *l, const struct words *words, bool data)
{
    int id = ++l->last_id;

    l->client.json = data;
    return client_send(&l->client, id, words) ? id : 0;
}

void link_cancel(struct link *l, int id)
{
    struct words cancel = { 0 };
    char number[16];

    snprintf(number, sizeof number, "%d", id);
    words_add(&cancel, "cancel");
    words_add(&cancel, number);
    link_ask(l, &cancel, false);
    words_free(&cancel);
}

/* ---- answers ----------------------------------------------------------------------------------- */

bool link_read(struct link *l)
{
    return client_fill(&l->client);
}

/* The text behind a line must be whole. */
static bool take_text(const json_t *root, const char *after, const char *end, struct frame *f)
{
    const json_t *text = json_object_get(root, "text");

    if (!json_is_integer(text))
        return true;
    f->text = after;
    f->text_length = (size_t)json_integer_value(text);
    return f->text_length <= (size_t)(end - after);
}

bool link_next(struct link *l, struct frame *f)
{
    struct client *c = &l->client;
    const char *start, *end, *newline;
    json_t *root;
    bool whole;

    if (c->taken == c->in.length)
        return false;
    start = c->in.data + c->taken;
    end = c->in.data + c->in.length;
    newline = memchr(start, '\n', (size_t)(end - start));
    if (newline == NULL)
        return false;
    *f = (struct frame){ .line = start, .length = (size_t)(newline - start) };
    root = json_loadb(f->line, f->length, 0, NULL);
    f->id = (int)json_integer_value(json_object_get(root, "id"));
    client_read_outcome(root, &f->outcome);
    whole = take_text(root, newline + 1, end, f);
    json_decref(root);
    if (whole)
        c->taken += f->length + 1 + f->text_length;
    return whole;
}

static json_t *take_data(const struct frame *f)
{
    json_t *root = json_loadb(f->line, f->length, 0, NULL);
    json_t *data = json_incref(json_object_get(root, "data"));

    json_decref(root);
    return data;
}

json_t *link_targets(struct link *l, void (*other)(const struct frame *f, void *arg), void *arg)
{
    struct words words = { 0 };
    struct frame f;
    int id;

    words_add(&words, "targets");
    id = link_ask(l, &words, true);
    words_free(&words);
    while (id != 0) {
        if (link_next(l, &f)) {
            if (f.id == id)
                return take_data(&f);
            other(&f, arg);
        } else if (!(terminal_wait(false, l->client.fd, PATIENCE) & WAKE_LINK) || !link_read(l)) {
            id = 0;
        }
    }
    return NULL;
}

/* ---- connecting -------------------------------------------------------------------------------- */

static bool lost(struct outcome *out)
{
    out->code = REPLY_FAILED;
    snprintf(out->message, sizeof out->message, "the connection was closed before all was answered");
    return false;
}

/* Whether we may speak, found out by a question that tells nothing. */
static bool knock(struct link *l, struct outcome *out)
{
    struct words version = { 0 };
    struct frame f = { 0 };
    int id;

    words_add(&version, "version");
    id = link_ask(l, &version, true);
    words_free(&version);
    while (id != 0 && f.id != id)
        if (!link_next(l, &f) && !link_read(l))
            id = 0;
    if (id == 0)
        return lost(out);
    *out = f.outcome;
    return true;
}

static bool log_in(struct link *l, struct outcome *out)
{
    if (!client_say_password(&l->client, out))
        return lost(out);
    if (out->code != REPLY_OK)
        return false;
    if (!knock(l, out))
        return false;
    if (out->code == REPLY_AUTH && !l->quiet && !client_ask_password(&l->client, out))
        return lost(out);
    return out->code == REPLY_OK;
}

int link_open(struct link *l, struct outcome *out)
{
    struct error e = { "" };

    *out = (struct outcome){ 0 };
    link_close(l);
    if (!client_connect(&l->client, &e)) {
        snprintf(out->message, sizeof out->message, "%s", e.text);
        link_close(l);
        return EXIT_NOBODY_THERE;
    }
    if (l->client.address.kind != ADDRESS_TCP || log_in(l, out))
        return 0;
    link_close(l);
    return reply_exit_status(out->code);
}
