/* A mail, over the connection to its server that curl has opened, made safe and logged in to (RFC 5321, 3.3). curl
 * could go on itself, but it waits for the verdict within one call, and the loop with it: a server that looks through a
 * mail may need minutes for it (4.5.3.2.6).
 *
 *               250               250 to each              354               250
 *     from_said ------> to_said ----------------> data_said ------> text_said ----> (kept)
 *
 * Any other reply, the end of the connection and the deadline end it, too: the mail was not taken. */
#include "curl_private.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { READ_SIZE = 4 << 10, LINE_MOST = 64 << 10 };

/* ---- what we say ---------------------------------------------------------------------------- */

static bool is_ascii(const char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text > 127)
            return false;
    return true;
}

/* RFC 6531: a server that does not know addresses in other letters refuses the word. */
static bool needs_utf8(const struct transfer *t)
{
    const struct curl_slist *to;

    for (to = t->lines; to != NULL; to = to->next)
        if (!is_ascii(to->data))
            return true;
    return !is_ascii(t->delivery.from);
}

static void say_from(struct transfer *t)
{
    t->delivery.step = FROM_SAID;
    buffer_addf(&t->delivery.out, "MAIL FROM:<%s>%s\r\n", t->delivery.from, needs_utf8(t) ? " SMTPUTF8" : "");
}

static void say_to(struct transfer *t, const struct curl_slist *recipient)
{
    t->delivery.step = TO_SAID;
    t->delivery.recipient = recipient;
    buffer_addf(&t->delivery.out, "RCPT TO:<%s>\r\n", recipient->data);
}

static void say_data(struct transfer *t)
{
    t->delivery.step = DATA_SAID;
    buffer_add_text(&t->delivery.out, "DATA\r\n");
}

/* A line that begins with a dot gets another one: alone, it would be the end (RFC 5321, 4.5.2). */
static void say_text(struct transfer *t)
{
    struct buffer *out = &t->delivery.out;
    const char *line = t->upload.data, *end = line + t->upload.length, *newline;

    t->delivery.step = TEXT_SAID;
    for (; line < end; line = newline + 1) {
        newline = memchr(line, '\n', (size_t)(end - line));
        if (*line == '.')
            buffer_add_char(out, '.');
        buffer_add(out, line, (size_t)(newline + 1 - line));
    }
    buffer_add_text(out, ".\r\n");
}

static CURLcode send_rest(struct transfer *t)
{
    struct delivery *d = &t->delivery;

    while (d->sent < d->out.length) {
        size_t n = 0;
        CURLcode code = curl_easy_send(t->easy, d->out.data + d->sent, d->out.length - d->sent, &n);

        if (code != CURLE_OK)
            return code;
        d->sent += n;
    }
    buffer_clear(&d->out);
    d->sent = 0;
    return CURLE_OK;
}

/* Nobody waits for the answer. */
static void say_goodbye(struct transfer *t)
{
    if (t->delivery.out.length > 0) /* in the middle of something */
        return;
    buffer_add_text(&t->delivery.out, "QUIT\r\n");
    send_rest(t);
}

/* ---- what the server says -------------------------------------------------------------------- */

/* All that is there: CURLE_AGAIN. */
static CURLcode receive(struct transfer *t)
{
    char data[READ_SIZE];
    CURLcode code = CURLE_OK;
    size_t n = 0;

    while (t->delivery.in.length < LINE_MOST) {
        code = curl_easy_recv(t->easy, data, sizeof data, &n);
        if (code != CURLE_OK)
            return code;
        if (n == 0)
            return CURLE_GOT_NOTHING;
        buffer_add(&t->delivery.in, data, n);
    }
    return CURLE_AGAIN;
}

static int reply_number(const char *line, size_t length)
{
    for (size_t i = 0; i < 3; i++)
        if (i >= length || !isdigit((unsigned char)line[i]))
            return 0;
    return (line[0] - '0') * 100 + (line[1] - '0') * 10 + line[2] - '0';
}

/* The number of the next reply that is whole; its last line is kept. False: there is none. */
static bool take_reply(struct transfer *t, int *number)
{
    struct buffer *in = &t->delivery.in;
    const char *newline;
    bool last = false;

    while (!last && in->length > 0 && (newline = memchr(in->data, '\n', in->length)) != NULL) {
        size_t length = (size_t)(newline - in->data);

        last = length < 4 || in->data[3] != '-';
        *number = reply_number(in->data, length);
        mail_keep_line(t, in->data, length);
        buffer_drop(in, length + 1);
    }
    return last;
}

static void refuse(struct transfer *t)
{
    if (mail_was_refused(t))
        reason_fail(t, "%s refused the mail: %s", t->peer, t->answer.line.data);
    else
        reason_fail(t, "%s does not answer as a mail server does: %s", t->peer,
                    t->answer.line.length > 0 ? t->answer.line.data : "");
    say_goodbye(t);
}

/* False: it is over. */
static bool heed(struct transfer *t, int number)
{
    const struct delivery *d = &t->delivery;

    if (number / 100 != (d->step == DATA_SAID ? 3 : 2) || d->out.length > 0) {
        refuse(t);
        return false;
    }
    switch (d->step) {
    case FROM_SAID:
        say_to(t, t->lines);
        break;
    case TO_SAID:
        if (d->recipient->next != NULL)
            say_to(t, d->recipient->next);
        else
            say_data(t);
        break;
    case DATA_SAID:
        say_text(t);
        break;
    case TEXT_SAID:
        say_goodbye(t);
        return false;
    }
    return true;
}

/* False: it is over. */
static bool go_on(struct transfer *t)
{
    CURLcode code = receive(t);
    int number;

    while (take_reply(t, &number))
        if (!heed(t, number))
            return false;
    if (code == CURLE_AGAIN)
        code = t->delivery.in.length < LINE_MOST ? send_rest(t) : CURLE_WEIRD_SERVER_REPLY;
    if (code != CURLE_AGAIN)
        reason_of_code(t, code);
    return code == CURLE_OK || code == CURLE_AGAIN;
}

/* ---- on the loop ----------------------------------------------------------------------------- */

static void on_ready(int fd, int what, void *arg);

static void watch_socket(struct transfer *t)
{
    struct delivery *d = &t->delivery;

    watch_stop(&d->watch);
    d->watch = watch_start(engine_loop(t), t->socket, WATCH_READ | (d->out.length > 0 ? WATCH_WRITE : 0), on_ready, t);
}

static void on_ready(int fd, int what, void *arg)
{
    struct transfer *t = arg;

    (void)fd;
    (void)what;
    if (go_on(t))
        watch_socket(t);
    else
        engine_end(t);
}

void delivery_begin(struct transfer *t)
{
    curl_socket_t fd = CURL_SOCKET_BAD;

    curl_easy_getinfo(t->easy, CURLINFO_ACTIVESOCKET, &fd);
    t->socket = fd;
    buffer_clear(&t->answer.line);
    say_from(t);
    if (fd == CURL_SOCKET_BAD || !go_on(t))
        engine_end(t);
    else
        watch_socket(t);
}

void delivery_stop(struct transfer *t)
{
    watch_stop(&t->delivery.watch);
}

void delivery_free(struct delivery *d)
{
    watch_stop(&d->watch);
    buffer_free(&d->in);
    buffer_free(&d->out);
    free(d->from);
}
