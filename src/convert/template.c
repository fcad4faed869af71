#include "convert/template.h"

#include "base/text.h"
#include "base/xalloc.h"
#include "convert/lua_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    OPEN = 1, /* no text of a file holds these two */
    CLOSE = 2
};

/* Python's "%(name)-05.3d". */
struct conversion_spec {
    char *name;
    char flags[8];
    int width, precision; /* -1: not given */
    char type;
};

static const char *read_number(const char *at, int *out)
{
    if (*at < '0' || *at > '9')
        return at;
    *out = 0;
    while (*at >= '0' && *at <= '9') {
        *out = *out < 1000 ? *out * 10 + (*at - '0') : *out;
        at++;
    }
    return at;
}

/* Read what stands behind a `%`; NULL on failure. */
static const char *read_spec(const char *at, struct conversion_spec *spec, struct error *e)
{
    const char *end = *at == '(' ? strchr(at, ')') : NULL;
    size_t flags;

    *spec = (struct conversion_spec){ .width = -1, .precision = -1 };
    if (end == NULL) {
        failure(e, "'%%%.10s' is no %%(name)s; a single %% is written %%%%", at);
        return NULL;
    }
    spec->name = xstrndup(at + 1, (size_t)(end - at) - 1);
    at = end + 1;
    flags = strspn(at, "#0- +");
    snprintf(spec->flags, sizeof spec->flags, "%.*s", flags < 7 ? (int)flags : 7, at);
    at = read_number(at + flags, &spec->width);
    if (*at == '.') {
        spec->precision = 0;
        at = read_number(at + 1, &spec->precision);
    }
    at += strspn(at, "hlL");
    spec->type = *at;
    if (spec->type != '\0' && spec->width <= 99 && spec->precision <= 99)
        return at + 1;
    failure(e, "%%(%.60s) is not followed by a format such as s", spec->name);
    free(spec->name);
    return NULL;
}

/* A number as Lua will format it, "%02d"; what is rarer than zeros and a side is refused. */
static bool add_format(struct buffer *out, const struct conversion_spec *spec, struct error *e)
{
    bool as_text = strchr("sra", spec->type) != NULL;
    const char *flag = strchr(spec->flags, '-') != NULL ? "-" : strchr(spec->flags, '0') != NULL && !as_text ? "0" : "";

    if (strchr("sradiuoxX", spec->type) == NULL || strpbrk(spec->flags, "#+ ") != NULL || spec->precision >= 0)
        return failure(e, "%%(%s) wants a format such as d or 02d", spec->name);
    buffer_addf(out, "%%%s", flag);
    if (spec->width > 0)
        buffer_add_number(out, spec->width);
    buffer_add_char(out, strchr("oxX", spec->type) != NULL ? spec->type : 'd');
    return true;
}

/* `number` by what add_format made, as printf would. */
static void fill_number(struct buffer *out, const char *format, size_t length, long long number)
{
    bool zeros = format[1] == '0', left = format[1] == '-';
    int width = atoi(format + 1 + (zeros || left));
    char type = format[length - 1];
    char text[32];
    int size = snprintf(text, sizeof text,
                        type == 'o'   ? "%llo"
                        : type == 'x' ? "%llx"
                        : type == 'X' ? "%llX"
                                      : "%lld",
                        number);

    for (int i = size; i < width && !left; i++)
        buffer_add_char(out, zeros ? '0' : ' ');
    buffer_add_text(out, text);
    for (int i = size; i < width && left; i++)
        buffer_add_char(out, ' ');
}

static bool add_number(struct buffer *out, const struct conversion_spec *spec, long long number, struct error *e)
{
    struct buffer format = { 0 };
    bool good = add_format(&format, spec, e);

    if (good)
        fill_number(out, format.data, format.length, number);
    buffer_free(&format);
    return good;
}

static bool add_open_number(struct buffer *out, const struct conversion_spec *spec, struct error *e)
{
    bool good;

    buffer_add_char(out, OPEN);
    good = add_format(out, spec, e);
    buffer_add_char(out, CLOSE);
    return good;
}

/* `open`: the text may be. A width would count, and a precision cut, what stands for the number. */
static bool add_text(struct buffer *out, const struct conversion_spec *spec, const char *text, bool open,
                     struct error *e)
{
    int width = spec->width > 0 ? spec->width : 0;

    if (spec->type != 's')
        return failure(e, "%%(%s)%c: this is text, and wants an s", spec->name, spec->type);
    if (template_is_open(text) && (!open || width > 0 || spec->precision >= 0))
        return failure(e, "%%(%.80s) differs between the processes, and cannot be filled in here", spec->name);
    if (width == 0 && spec->precision < 0)
        buffer_add_text(out, text);
    else if (strchr(spec->flags, '-') != NULL)
        buffer_addf(out, "%-*.*s", width, spec->precision, text);
    else
        buffer_addf(out, "%*.*s", width, spec->precision, text);
    return true;
}

/* What is not of the file must not look as if it were open. */
static const char *plain_text(const char *text)
{
    return text != NULL && strpbrk(text, "\x01\x02") == NULL ? text : NULL;
}

/* The value of ENV_X: the program's own variables hide those of [supervisord], and these the environment. */
static const char *find_variable(const struct scope *scope, const char *name)
{
    const struct expr *found = scope->env != NULL ? expr_get(scope->env, name) : NULL;

    if (found == NULL && scope->outer_env != NULL)
        found = expr_get(scope->outer_env, name);
    return found != NULL ? found->text : plain_text(getenv(name));
}

static const char *find_text(const struct scope *scope, const char *name)
{
    if (strcmp(name, "here") == 0)
        return plain_text(scope->here);
    if (strcmp(name, "host_node_name") == 0)
        return scope->host;
    if (strcmp(name, "program_name") == 0)
        return scope->program_name;
    if (strcmp(name, "group_name") == 0)
        return scope->group_name;
    if (text_starts(name, "ENV_"))
        return find_variable(scope, name + 4);
    return NULL;
}

static bool refuse_name(const char *name, struct error *e)
{
    if (text_starts(name, "ENV_"))
        return failure(e, "%%(%.80s)s: the variable %.80s is not set; set it and convert again", name, name + 4);
    return failure(e,
                   "%%(%.80s)s cannot be filled in here; the names are here, host_node_name, program_name, "
                   "group_name, numprocs, process_num and ENV_NAME",
                   name);
}

static bool add_value(struct buffer *out, const struct conversion_spec *spec, const struct scope *scope,
                      struct error *e)
{
    const char *text;

    if (strcmp(spec->name, "process_num") == 0 && scope->process_num)
        return add_open_number(out, spec, e);
    if (strcmp(spec->name, "numprocs") == 0 && scope->numprocs > 0)
        return add_number(out, spec, scope->numprocs, e);
    text = find_text(scope, spec->name);
    return text != NULL ? add_text(out, spec, text, scope->process_num, e) : refuse_name(spec->name, e);
}

char *template_expand(const char *text, const struct scope *scope, struct error *e)
{
    struct buffer out = { 0 };
    bool good = true;

    while (good && *text != '\0') {
        size_t plain = strcspn(text, "%");
        struct conversion_spec spec;

        buffer_add(&out, text, plain);
        text += plain;
        if (text[0] == '%' && text[1] == '%') {
            buffer_add_char(&out, '%');
            text += 2;
        } else if (text[0] == '%') {
            text = read_spec(text + 1, &spec, e);
            good = text != NULL && add_value(&out, &spec, scope, e);
            if (text != NULL)
                free(spec.name);
        }
    }
    if (good)
        return buffer_take(&out);
    buffer_free(&out);
    return NULL;
}

bool template_is_open(const char *template)
{
    return strchr(template, OPEN) != NULL;
}

char *template_fill(const char *template, long long number)
{
    struct buffer out = { 0 };

    while (*template != '\0') {
        size_t plain = strcspn(template, "\x01");

        buffer_add(&out, template, plain);
        template += plain;
        if (*template == OPEN) {
            size_t length = strcspn(++template, "\x02");

            fill_number(&out, template, length, number);
            template += length + 1;
        }
    }
    return buffer_take(&out);
}

void template_code(struct buffer *out, const char *template)
{
    struct buffer format = { 0 };
    int numbers = 0;

    if (!template_is_open(template)) {
        lua_text_quote(out, template, strlen(template));
        return;
    }
    for (const char *c = template; *c != '\0'; c++) {
        bool inside = *c == OPEN;

        if (*c == '%')
            buffer_add_text(&format, "%%");
        else if (!inside)
            buffer_add_char(&format, *c);
        while (inside && *++c != CLOSE)
            buffer_add_char(&format, *c);
        numbers += inside;
    }
    buffer_add_char(out, '(');
    lua_text_quote(out, format.data, format.length);
    buffer_add_text(out, "):format(p.index");
    while (--numbers > 0)
        buffer_add_text(out, ", p.index");
    buffer_add_char(out, ')');
    buffer_free(&format);
}
