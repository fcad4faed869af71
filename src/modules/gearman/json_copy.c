#include "modules/gearman/json_copy.h"

#include "base/utf8.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void json_copy_blanks(struct json_copy *s)
{
    while (s->p < s->end && (*s->p == ' ' || *s->p == '\t' || *s->p == '\r' || *s->p == '\n'))
        s->p++;
}

bool json_copy_is_next(const struct json_copy *s, char c)
{
    return s->p < s->end && *s->p == c;
}

static bool is_digit_next(const struct json_copy *s)
{
    return s->p < s->end && *s->p >= '0' && *s->p <= '9';
}

bool json_copy_take(struct json_copy *s, char c)
{
    if (!json_copy_is_next(s, c))
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
static bool skip_escape(struct json_copy *s)
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

static void add_run(struct json_copy *s, const char *begin)
{
    buffer_add(s->out, begin, (size_t)(s->p - begin));
}

/* What is no UTF-8 becomes U+FFFD: the client expects JSON. */
bool json_copy_string(struct json_copy *s)
{
    const char *run = s->p;

    if (!json_copy_is_next(s, '"'))
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

static bool skip_digits(struct json_copy *s)
{
    if (!is_digit_next(s))
        return false;
    while (is_digit_next(s))
        s->p++;
    return true;
}

static bool copy_number(struct json_copy *s)
{
    const char *begin = s->p;

    if (json_copy_is_next(s, '-'))
        s->p++;
    if (json_copy_is_next(s, '0'))
        s->p++;
    else if (!skip_digits(s))
        return false;
    if (json_copy_is_next(s, '.')) {
        s->p++;
        if (!skip_digits(s))
            return false;
    }
    if (json_copy_is_next(s, 'e') || json_copy_is_next(s, 'E')) {
        s->p++;
        if (json_copy_is_next(s, '+') || json_copy_is_next(s, '-'))
            s->p++;
        if (!skip_digits(s))
            return false;
    }
    add_run(s, begin);
    return true;
}

static bool copy_word(struct json_copy *s)
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

bool json_copy_colon(struct json_copy *s)
{
    json_copy_blanks(s);
    if (!json_copy_take(s, ':'))
        return false;
    json_copy_blanks(s);
    return true;
}

/* What stands between the brackets `open` and `close`. */
static bool copy_list(struct json_copy *s, char open, char close)
{
    if (!json_copy_take(s, open) || ++s->depth > JSON_COPY_DEEPEST)
        return false;
    json_copy_blanks(s);
    if (!json_copy_is_next(s, close)) {
        do {
            json_copy_blanks(s);
            if ((open == '{' && !(json_copy_string(s) && json_copy_colon(s))) || !json_copy_value(s))
                return false;
            json_copy_blanks(s);
        } while (json_copy_take(s, ','));
    }
    s->depth--;
    return json_copy_take(s, close);
}

bool json_copy_value(struct json_copy *s)
{
    if (s->p == s->end)
        return false;
    switch (*s->p) {
    case '{':
        return copy_list(s, '{', '}');
    case '[':
        return copy_list(s, '[', ']');
    case '"':
        return json_copy_string(s);
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

void json_copy_decode(const char *text, size_t length, struct buffer *out)
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
