/* From life to life: what was written last and the line that was begun lie in the snapshot; the pipe stays open. */
#include "output_private.h"

#include "base/log.h"
#include "base/pack.h"
#include "os/resume.h"

void output_keep_line(struct output *o)
{
    const struct buffer *unfinished = &o->cutter.unfinished;

    if (o->line_name == 0)
        return;
    if (unfinished->length > 0)
        snapshot_put_named(o->ring.snapshot, o->line_name, &o->line_entry, "line", unfinished);
    else
        snapshot_drop(o->ring.snapshot, &o->line_entry);
}

void output_keep(struct output *o, struct snapshot *snapshot)
{
    if (o == NULL || snapshot == NULL)
        return;
    ring_keep(&o->ring, snapshot);
    if (o->line_name == 0)
        o->line_name = snapshot_name(snapshot);
    output_keep_line(o);
}

void output_pack(const struct output *o, struct buffer *out)
{
    if (o == NULL)
        return;
    if (o->stream != NULL)
        pack_number(out, "fd", stream_fd(o->stream));
    pack_number(out, "ring", o->ring.name);
    pack_number(out, "line", o->line_name);
}

static void read_on(struct output *o, const struct output_settings *s, int fd)
{
    struct error e;

    if (!output_open_sink(o, s, &e)) {
        log_error("%s: %s: what it writes is not kept", o->process, e.text);
        o->to = SINK_NONE;
    }
    output_read(o, fd);
}

static void restore_ring(struct output *o, const struct former *former, unsigned name)
{
    size_t length;
    const char *memory = former_find(former, name, &length);

    if (memory != NULL)
        ring_restore(&o->ring, memory, length);
}

void output_resume(struct output *o, const struct output_settings *s, const struct former *former, const char *data,
                   size_t length)
{
    struct unpack u;
    int fd;

    if (o == NULL || !unpack_begin(&u, data, length))
        return;
    fd = resume_claim(unpack_number(&u, "fd"));
    restore_ring(o, former, (unsigned)unpack_number(&u, "ring"));
    data = former_find(former, (unsigned)unpack_number(&u, "line"), &length);
    if (data != NULL)
        buffer_add(&o->cutter.unfinished, data, length < LINE_MOST ? length : LINE_MOST);
    output_keep_line(o);
    if (fd >= 0)
        read_on(o, s, fd);
}
