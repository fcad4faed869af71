/* RFC 5322 with plain text as its body; what is not ASCII goes by RFC 2047 in headers and as
 * quoted-printable in the body, which every server passes on. */
#include "base/mail.h"

#include "base/utf8.h"
#include "mailbox_private.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    HEADER_WIDTH = 76,
    WORD_WIDTH = 50,  /* of the encoded part, so that "Subject: " fits before the first */
    BODY_WIDTH = 75,  /* and a "=" where a line is broken */
    PLAIN_WIDTH = 990 /* 998 is what servers must take */
};

static const char atom_characters[] =
    "!#$%&'*+-/=?^_`{|}~ 0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

static bool is_ascii(const char *text)
{
    for (; *text != '\0'; text++)
        if (!isprint((unsigned char)*text))
            return false;
    return true;
}

static bool has_control(const char *text)
{
    for (; *text != '\0'; text++)
        if (iscntrl((unsigned char)*text))
            return true;
    return false;
}

/* The character at `p`, or its replacement; returns how many bytes it took. */
static size_t next_character(const char *p, size_t left, const char **character, size_t *length)
{
    *length = utf8_character(p, left);
    *character = p;
    if (*length > 0)
        return *length;
    *character = UTF8_REPLACEMENT;
    *length = strlen(UTF8_REPLACEMENT);
    return 1;
}

static void add_hex(struct buffer *out, const char *bytes, size_t length)
{
    size_t i;

    for (i = 0; i < length; i++)
        buffer_addf(out, "=%02X", (unsigned char)bytes[i]);
}

/* ---- headers ------------------------------------------------------------------------------- */

static size_t encoded_width(const char *c, size_t length)
{
    return length == 1 && (isalnum((unsigned char)*c) || *c == ' ') ? 1 : 3 * length;
}

static void add_encoded(struct buffer *out, const char *c, size_t length)
{
    if (encoded_width(c, length) == 1)
        buffer_add_char(out, *c == ' ' ? '_' : *c);
    else
        add_hex(out, c, length);
}

/* "=?UTF-8?Q?…?=" as often as it takes; no character is halved. */
static void add_encoded_words(struct buffer *out, const char *text)
{
    const char *end = text + strlen(text);
    size_t width = 0;
    const char *c;
    size_t length;

    buffer_add_text(out, "=?UTF-8?Q?");
    while (text < end) {
        text += next_character(text, (size_t)(end - text), &c, &length);
        if (width + encoded_width(c, length) > WORD_WIDTH) {
            buffer_add_text(out, "?=\r\n =?UTF-8?Q?");
            width = 0;
        }
        add_encoded(out, c, length);
        width += encoded_width(c, length);
    }
    buffer_add_text(out, "?=");
}

static bool has_long_word(const char *text)
{
    while (*text != '\0') {
        size_t length = strcspn(text, " ");

        if (length > WORD_WIDTH)
            return true;
        text += length + (text[length] == ' ');
    }
    return false;
}

/* Broken before a space where a line gets too long; the space begins the next one. */
static void add_folded(struct buffer *out, const char *text, size_t column)
{
    while (*text != '\0') {
        size_t length = 1 + strcspn(text + 1, " ");

        /* A line of nothing but spaces would end the headers for some. */
        if (column + length > HEADER_WIDTH && *text == ' ' && length > 1) {
            buffer_add_text(out, "\r\n");
            column = 0;
        }
        buffer_add(out, text, length);
        column += length;
        text += length;
    }
}

static bool add_subject(struct buffer *out, const char *subject, struct error *e)
{
    if (has_control(subject))
        return failure(e, "the subject of a mail has a line break or another control character in it");
    buffer_add_text(out, "Subject: ");
    if (is_ascii(subject) && strstr(subject, "=?") == NULL && !has_long_word(subject))
        add_folded(out, subject, strlen("Subject: "));
    else
        add_encoded_words(out, subject);
    buffer_add_text(out, "\r\n");
    return true;
}

static void add_quoted(struct buffer *out, const char *text)
{
    buffer_add_char(out, '"');
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\')
            buffer_add_char(out, '\\');
        buffer_add_char(out, *text);
    }
    buffer_add_char(out, '"');
}

static void add_mailbox(struct buffer *out, const struct mailbox *m)
{
    if (m->name == NULL) {
        buffer_add_text(out, m->address);
        return;
    }
    if (!is_ascii(m->name) || strstr(m->name, "=?") != NULL || strlen(m->name) > WORD_WIDTH)
        add_encoded_words(out, m->name);
    else if (m->name[strspn(m->name, atom_characters)] == '\0')
        buffer_add_text(out, m->name);
    else
        add_quoted(out, m->name);
    buffer_addf(out, " <%s>", m->address);
}

/* One on each line: a line never gets too long. */
static bool add_mailboxes(struct buffer *out, const char *text, size_t *count, struct error *e)
{
    enum mailbox_found found;
    struct mailbox m;

    while ((found = mailbox_next(&m, &text, e)) == MAILBOX_ONE) {
        if ((*count)++ > 0)
            buffer_add_text(out, ",\r\n ");
        add_mailbox(out, &m);
        mailbox_free(&m);
    }
    return found == MAILBOX_NONE;
}

static bool add_from(struct buffer *out, const char *from, struct error *e)
{
    size_t count = 0;

    buffer_add_text(out, "From: ");
    if (!add_mailboxes(out, from, &count, e))
        return failure_in(e, "the sender of a mail");
    if (count != 1)
        return failure(e, "a mail has one sender, not %zu", count);
    buffer_add_text(out, "\r\n");
    return true;
}

static bool add_to(struct buffer *out, const char *const *to, struct error *e)
{
    size_t count = 0;

    buffer_add_text(out, "To: ");
    for (; to != NULL && *to != NULL; to++)
        if (!add_mailboxes(out, *to, &count, e))
            return failure_in(e, "a recipient of a mail");
    if (count == 0)
        return failure(e, "a mail needs a recipient");
    buffer_add_text(out, "\r\n");
    return true;
}

/* In English, whatever the locale is. */
static void add_date(struct buffer *out, msec at)
{
    static const char days[][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
    static const char months[][4] = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
    };
    time_t seconds = (time_t)(at / 1000);
    struct tm t;

    gmtime_r(&seconds, &t);
    buffer_addf(out, "Date: %s, %d %s %d %02d:%02d:%02d +0000\r\n", days[t.tm_wday], t.tm_mday, months[t.tm_mon],
                t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
}

static bool add_id(struct buffer *out, const char *id, struct error *e)
{
    if (*id == '\0' || !is_ascii(id) || strpbrk(id, " <>") != NULL)
        return failure(e, "'%s' cannot be the id of a mail", id);
    buffer_addf(out, "Message-ID: <%s>\r\n", id);
    return true;
}

/* ---- the body ------------------------------------------------------------------------------ */

/* Of the line end at `p`; 0 if there is none. */
static size_t line_end(const char *p, const char *end)
{
    if (*p == '\n')
        return 1;
    return *p == '\r' && p + 1 < end && p[1] == '\n' ? 2 : 0;
}

static bool is_plain(const char *body, size_t length)
{
    size_t width = 0;
    size_t i;

    for (i = 0; i < length; i++) {
        width = body[i] == '\n' ? 0 : width + 1;
        if (width > PLAIN_WIDTH)
            return false;
        if (!isprint((unsigned char)body[i]) && body[i] != '\t' && line_end(body + i, body + length) == 0)
            return false;
    }
    return true;
}

static void add_plain(struct buffer *out, const char *p, const char *end)
{
    while (p < end) {
        size_t skip = line_end(p, end);

        if (skip > 0)
            buffer_add_text(out, "\r\n");
        else
            buffer_add_char(out, *p);
        p += skip > 0 ? skip : 1;
    }
}

/* Blanks at the end of a line get lost on the way, unless they are encoded. */
static bool stays(const char *p, const char *end, size_t length)
{
    if (length > 1 || *p == '=')
        return false;
    if (*p == ' ' || *p == '\t')
        return p + 1 < end && line_end(p + 1, end) == 0;
    return isgraph((unsigned char)*p);
}

static void add_quoted_printable(struct buffer *out, const char *p, const char *end)
{
    size_t width = 0;

    while (p < end) {
        size_t skip = line_end(p, end);
        const char *c;
        size_t length, cost;
        bool as_is;

        if (skip > 0) {
            buffer_add_text(out, "\r\n");
            p += skip;
            width = 0;
            continue;
        }
        skip = next_character(p, (size_t)(end - p), &c, &length);
        as_is = c == p && stays(p, end, length);
        cost = as_is ? 1 : 3 * length;
        if (width + cost > BODY_WIDTH) {
            buffer_add_text(out, "=\r\n");
            width = 0;
        }
        if (as_is)
            buffer_add_char(out, *p);
        else
            add_hex(out, c, length);
        width += cost;
        p += skip;
    }
}

static void add_body(struct buffer *out, const char *body, size_t length)
{
    bool plain = is_plain(body, length);

    buffer_add_text(out, "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n");
    buffer_addf(out, "Content-Transfer-Encoding: %s\r\n\r\n", plain ? "7bit" : "quoted-printable");
    if (plain)
        add_plain(out, body, body + length);
    else
        add_quoted_printable(out, body, body + length);
    if (length == 0 || body[length - 1] != '\n')
        buffer_add_text(out, "\r\n");
}

bool mail_compose(struct buffer *out, const struct mail *m, struct error *e)
{
    struct buffer text = { 0 };
    bool fine = add_from(&text, m->from, e) && add_to(&text, m->to, e) &&
                add_subject(&text, m->subject != NULL ? m->subject : "", e) && add_id(&text, m->id, e);

    if (fine) {
        add_date(&text, m->at);
        /* So that nobody's holiday notice answers. */
        buffer_add_text(&text, "Auto-Submitted: auto-generated\r\n");
        add_body(&text, m->body != NULL ? m->body : "", m->body_length);
        buffer_add(out, text.data, text.length);
    }
    buffer_free(&text);
    return fine;
}
