/* What the server says, kept within bounds. */
#include "base/xalloc.h"
#include "curl_private.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static size_t on_body(char *data, size_t size, size_t count, void *arg)
{
    struct transfer *t = arg;
    size_t length = size * count;

    if (t->on_part == NULL && length > t->answer.max_body - t->answer.body.length) {
        reason_fail(t, "the body from %s is larger than %zu bytes", t->peer, t->answer.max_body);
        return 0;
    }
    buffer_add(&t->answer.body, data, length);
    return length;
}

static void forget_headers(struct answer *a)
{
    buffer_clear(&a->headers);
    a->header_count = 0;
}

static void add_trimmed(struct buffer *b, const char *text, size_t length)
{
    while (length > 0 && isspace((unsigned char)*text)) {
        text++;
        length--;
    }
    while (length > 0 && isspace((unsigned char)text[length - 1]))
        length--;
    buffer_add(b, text, length);
}

static void lower(char *text)
{
    for (; *text != '\0'; text++)
        *text = (char)tolower((unsigned char)*text);
}

static void add_header(struct answer *a, const char *line, size_t length)
{
    const char *colon = memchr(line, ':', length);
    size_t start = a->headers.length;

    if (colon == NULL || memchr(line, '\0', length) != NULL)
        return;
    add_trimmed(&a->headers, line, (size_t)(colon - line));
    lower(a->headers.data + start);
    buffer_add_char(&a->headers, '\0');
    add_trimmed(&a->headers, colon + 1, length - (size_t)(colon + 1 - line));
    buffer_add_char(&a->headers, '\0');
    a->header_count++;
}

/* Called with each line, also of redirects and of "100 Continue": the last answer counts. */
static size_t on_header(char *data, size_t size, size_t count, void *arg)
{
    struct transfer *t = arg;
    struct answer *a = &t->answer;
    size_t length = size * count;

    a->header_bytes += length;
    if (a->header_bytes > TRANSFER_MAX_HEADERS) {
        reason_fail(t, "the headers from %s are larger than %d bytes", t->peer, TRANSFER_MAX_HEADERS);
        return 0;
    }
    if (length >= 5 && memcmp(data, "HTTP/", 5) == 0)
        forget_headers(a);
    else
        add_header(a, data, length);
    return length;
}

void answer_listen(struct transfer *t)
{
    curl_easy_setopt(t->easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(t->easy, CURLOPT_WRITEDATA, t);
    curl_easy_setopt(t->easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(t->easy, CURLOPT_HEADERDATA, t);
}

static int status_of(const struct transfer *t)
{
    long status = 0;

    curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
    return (int)status;
}

static struct transfer_header *list_headers(const struct answer *a)
{
    struct transfer_header *list = xcalloc(a->header_count + 1, sizeof *list);
    const char *text = a->headers.data;
    size_t i;

    for (i = 0; i < a->header_count; i++) {
        list[i].name = text;
        list[i].value = text + strlen(text) + 1;
        text = list[i].value + strlen(list[i].value) + 1;
    }
    return list;
}

void answer_tell(const struct transfer *t)
{
    const struct answer *a = &t->answer;
    struct transfer_header *headers = list_headers(a);
    struct transfer_result result = {
        .error = t->failed ? t->why.text : NULL,
        .status = status_of(t),
        .header = headers,
        .header_count = a->header_count,
        .body = a->body.length > 0 ? a->body.data : "",
        .body_length = a->body.length,
    };

    t->fn(&result, t->arg);
    free(headers);
}

void answer_tell_part(struct transfer *t)
{
    struct buffer part = t->answer.body;

    t->answer.body = (struct buffer){ 0 };
    t->on_part(part.data, part.length, t->arg);
    buffer_free(&part);
}

void answer_free(struct answer *a)
{
    buffer_free(&a->headers);
    buffer_free(&a->body);
    buffer_free(&a->line);
}
