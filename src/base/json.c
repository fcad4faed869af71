#include "base/json.h"

#include "base/utf8.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Whether `c` can be the last byte of a value: another value needs a comma then. */
static bool is_value_end(char c)
{
    return c == '"' || c == '}' || c == ']' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
}

/* Where a value of at most `most` bytes is to be written, behind its comma; `end_value` follows.
 * One reservation per value: replies have tens of thousands of them. */
static char *begin_value(struct buffer *b, size_t most)
{
    char *p;

    buffer_reserve(b, most + 1);
    p = b->data + b->length;
    if (b->length > 0 && is_value_end(p[-1]))
        *p++ = ',';
    return p;
}

static void end_value(struct buffer *b, char *end)
{
    *end = '\0';
    b->length = (size_t)(end - b->data);
}

void json_words(struct buffer *b, const struct words *words)
{
    json_open_array(b);
    for (size_t i = 0; words != NULL && i < words->count; i++)
        json_text(b, words->word[i]);
    json_close_array(b);
}

void json_raw(struct buffer *b, const char *json, size_t length)
{
    char *p = begin_value(b, length);

    memcpy(p, json, length);
    end_value(b, p + length);
}

void json_open_object(struct buffer *b)
{
    json_raw(b, "{", 1);
}

void json_close_object(struct buffer *b)
{
    buffer_add_char(b, '}');
}

void json_open_array(struct buffer *b)
{
    json_raw(b, "[", 1);
}

void json_close_array(struct buffer *b)
{
    buffer_add_char(b, ']');
}

void json_key(struct buffer *b, const char *key)
{
    size_t length = strlen(key);
    char *p = begin_value(b, length + 3);

    *p = '"';
    memcpy(p + 1, key, length);
    memcpy(p + 1 + length, "\":", 2);
    end_value(b, p + length + 3);
}

/* Bytes that stand for themselves: all of ASCII but controls, the quote and the backslash. */
static bool is_plain(char c)
{
    static const bool plain[256] = { [' '] = true, ['!'] = true, ['#' ... '['] = true, [']' ... 0x7f] = true };

    return plain[(unsigned char)c];
}

/* The end of the run from `p` on that may be copied as it is: plain bytes and valid characters. */
static const char *run_end(const char *p, const char *end)
{
    while (p < end) {
        size_t length;

        if (is_plain(*p)) {
            p++;
            continue;
        }
        if ((unsigned char)*p < 0x80)
            break;
        length = utf8_character(p, (size_t)(end - p));
        if (length == 0)
            break;
        p += length;
    }
    return p;
}

static void add_escaped(struct buffer *b, unsigned char c)
{
    static const char digits[] = "0123456789abcdef";
    static const char short_form[0x20] = { ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r' };

    if (c >= 0x20 || short_form[c] != '\0')
        buffer_add(b, (char[]){ '\\', c >= 0x20 ? (char)c : short_form[c] }, 2);
    else
        buffer_add(b, (char[]){ '\\', 'u', '0', '0', digits[c >> 4], digits[c & 15] }, 6);
}

/* What ended a run: a byte to escape or broken UTF-8. Returns what follows. */
static const char *add_odd(struct buffer *b, const char *p, const char *end)
{
    if ((unsigned char)*p < 0x80) {
        add_escaped(b, (unsigned char)*p);
        return p + 1;
    }
    buffer_add_text(b, UTF8_REPLACEMENT);
    return p + utf8_broken(p, (size_t)(end - p));
}

/* What is left of a text from its first odd byte on. */
static void add_rest(struct buffer *b, const char *p, const char *end)
{
    while (p < end) {
        const char *run = p = add_odd(b, p, end);

        p = run_end(run, end);
        buffer_add(b, run, (size_t)(p - run));
    }
}

void json_bytes(struct buffer *b, const char *data, size_t length)
{
    const char *start = length > 0 ? data : "";
    const char *odd = run_end(start, start + length);
    size_t plain = (size_t)(odd - start);
    char *p = begin_value(b, plain + 2);

    *p = '"';
    memcpy(p + 1, start, plain);
    end_value(b, p + 1 + plain);
    add_rest(b, odd, start + length);
    buffer_add_char(b, '"');
}

void json_text(struct buffer *b, const char *text)
{
    if (text == NULL)
        json_none(b);
    else
        json_bytes(b, text, strlen(text));
}

void json_int(struct buffer *b, long long n)
{
    end_value(b, begin_value(b, 0));
    buffer_add_number(b, n);
}

/* Write `n` with up to three decimals if that is exact, as it is for times: printf takes ten times as long.
 * Dividing rounds as reading does, so that the text is read back as `n` if the quotient is `n`. */
static bool add_thousandths(struct buffer *b, double n)
{
    long long count;
    char fraction[4];

    if (!(fabs(n) < 1e12))
        return false;
    count = llround(fabs(n) * 1000);
    if ((double)count / 1000 != fabs(n))
        return false;
    if (n < 0)
        buffer_add_char(b, '-');
    buffer_add_number(b, count / 1000);
    count %= 1000;
    fraction[0] = '.';
    fraction[1] = (char)('0' + count / 100);
    fraction[2] = (char)('0' + count / 10 % 10);
    fraction[3] = (char)('0' + count % 10);
    if (count > 0)
        buffer_add(b, fraction, count % 10 != 0 ? 4 : count % 100 != 0 ? 3 : 2);
    return true;
}

/* 15 digits are what people wrote; 17 are needed for some results of sums. */
static void add_shortest(struct buffer *b, double n)
{
    char text[32];

    snprintf(text, sizeof text, "%.15g", n);
    if (strtod(text, NULL) != n)
        snprintf(text, sizeof text, "%.17g", n);
    for (char *p = text; *p != '\0'; p++)
        if (*p == ',')
            *p = '.'; /* the locale's decimal point */
    buffer_add_text(b, text);
}

void json_double(struct buffer *b, double n)
{
    if (!isfinite(n)) {
        json_none(b);
        return;
    }
    end_value(b, begin_value(b, 0));
    if (!add_thousandths(b, n))
        add_shortest(b, n);
}

void json_bool(struct buffer *b, bool yes)
{
    json_raw(b, yes ? "true" : "false", yes ? 4 : 5);
}

void json_none(struct buffer *b)
{
    json_raw(b, "null", 4);
}
