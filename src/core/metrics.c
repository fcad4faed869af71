#include "core/metrics.h"

#include <math.h>
#include <stdarg.h>

static struct metrics_source *first;

void metrics_register(struct metrics_source *source)
{
    struct metrics_source **end = &first;

    for (; *end != NULL; end = &(*end)->next)
        if (*end == source)
            return;
    *end = source;
}

void metrics_write(struct supervisor *s, struct buffer *out)
{
    for (const struct metrics_source *source = first; source != NULL; source = source->next)
        source->write(s, out);
    buffer_add_text(out, "# EOF\n");
}

void metrics_family(struct buffer *out, const char *name, const char *type, const char *help)
{
    buffer_addf(out, "# TYPE %s %s\n# HELP %s %s\n", name, type, name, help);
}

static void add_escaped(struct buffer *out, const char *text)
{
    for (; *text != '\0'; text++)
        switch (*text) {
        case '\\':
            buffer_add_text(out, "\\\\");
            break;
        case '"':
            buffer_add_text(out, "\\\"");
            break;
        case '\n':
            buffer_add_text(out, "\\n");
            break;
        default:
            buffer_add_char(out, *text);
        }
}

static void add_value(struct buffer *out, double value)
{
    if (value == floor(value) && fabs(value) < 1e15)
        buffer_add_number(out, (long long)value);
    else
        buffer_addf(out, "%.15g", value);
}

void metrics_sample(struct buffer *out, const char *name, double value, ...)
{
    const char *label, *separator = "{";
    va_list labels;

    buffer_add_text(out, name);
    va_start(labels, value);
    while ((label = va_arg(labels, const char *)) != NULL) {
        buffer_add_text(out, separator);
        buffer_add_text(out, label);
        buffer_add_text(out, "=\"");
        add_escaped(out, va_arg(labels, const char *));
        buffer_add_char(out, '"');
        separator = ",";
    }
    va_end(labels);
    buffer_add_text(out, *separator == ',' ? "} " : " ");
    add_value(out, value);
    buffer_add_char(out, '\n');
}
