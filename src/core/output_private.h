/* What the parts of an output share: its way (output.c), who hears it (output_listeners.c), its next life
 * (output_keep.c). */
#ifndef CORE_OUTPUT_PRIVATE_H
#define CORE_OUTPUT_PRIVATE_H

#include "core/line_cutter.h"
#include "core/line_format.h"
#include "core/logfile.h"
#include "core/output.h"
#include "core/ring.h"
#include "os/stream.h"

struct output_listener {
    LIST_ENTRY(output_listener) link;
    struct output *output;  /* NULL: it was freed */
    output_listener_fn *fn; /* NULL: freed when all were told */
    void *arg;
};

struct output {
    struct loop *loop;
    char *process;
    bool is_stderr;
    enum output_sink to;
    char *path; /* of SINK_FILE */
    struct line_format format;
    bool drop; /* when the sink is full; else the child waits */
    bool cutting;
    bool telling;

    struct stream *stream; /* NULL: nobody writes */
    loop_fn *on_end;
    void *on_end_arg;
    unsigned long lost; /* lines that syslog did not take, since it last did */
    struct ring ring;
    struct line_cutter cutter;
    unsigned line_name, line_entry; /* the unfinished line, in the snapshot that has the ring */
    struct logfile *file;           /* NULL: not needed, or not yet open */
    struct logfile_user user;
    LIST_HEAD(, output_listener) listeners;
};

/* Have its file open, if it needs one. */
bool output_open_sink(struct output *o, const struct output_settings *s, struct error *e);

/* Read from `fd`, and own it. */
void output_read(struct output *o, int fd);

/* output_listeners.c: tell all of them; nobody listens any more. */
void output_tell(struct output *o, const char *data, size_t length);
void output_forget_listeners(struct output *o);

/* A line that was begun belongs to the next life, if that comes before its end. */
void output_keep_line(struct output *o);

#endif
