#include "core/line_format.h"

#include "base/json.h"

static void add_json(const struct stamp *stamp, const char *process, const char *stream, const char *line,
                     size_t length, struct buffer *out)
{
    json_open_object(out);
    json_key(out, "time");
    json_text(out, stamp->text);
    json_key(out, "process");
    json_text(out, process);
    json_key(out, "stream");
    json_text(out, stream);
    json_key(out, "line");
    json_bytes(out, line, length);
    json_close_object(out);
}

void line_format_add(const struct line_format *f, const struct stamp *stamp, const char *process,
                     const char *stream, const char *line, size_t length, struct buffer *out)
{
    if (f->json) {
        add_json(stamp, process, stream, line, length, out);
    } else {
        if (f->timestamp) {
            buffer_add_text(out, stamp->text);
            buffer_add_char(out, ' ');
        }
        if (f->prefix) {
            buffer_add_text(out, process);
            buffer_add(out, " | ", 3);
        }
        buffer_add(out, line, length);
    }
    buffer_add_char(out, '\n');
}
