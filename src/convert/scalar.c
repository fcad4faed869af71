#include "convert/scalar.h"

#include "base/text.h"
#include "base/units.h"
#include "base/words.h"
#include "base/xalloc.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool scalar_is_one_of(const char *text, const char *const *words)
{
    for (; *words != NULL; words++) {
        if (strcasecmp(text, *words) == 0)
            return true;
    }
    return false;
}

bool scalar_is_true(const char *text)
{
    static const char *const words[] = { "true", "yes", "on", NULL };

    return scalar_is_one_of(text, words);
}

bool scalar_is_false(const char *text)
{
    static const char *const words[] = { "false", "no", "off", NULL };

    return scalar_is_one_of(text, words);
}

struct expr *scalar_bool(const char *text, struct error *e)
{
    if (scalar_is_true(text) || scalar_is_false(text))
        return expr_bool(scalar_is_true(text));
    failure(e, "expected true or false, got '%s'", text);
    return NULL;
}

bool scalar_integer(const char *text, long long min, long long max, long long *out, struct error *e)
{
    const char *digits = text + (*text == '-' || *text == '+');

    errno = 0;
    *out = strtoll(text, NULL, 10);
    if (!text_is_digits(digits))
        return failure(e, "expected a whole number, got '%s'", text);
    if (errno != 0 || *out < min || *out > max)
        return failure(e, "%s is not between %lld and %lld", text, min, max);
    return true;
}

struct expr *scalar_int(const char *text, long long min, long long max, struct error *e)
{
    long long n;

    return scalar_integer(text, min, max, &n, e) ? expr_number(n) : NULL;
}

static bool is_decimal(const char *text)
{
    size_t whole = strspn(text, "0123456789");
    size_t fraction = text[whole] == '.' ? 1 + strspn(text + whole + 1, "0123456789") : 0;

    return isdigit((unsigned char)*text) && text[whole + fraction] == '\0';
}

struct expr *scalar_time(const char *text, struct error *e)
{
    msec time;

    if (!duration_parse(text, &time, e)) {
        if (strchr(text, ':') != NULL)
            failure(e, "expected a time such as 90 or \"90s\", got '%s'", text);
        return NULL;
    }
    if (!is_decimal(text))
        return expr_text(text);
    return time % 1000 == 0 ? expr_number(time / 1000) : expr_code("%.10g", (double)time / 1000);
}

struct expr *scalar_size(const char *text, struct error *e)
{
    int64_t size;

    if (!size_parse(text, &size, e))
        return NULL;
    return is_decimal(text) ? expr_number(size) : expr_text(text);
}

struct expr *scalar_octal(const char *text, struct error *e)
{
    unsigned mode;
    char *digits;
    struct expr *expr;

    if (!octal_parse(text, 0777, &mode, e))
        return NULL;
    digits = xasprintf("%03o", mode);
    expr = expr_text(digits);
    free(digits);
    return expr;
}

struct expr *scalar_signal(const char *text, struct error *e)
{
    int number;

    return signal_parse(text, &number, e) ? expr_text(signal_name(number)) : NULL;
}

struct expr *scalar_codes(const char *text, bool *signs, struct place place, struct error *e)
{
    struct expr *codes = expr_table();
    char *copy = xstrdup(text), *rest = copy, *word;
    bool good = true;

    *signs = false;
    while (good && (word = strsep(&rest, ", \t\n")) != NULL) {
        bool sign = *word == '-' && word[1] != '\0';
        long long code;

        if (*word == '\0')
            continue;
        *signs = *signs || sign;
        good = scalar_integer(word + sign, 0, 255, &code, e);
        if (good)
            expr_add(codes, expr_number(code), place);
        else
            failure_in(e, "an exit code");
    }
    free(copy);
    if (good && codes->count == 0)
        good = failure(e, "expected exit codes, got '%s'", text);
    if (good)
        return codes;
    expr_free(codes);
    return NULL;
}

struct expr *scalar_identity(const char *text)
{
    long long number;

    if (scalar_integer(text, 0, 0xFFFFFFFFLL, &number, NULL))
        return expr_number(number);
    return expr_text(text);
}
