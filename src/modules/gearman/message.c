/* One pass over the text, which checks it and writes it without blanks; members are remembered by where they were
 * written. */
#include "modules/gearman/message.h"

#include "base/text.h"
#include "base/utf8.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A piece of what was written. */
struct piece {
    size_t at, length;
};

enum { TYPE, DATA, NUMERATOR, DENOMINATOR, CONTENT, MEMBERS };

static const char *const member_names[MEMBERS] = { "type", "data", "numerator", "denominator", "content" };

struct scan {
    const char *p, *end;
    struct buffer *out;
    int depth;
};

/* ---- JSON, copied ------------------------------------------------------------------------------ */

static void skip_blanks(struct scan *s)
{
    while (s->p < s->end && (*s->p == ' ' || *s->p == '\t' || *s->p == '\r' || *s->p == '\n'))
        s->p++;
}

static bool is_next(const struct scan *s, char c)
{
    return s->p < s->end && *s->p == c;
}

static bool is_digit_next(const struct scan *s)
{
    return s->p < s->end && *s->p >= '0' && *s->p <= '9';
}

/* The next one, written too. */
static bool take(struct scan *s, char c)
{
    if (!is_next(s, c))
        return false;
    buffer_add_char(s->out, c);
    s->p++;
    return true;
}

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Behind a backslash. */
static bool skip_escape(struct scan *s)
{
    if (s->p == s->end)
        return false;
    if (*s->p == 'u') {
        if (s->end - s->p < 5 || !is_hex(s->p[1]) || !is_hex(s->p[2]) || !is_hex(s->p[3]) || !is_hex(s->p[4]))
            return false;
        s->p += 5;
        return true;
    }
    return strchr("\"\\/bfnrt", *s->p) != NULL && *s->p++ != '\0';
}

static void add_run(struct scan *s, const char *begin)
{
    buffer_add(s->out, begin, (size_t)(s->p - begin));
}

/* What is no UTF-8 becomes U+FFFD: the client expects JSON. */
static bool copy_string(struct scan *s)
{
    const char *run = s->p;

    if (!is_next(s, '"'))
        return false;
    s->p++;
    while (s->p < s->end && *s->p != '"') {
        size_t length = utf8_character(s->p, (size_t)(s->end - s->p));

        if ((unsigned char)*s->p < 0x20)
            return false;
        if (length == 0) {
            add_run(s, run);
            buffer_add_text(s->out, UTF8_REPLACEMENT);
            run = ++s->p;
        } else if (*s->p == '\\') {
            s->p++;
            if (!skip_escape(s))
                return false;
        } else {
            s->p += length;
        }
    }
    if (s->p == s->end)
        return false;
    s->p++;
    add_run(s, run);
    return true;
}

static bool skip_digits(struct scan *s)
{
    if (!is_digit_next(s))
        return false;
    while (is_digit_next(s))
        s->p++;
    return true;
}

static bool copy_number(struct scan *s)
{
    const char *begin = s->p;

    if (is_next(s, '-'))
        s->p++;
    if (is_next(s, '0'))
        s->p++;
    else if (!skip_digits(s))
        return false;
    if (is_next(s, '.')) {
        s->p++;
        if (!skip_digits(s))
            return false;
    }
    if (is_next(s, 'e') || is_next(s, 'E')) {
        s->p++;
        if (is_next(s, '+') || is_next(s, '-'))
            s->p++;
        if (!skip_digits(s))
            return false;
    }
    add_run(s, begin);
    return true;
}

static bool copy_word(struct scan *s)
{
    static const char *const words[] = { "true", "false", "null" };

    for (int i = 0; i < 3; i++) {
        size_t length = strlen(words[i]);

        if ((size_t)(s->end - s->p) >= length && memcmp(s->p, words[i], length) == 0) {
            buffer_add(s->out, s->p, length);
            s->p += length;
            return true;
        }
    }
    return false;
}

static bool copy_value(struct scan *s);

static bool copy_colon(struct scan *s)
{
    skip_blanks(s);
    if (!take(s, ':'))
        return false;
    skip_blanks(s);
    return true;
}

/* What stands between the brackets `open` and `close`. */
static bool copy_list(struct scan *s, char open, char close)
{
    if (!take(s, open) || ++s->depth > MESSAGE_DEEPEST)
        return false;
    skip_blanks(s);
    if (!is_next(s, close)) {
        do {
            skip_blanks(s);
            if ((open == '{' && !(copy_string(s) && copy_colon(s))) || !copy_value(s))
                return false;
            skip_blanks(s);
        } while (take(s, ','));
    }
    s->depth--;
    return take(s, close);
}

static bool copy_value(struct scan *s)
{
    if (s->p == s->end)
        return false;
    switch (*s->p) {
    case '{':
        return copy_list(s, '{', '}');
    case '[':
        return copy_list(s, '[', ']');
    case '"':
        return copy_string(s);
    case 't':
    case 'f':
    case 'n':
        return copy_word(s);
    default:
        return copy_number(s);
    }
}

/* ---- texts ------------------------------------------------------------------------------------- */

static unsigned hex4(const char *p)
{
    char digits[5] = { p[0], p[1], p[2], p[3], '\0' };

    return (unsigned)strtoul(digits, NULL, 16);
}

static void add_character(struct buffer *out, uint32_t c)
{
    if (c < 0x80) {
        buffer_add_char(out, (char)c);
    } else if (c < 0x800) {
        buffer_add_char(out, (char)(0xc0 | c >> 6));
        buffer_add_char(out, (char)(0x80 | (c & 0x3f)));
    } else if (c < 0x10000) {
        buffer_add_char(out, (char)(0xe0 | c >> 12));
        buffer_add_char(out, (char)(0x80 | (c >> 6 & 0x3f)));
        buffer_add_char(out, (char)(0x80 | (c & 0x3f)));
    } else {
        buffer_add_char(out, (char)(0xf0 | c >> 18));
        buffer_add_char(out, (char)(0x80 | (c >> 12 & 0x3f)));
        buffer_add_char(out, (char)(0x80 | (c >> 6 & 0x3f)));
        buffer_add_char(out, (char)(0x80 | (c & 0x3f)));
    }
}

/* `p` is behind \u; returns what is behind the character, which may be two of them. */
static const char *decode_unicode(const char *p, const char *end, struct buffer *out)
{
    uint32_t c = hex4(p), low;

    p += 4;
    if (c >= 0xd800 && c < 0xdc00 && end - p >= 6 && p[0] == '\\' && p[1] == 'u') {
        low = hex4(p + 2);
        if (low >= 0xdc00 && low < 0xe000) {
            add_character(out, 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00));
            return p + 6;
        }
    }
    if (c >= 0xd800 && c < 0xe000)
        buffer_add_text(out, UTF8_REPLACEMENT);
    else
        add_character(out, c);
    return p;
}

/* A string that has been checked, with its quotes. */
static void decode_string(const char *text, size_t length, struct buffer *out)
{
    static const char escapes[] = "bfnrt", meant[] = "\b\f\n\r\t";
    const char *p = text + 1, *end = text + length - 1;

    while (p < end) {
        const char *known;

        if (*p != '\\') {
            buffer_add_char(out, *p++);
        } else if (p[1] == 'u') {
            p = decode_unicode(p + 2, end, out);
        } else {
            known = strchr(escapes, p[1]);
            buffer_add_char(out, known != NULL ? meant[known - escapes] : p[1]);
            p += 2;
        }
    }
}

/* ---- members ----------------------------------------------------------------------------------- */

struct reading {
    struct scan scan;
    struct buffer all;  /* the object less its type */
    struct buffer text; /* of the type */
    bool has_type;
    struct piece member[MEMBERS]; /* where they are in `all`; length 0: not there */
};

static int find_member(const struct buffer *all, struct piece key)
{
    struct buffer name = { 0 };
    int found = 0;

    decode_string(all->data + key.at, key.length, &name);
    buffer_add(&name, "", 0);
    while (found < MEMBERS &&
           (name.length != strlen(member_names[found]) || memcmp(name.data, member_names[found], name.length) != 0))
        found++;
    buffer_free(&name);
    return found;
}

/* Its type is kept elsewhere: the member that was just written is taken back. */
static void take_type(struct reading *r, size_t begin, struct piece value)
{
    buffer_clear(&r->text);
    r->has_type = r->all.data[value.at] == '"';
    if (r->has_type)
        decode_string(r->all.data + value.at, value.length, &r->text);
    r->all.length = begin;
}

static bool read_member(struct reading *r)
{
    struct buffer *all = &r->all;
    size_t begin = all->length;
    struct piece key, value;
    int found;

    if (begin > 1)
        buffer_add_char(all, ',');
    key.at = all->length;
    if (!copy_string(&r->scan))
        return false;
    key.length = all->length - key.at;
    if (!copy_colon(&r->scan))
        return false;
    value.at = all->length;
    if (!copy_value(&r->scan))
        return false;
    value.length = all->length - value.at;
    found = find_member(all, key);
    if (found == TYPE)
        take_type(r, begin, value);
    else if (found < MEMBERS)
        r->member[found] = value;
    return true;
}

static bool read_object(struct reading *r)
{
    struct scan *s = &r->scan;

    skip_blanks(s);
    if (!take(s, '{'))
        return false;
    skip_blanks(s);
    if (!is_next(s, '}')) {
        for (;;) {
            skip_blanks(s);
            if (!read_member(r))
                return false;
            skip_blanks(s);
            if (!is_next(s, ','))
                break;
            s->p++;
        }
    }
    if (!take(s, '}'))
        return false;
    skip_blanks(s);
    return s->p == s->end;
}

/* ---- what it means ----------------------------------------------------------------------------- */

/* The server wants whole numbers. */
static bool read_number(const struct reading *r, int which, long long *out, struct error *e)
{
    struct piece member = r->member[which];
    const char *text = member.length > 0 ? r->all.data + member.at : "";
    double n;

    if (*text != '-' && (*text < '0' || *text > '9'))
        return failure(e, "'%s' is no number", member_names[which]);
    n = strtod(text, NULL); /* a comma or a brace ends it */
    if (!(n >= 0 && n < 9e15))
        return failure(e, "'%s' is out of bounds", member_names[which]);
    *out = (long long)n;
    return true;
}

static bool read_progress(const struct reading *r, struct message *out, struct error *e)
{
    return read_number(r, NUMERATOR, &out->numerator, e) && read_number(r, DENOMINATOR, &out->denominator, e);
}

static bool read_update(const struct reading *r, struct message *out, struct error *e)
{
    struct piece data = r->member[DATA];

    if (data.length == 0)
        return failure(e, "an update has no 'data'");
    buffer_add(&out->body, r->all.data + data.at, data.length);
    return true;
}

/* What is no text is printed as it stands. */
static bool read_print(const struct reading *r, struct message *out, struct error *e)
{
    struct piece content = r->member[CONTENT];

    if (content.length == 0)
        return failure(e, "a print has no 'content'");
    buffer_add(&out->body, "", 0);
    if (r->all.data[content.at] == '"')
        decode_string(r->all.data + content.at, content.length, &out->body);
    else
        buffer_add(&out->body, r->all.data + content.at, content.length);
    return true;
}

static bool is_type(const struct reading *r, const char *name)
{
    return r->text.length == strlen(name) && memcmp(r->text.data, name, r->text.length) == 0;
}

static bool interpret(struct reading *r, struct message *out, struct error *e)
{
    if (!r->has_type)
        return failure(e, "it has no 'type'");
    if (is_type(r, "complete")) {
        out->type = MESSAGE_COMPLETE;
        out->body = r->all;
        r->all = (struct buffer){ 0 };
        return true;
    }
    if (is_type(r, "update")) {
        out->type = MESSAGE_UPDATE;
        return read_update(r, out, e);
    }
    if (is_type(r, "progress")) {
        out->type = MESSAGE_PROGRESS;
        return read_progress(r, out, e);
    }
    if (is_type(r, "print")) {
        out->type = MESSAGE_PRINT;
        return read_print(r, out, e);
    }
    return failure(e, "its type '%.*s' is none of complete, update, progress and print",
                   r->text.length < 64 ? (int)r->text.length : 64, r->text.length > 0 ? r->text.data : "");
}

bool message_read(const char *line, size_t length, struct message *out, struct error *e)
{
    struct reading r = { 0 };
    bool good;

    *out = (struct message){ 0 };
    r.scan = (struct scan){ .p = line, .end = line + length, .out = &r.all };
    if (read_object(&r))
        good = interpret(&r, out, e);
    else
        good = failure(e, "it is no JSON object");
    buffer_free(&r.all);
    buffer_free(&r.text);
    return good;
}

void message_free(struct message *m)
{
    buffer_free(&m->body);
}
