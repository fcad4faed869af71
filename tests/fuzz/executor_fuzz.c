/* What an executor writes to stdout, as the stream brings it: wherever it is cut, the same messages are heard. */
#include "fuzz/fuzz.h"

#include "../../src/modules/gearman/gearman_private.h"
#include "base/buffer.h"
#include "base/log.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void on_log(int level, const char *line, size_t length, void *arg)
{
    (void)level;
    buffer_add(arg, line, length);
    buffer_add_char(arg, '\n');
}

/* In pieces of so many bytes, each exactly as long as it is, so that a byte behind it is seen. */
static void hear(const uint8_t *data, size_t size, size_t piece, struct buffer *heard)
{
    struct ability ability = { .definition = { .name = "f" } };
    struct job job = { .ability = &ability, .handle = "H:1", .max_output = 1 << 20, .settled = true };
    struct mouth mouth = { .job = &job };

    log_listen(on_log, heard);
    while (size > 0) {
        size_t n = size < piece ? size : piece;
        char *copy = malloc(n);

        assert(copy != NULL);
        memcpy(copy, data, n);
        job_on_stdout(copy, n, &mouth);
        free(copy);
        data += n;
        size -= n;
    }
    job_last_line(&job);
    assert(job.line.length == 0);
    buffer_free(&job.line);
    log_listen(NULL, NULL);
}

/* The first byte says how large the pieces are. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buffer whole = { 0 }, torn = { 0 };
    struct error e;

    if (size < 2 || size > 1 << 18)
        return 0;
    log_open(NULL, 0, LOG_NOTICE, LOG_DAEMON, &e);
    hear(data + 1, size - 1, size, &whole);
    hear(data + 1, size - 1, 1u + data[0], &torn);
    assert(whole.length == torn.length && (whole.length == 0 || memcmp(whole.data, torn.data, whole.length) == 0));
    buffer_free(&whole);
    buffer_free(&torn);
    return 0;
}
