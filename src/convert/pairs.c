#include "convert/pairs.h"

#include "base/xalloc.h"

#include <stdlib.h>
#include <string.h>

static const char blanks[] = " \t\r\n\f";

bool pairs_is_name(const char *name)
{
    return *name != '\0' && strpbrk(name, "= \t\r\n") == NULL;
}

/* The end of the value at `text`: the comma behind it, or the end. NULL if a quote stays open. */
static const char *end_of_value(const char *text)
{
    while (*text != '\0' && *text != ',') {
        if (*text == '"' || *text == '\'') {
            text = strchr(text + 1, *text);
            if (text == NULL)
                return NULL;
        }
        text++;
    }
    return text;
}

/* Take off the blanks, then the quotes at both ends. False: blanks in a value without quotes. */
static bool trim_value(char *value)
{
    size_t length = strlen(value), quotes = strspn(value, "\"'");

    while (length > 0 && strchr(blanks, value[length - 1]) != NULL)
        value[--length] = '\0';
    if (quotes == 0 && strpbrk(value, blanks) != NULL)
        return false;
    while (length > quotes && strchr("\"'", value[length - 1]) != NULL)
        value[--length] = '\0';
    memmove(value, value + quotes, length - quotes + 1);
    return true;
}

static bool split_pair(const char **text, pair_fn *on_pair, void *arg, struct error *e)
{
    size_t key_length = strcspn(*text, "=,\"'");
    const char *start = *text + key_length, *end;
    char *key, *value;
    bool good = true;

    if (*start != '=')
        return failure(e, "expected KEY=\"value\" at '%.30s'", *text);
    start += 1 + strspn(start + 1, blanks);
    end = end_of_value(start);
    if (end == NULL)
        return failure(e, "a quote stays open at '%.30s'", start);
    while (key_length > 0 && strchr(blanks, (*text)[key_length - 1]) != NULL)
        key_length--;
    key = xstrndup(*text, key_length);
    value = xstrndup(start, (size_t)(end - start));
    if (!pairs_is_name(key))
        good = failure(e, "'%s' is not the name of a variable", key);
    else if (!trim_value(value))
        good = failure(e, "the value of %s has blanks and must stand in quotes", key);
    else
        on_pair(key, value, arg);
    free(key);
    free(value);
    *text = end + (*end == ',');
    return good;
}

bool pairs_split(const char *text, pair_fn *on_pair, void *arg, struct error *e)
{
    for (text += strspn(text, blanks); *text != '\0'; text += strspn(text, blanks)) {
        if (!split_pair(&text, on_pair, arg, e))
            return false;
    }
    return true;
}
