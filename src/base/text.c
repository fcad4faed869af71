#include "base/text.h"

#include "base/utf8.h"
#include "base/xalloc.h"

#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* The library's own functions ask the locale. */
static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Whether `c` is in the set that begins behind `[` at `p`; `*end` is behind its `]`, NULL if there is none. */
static bool in_set(const char *p, char c, const char **end)
{
    bool negated = *p == '!' || *p == '^';
    bool found = false;
    const char *first = p += negated;

    for (*end = NULL; *p != '\0'; p++) {
        unsigned char from = (unsigned char)*p, to = from;

        if (*p == ']' && p != first) {
            *end = p + 1;
            break;
        }
        if (p[1] == '-' && p[2] != ']' && p[2] != '\0') {
            to = (unsigned char)p[2];
            p += 2;
        }
        found = found || (from <= (unsigned char)c && (unsigned char)c <= to);
    }
    return found != negated;
}

/* Whether the one character `c` fits the pattern at `p`; `*next` is what follows there. */
static bool fits(const char *p, char c, const char **next)
{
    const char *end;
    bool found;

    *next = p + 1;
    switch (*p) {
    case '\0':
        return false;
    case '?':
        return true;
    case '[':
        found = in_set(p + 1, c, &end);
        if (end == NULL)
            return c == '['; /* never closed: just a character */
        *next = end;
        return found;
    case '\\':
        if (p[1] != '\0') {
            *next = p + 2;
            return p[1] == c;
        }
        break;
    default:
        break;
    }
    return *p == c;
}

/* Not fnmatch: its time grows exponentially with the stars, and patterns come from clients. Here only the last star is
 * tried again. */
bool text_matches(const char *pattern, const char *name)
{
    const char *star = NULL, *retry = NULL, *next;

    while (*name != '\0') {
        if (*pattern == '*') {
            star = ++pattern;
            retry = name;
        } else if (fits(pattern, *name, &next)) {
            pattern = next;
            name++;
        } else if (star != NULL) {
            pattern = star;
            name = ++retry;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return *pattern == '\0';
}

enum { LONGEST_GUESS = 64 }; /* no word of ours is longer */

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

/* How many letters must be changed, added, left out or swapped with their neighbour, or INT_MAX if they are more than
 * `limit`; both fit into LONGEST_GUESS. */
static int distance(const char *a, const char *b, int limit)
{
    int rows[3][LONGEST_GUESS + 1];
    int *before = rows[0], *above = rows[1], *row = rows[2];
    int length = (int)strlen(b), least = 0;

    if (abs((int)strlen(a) - length) > limit)
        return INT_MAX;
    for (int j = 0; j <= length; j++)
        row[j] = j;
    for (int i = 1; a[i - 1] != '\0'; i++) {
        int *free_row = before, least_above = least;

        before = above;
        above = row;
        row = free_row;
        row[0] = least = i;
        for (int j = 1; j <= length; j++) {
            char x = lower(a[i - 1]), y = lower(b[j - 1]);

            row[j] = smaller(smaller(above[j], row[j - 1]) + 1, above[j - 1] + (x != y));
            if (i > 1 && j > 1 && x != y && x == lower(b[j - 2]) && y == lower(a[i - 2]))
                row[j] = smaller(row[j], before[j - 2] + 1);
            least = smaller(least, row[j]);
        }
        if (smaller(least, least_above + 1) > limit)
            return INT_MAX; /* no way through these rows is short enough */
    }
    return row[length];
}

static bool is_joint(char c)
{
    return c == '_' || c == '-';
}

/* Whether the words differ only in case and in how they are joined: StopSignal, stop_signal. */
static bool is_same_word(const char *a, const char *b)
{
    for (;; a++, b++) {
        while (is_joint(*a))
            a++;
        while (is_joint(*b))
            b++;
        if (lower(*a) != lower(*b))
            return false;
        if (*a == '\0')
            return true;
    }
}

static int how_far(const char *word, const char *candidate, int limit)
{
    if (strcmp(word, candidate) == 0)
        return -1;
    if (is_same_word(word, candidate))
        return 0;
    return strlen(candidate) <= LONGEST_GUESS ? distance(word, candidate, limit) : INT_MAX;
}

bool text_is_among(const char *text, const char *const *words)
{
    for (; *words != NULL; words++)
        if (strcmp(text, *words) == 0)
            return true;
    return false;
}

const char *text_nearest(const char *word, const char *const *candidates)
{
    const char *nearest = NULL;
    int length = (int)strnlen(word, LONGEST_GUESS + 1);
    int limit = smaller(1 + length / 4, length - 1); /* a single letter resembles nothing */

    if (length > LONGEST_GUESS)
        return NULL;
    for (; *candidates != NULL; candidates++) {
        int far = how_far(word, *candidates, limit);

        if (far <= limit) {
            nearest = *candidates;
            limit = far - 1;
        }
    }
    return nearest;
}

bool text_starts(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool text_ends(const char *text, const char *suffix)
{
    size_t length = strlen(text), tail = strlen(suffix);

    return tail <= length && memcmp(text + length - tail, suffix, tail) == 0;
}

static bool may_be_in_name(char c)
{
    char l = lower(c);

    return (l >= 'a' && l <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
}

bool text_is_digits(const char *text)
{
    return *text != '\0' && text[strspn(text, "0123456789")] == '\0';
}

static bool is_lua_keyword(const char *word, size_t length)
{
    static const char *const keywords[] = { "and",      "break",  "do",   "else", "elseif", "end",  "false", "for",
                                            "function", "goto",   "if",   "in",   "local",  "nil",  "not",   "or",
                                            "repeat",   "return", "then", "true", "until",  "while" };

    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
        if (strlen(keywords[i]) == length && memcmp(keywords[i], word, length) == 0)
            return true;
    return false;
}

bool text_is_lua_name(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (!may_be_in_name(text[i]) || text[i] == '.' || text[i] == '-')
            return false;
    return length > 0 && !(*text >= '0' && *text <= '9') && !is_lua_keyword(text, length);
}

size_t text_count_lines(const char *data, size_t length)
{
    const char *newline;
    size_t lines = 0;

    while (length > 0 && (newline = memchr(data, '\n', length)) != NULL) {
        lines++;
        length -= (size_t)(newline + 1 - data);
        data = newline + 1;
    }
    return lines;
}

const char *text_base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

char *text_beside(const char *file, const char *path)
{
    const char *slash = strrchr(file, '/');

    if (*path == '/' || slash == NULL)
        return xstrdup(path);
    return xasprintf("%.*s/%s", (int)(slash - file), file, path);
}

bool text_is_name(const char *name)
{
    size_t length = 0;

    while (length <= 64 && may_be_in_name(name[length]))
        length++;
    return name[length] == '\0' && length >= 1 && length <= 64 && name[0] != '-';
}

void text_flatten(char *text)
{
    size_t left = strlen(text), n;
    bool control;

    for (; left > 0; text += n, left -= n) {
        n = utf8_step(text, left, &control);
        if (control)
            memset(text, ' ', n);
    }
}

bool text_equal_secret(const char *a, const char *b)
{
    size_t in_a = strlen(a), in_b = strlen(b);
    volatile unsigned different = in_a != in_b;

    for (size_t i = 0; i < in_b; i++)
        different |= (unsigned)(unsigned char)a[i < in_a ? i : in_a] ^ (unsigned char)b[i];
    return different == 0;
}
