#include "base/words.h"

#include "base/buffer.h"
#include "base/xalloc.h"

#include <stdlib.h>
#include <string.h>

/* One block holds the pointers, the NULL behind them, and then the texts: a command of four words costs one allocation.
 */
static size_t size_of_texts(const struct words *w)
{
    size_t size = 0;

    for (size_t i = 0; i < w->count; i++)
        size += strlen(w->word[i]) + 1;
    return size;
}

/* A block with the words of `w`, and room for `more` of them with `extra` bytes of text. The end of the texts in
 * `*end`. */
static char **new_block(const struct words *w, size_t more, size_t extra, char **end)
{
    size_t pointers = w->count + more + 1;
    char **block = xmalloc(pointers * sizeof *block + size_of_texts(w) + extra);

    *end = (char *)(block + pointers);
    for (size_t i = 0; i < w->count; i++) {
        block[i] = *end;
        *end = stpcpy(*end, w->word[i]) + 1;
    }
    block[pointers - 1] = NULL;
    return block;
}

void words_add(struct words *w, const char *word)
{
    char *end, **block = new_block(w, 1, strlen(word) + 1, &end);

    block[w->count++] = strcpy(end, word);
    free(w->word);
    w->word = block;
}

void gathering_add(struct gathering *g, const char *word)
{
    buffer_add(&g->texts, word, strlen(word) + 1);
    g->count++;
}

void gathering_free(struct gathering *g)
{
    buffer_free(&g->texts);
    g->count = 0;
}

void words_add_all(struct words *w, struct gathering *g)
{
    char *end, **block = new_block(w, g->count, g->texts.length, &end);

    if (g->texts.length > 0)
        memcpy(end, g->texts.data, g->texts.length);
    for (size_t i = 0; i < g->count; i++) {
        block[w->count++] = end;
        end += strlen(end) + 1;
    }
    free(w->word);
    w->word = block;
    gathering_free(g);
}

void words_copy(struct words *to, const struct words *from)
{
    char *end;

    *to = (struct words){ .word = new_block(from, 0, 0, &end), .count = from->count };
}

bool words_equal(const struct words *a, const struct words *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (strcmp(a->word[i], b->word[i]) != 0)
            return false;
    return true;
}

bool words_have(const struct words *w, const char *word)
{
    for (size_t i = 0; i < w->count; i++)
        if (strcmp(w->word[i], word) == 0)
            return true;
    return false;
}

void words_free(struct words *w)
{
    free(w->word);
    *w = (struct words){ 0 };
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n';
}

/* Each reader starts behind its opening character, adds to `word`, and returns where it ended; NULL: unclosed. */
static const char *read_single_quoted(struct buffer *word, const char *p)
{
    const char *end = strchr(p, '\'');

    if (end == NULL)
        return NULL;
    buffer_add(word, p, (size_t)(end - p));
    return end + 1;
}

static const char *read_double_quoted(struct buffer *word, const char *p)
{
    for (; *p != '"'; p++) {
        if (*p == '\0')
            return NULL;
        if (*p == '\\' && p[1] == '\n') {
            p++; /* a continued line */
            continue;
        }
        if (*p == '\\' && p[1] != '\0' && strchr("$`\"\\", p[1]) != NULL)
            p++;
        buffer_add_char(word, *p);
    }
    return p + 1;
}

/* At the end of the text a backslash stands for itself, as in the shell. */
static const char *read_escaped(struct buffer *word, const char *p)
{
    if (*p == '\0') {
        buffer_add_char(word, '\\');
        return p;
    }
    if (*p != '\n')
        buffer_add_char(word, *p);
    return p + 1;
}

static const char *read_piece(struct buffer *word, const char *p)
{
    switch (*p) {
    case '\'':
        return read_single_quoted(word, p + 1);
    case '"':
        return read_double_quoted(word, p + 1);
    case '\\':
        return read_escaped(word, p + 1);
    default:
        buffer_add_char(word, *p);
        return p + 1;
    }
}

/* Between words a continued line is as good as a blank. */
static const char *skip_blanks(const char *p)
{
    for (;;) {
        if (is_blank(*p))
            p++;
        else if (p[0] == '\\' && p[1] == '\n')
            p += 2;
        else
            return p;
    }
}

static bool unclosed(const char *text, const char *quote, struct error *e)
{
    return failure(e, "the quote %c at character %zu is never closed: close it, or write \\%c for the character itself",
                   *quote, (size_t)(quote - text) + 1, *quote);
}

static bool read_word(struct buffer *word, const char **p)
{
    while (**p != '\0' && !is_blank(**p)) {
        const char *next = read_piece(word, *p);

        if (next == NULL)
            return false;
        *p = next;
    }
    buffer_add_char(word, '\0');
    return true;
}

/* The words are gathered first: to add them one by one would copy those before them each time. */
bool words_split(struct words *w, const char *text, struct error *e)
{
    struct gathering found = { .count = 0 };
    bool good = true;

    for (const char *p = skip_blanks(text); good && *p != '\0'; p = skip_blanks(p), found.count++)
        good = read_word(&found.texts, &p) || unclosed(text, p, e);
    if (good && found.count > 0)
        words_add_all(w, &found);
    gathering_free(&found);
    return good;
}
