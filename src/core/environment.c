#include "core/environment.h"

#include "base/buffer.h"
#include "base/xalloc.h"
#include "os/file.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

extern char **environ;

enum { ENV_FILE_MOST = 1024 * 1024, OWNED_STEP = 16 };

/* No entry before this place, which is counted from 1, has the same first two letters; 0: none at all has. reeve sets
 * several keys at each start, and what it has inherited is long. */
static unsigned char *first_like(struct environment *env, const char *entry)
{
    unsigned sum = (unsigned char)entry[0];

    if (sum != 0)
        sum += 5u * (unsigned char)entry[1];
    return &env->first_like[sum % sizeof env->first_like];
}

/* The entry that has the key of `wanted`, which is `length` bytes long, or `count`. */
static size_t find(struct environment *env, const char *wanted, size_t length)
{
    unsigned char first = *first_like(env, wanted);
    size_t i = first > 0 ? first - 1u : env->count;

    for (; i < env->count; i++)
        if (env->entry[i][0] == *wanted && strncmp(env->entry[i], wanted, length + 1) == 0)
            break;
    return i;
}

static void note_place(struct environment *env, const char *entry, size_t i)
{
    unsigned char *first = first_like(env, entry);

    if (*first == 0)
        *first = (unsigned char)(i < UCHAR_MAX ? i + 1 : UCHAR_MAX);
}

/* For so many entries more, and the NULL at the end. */
static void make_room(struct environment *env, size_t more)
{
    if (env->count + more < env->capacity)
        return;
    env->capacity = (env->count + more + 1) * 2;
    env->entry = xrealloc(env->entry, env->capacity * sizeof *env->entry);
}

static void append(struct environment *env, char *entry)
{
    make_room(env, 1);
    note_place(env, entry, env->count);
    env->entry[env->count++] = entry;
    env->entry[env->count] = NULL;
}

/* The text is borrowed. */
static void put(struct environment *env, char *entry)
{
    const char *equals = strchr(entry, '=');
    size_t i;

    if (equals == NULL)
        return;
    i = find(env, entry, (size_t)(equals - entry));
    if (i < env->count)
        env->entry[i] = entry;
    else
        append(env, entry);
}

static void put_owned(struct environment *env, char *entry)
{
    if (env->owned_count % OWNED_STEP == 0)
        env->owned = xrealloc(env->owned, (env->owned_count + OWNED_STEP) * sizeof *env->owned);
    env->owned[env->owned_count++] = entry;
    put(env, entry);
}

void environment_set(struct environment *env, const char *key, const char *value)
{
    size_t length = strlen(key), rest = strlen(value) + 1;
    char *entry = xmalloc(length + 1 + rest);

    memcpy(entry, key, length);
    entry[length] = '=';
    memcpy(entry + length + 1, value, rest);
    put_owned(env, entry);
}

void environment_put_all(struct environment *env, const struct words *entries)
{
    for (size_t i = 0; i < entries->count; i++)
        put(env, entries->word[i]);
}

/* As it came: a variable that stands there twice does so still, but for the first one when it is set. */
void environment_inherit(struct environment *env)
{
    size_t count = 0;

    while (environ != NULL && environ[count] != NULL)
        count++;
    make_room(env, count);
    for (size_t i = 0; i < count; i++) {
        note_place(env, environ[i], env->count);
        env->entry[env->count++] = environ[i];
    }
    env->entry[env->count] = NULL;
}

void environment_free(struct environment *env)
{
    for (size_t i = 0; i < env->owned_count; i++)
        free(env->owned[i]);
    free(env->owned);
    free(env->entry);
    *env = (struct environment){ 0 };
}

/* ---- env_file: not foreman's .env, which convert/dotenv.c reads by other rules ------------------ */

static char unescaped(char c)
{
    return c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c;
}

/* Read a quoted value that begins at `text`; what follows it may only be blanks or a comment. */
static bool read_quoted(const char *text, struct buffer *out, struct error *e)
{
    char quote = *text++;

    for (; *text != quote; text++) {
        if (*text == '\0')
            return failure(e, "the quote %c is not closed", quote);
        if (quote == '"' && *text == '\\' && text[1] != '\0')
            buffer_add_char(out, unescaped(*++text));
        else
            buffer_add_char(out, *text);
    }
    text++;
    text += strspn(text, " \t\r");
    if (*text != '\0' && *text != '#')
        return failure(e, "there is text behind the closing quote");
    return true;
}

/* Unquoted: to the end of the line, or a comment behind a blank. */
static void read_plain(const char *text, struct buffer *out)
{
    size_t length = 0;

    while (text[length] != '\0' &&
           !(text[length] == '#' && (length == 0 || text[length - 1] == ' ' || text[length - 1] == '\t')))
        length++;
    while (length > 0 && strchr(" \t\r", text[length - 1]) != NULL)
        length--;
    buffer_add(out, text, length);
}

static bool key_is_good(const char *key, size_t length)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";

    return length > 0 && strspn(key, allowed) >= length && !(*key >= '0' && *key <= '9');
}

/* A line that is wrong may be a piece of a secret: it is not shown. */
static bool read_line(struct environment *env, const char *line, struct error *e)
{
    struct buffer value = { 0 };
    const char *equals;
    size_t length;

    line += strspn(line, " \t\r");
    if (*line == '\0' || *line == '#')
        return true;
    if (strncmp(line, "export ", 7) == 0)
        line += 7 + strspn(line + 7, " \t");
    equals = strchr(line, '=');
    length = equals != NULL ? (size_t)(equals - line) : 0;
    while (length > 0 && strchr(" \t", line[length - 1]) != NULL)
        length--;
    if (equals == NULL || !key_is_good(line, length))
        return failure(e, "expected KEY=value");
    equals += 1 + strspn(equals + 1, " \t");
    buffer_add(&value, line, length);
    buffer_add_char(&value, '=');
    if (*equals == '\'' || *equals == '"') {
        if (!read_quoted(equals, &value, e)) {
            buffer_free(&value);
            return false;
        }
    } else {
        read_plain(equals, &value);
    }
    put_owned(env, buffer_take(&value));
    return true;
}

bool environment_read_file(struct environment *env, const char *path, struct error *e)
{
    struct buffer text = { 0 };
    bool good = file_read(path, ENV_FILE_MOST, &text, e);
    char *next = good ? text.data : NULL;
    int number = 1;

    if (good && text.length > 0 && memchr(text.data, '\0', text.length) != NULL)
        good = failure(e, "'%s' holds a zero byte: not a file of KEY=value lines", path);
    for (char *line; good && (line = strsep(&next, "\n")) != NULL; number++) {
        good = read_line(env, line, e);
        if (!good)
            failure_in(e, "%s:%d", path, number);
    }
    buffer_free(&text);
    return good;
}
