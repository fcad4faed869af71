/* What a client of the control port may send: telnet's bytes, text lines, JSON requests. */
#include "control/line.h"
#include "control/telnet.h"
#include "core/command.h"
#include "fuzz/fuzz.h"

#include <assert.h>
#include <string.h>

static void check(const struct words *words)
{
    struct error e;

    if (words->count > 0)
        command_check(words, &e);
}

static void read_text(const char *line, const char *end)
{
    while (line < end) {
        const char *next = line_command_end(line, end);
        struct words words = { 0 };
        struct error e;

        assert(next >= line && next <= end);
        if (line_words(line, (size_t)(next - line), &words, &e))
            check(&words);
        words_free(&words);
        line = next + 1;
    }
}

static void read_json(const char *line, const char *end)
{
    struct line_request request;
    struct error e;

    if (line_parse_json(line, (size_t)(end - line), &request, &e))
        check(&request.words);
    for (size_t i = 0; request.id != NULL && i < request.words.count; i++)
        line_is_id(request.id, request.words.word[i]);
    line_request_free(&request);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct telnet telnet = { 0 };
    struct buffer plain = { 0 }, answer = { 0 };
    size_t half = size / 2;

    telnet_filter(&telnet, (const char *)data, half, &plain, &answer);
    telnet_filter(&telnet, (const char *)data + half, size - half, &plain, &answer);
    assert(plain.length <= size + 1 && answer.length <= size);
    for (char *line = plain.data, *end; plain.length > 0 && line < plain.data + plain.length; line = end + 1) {
        end = memchr(line, '\n', (size_t)(plain.data + plain.length - line));
        if (end == NULL)
            end = plain.data + plain.length;
        if (*line == '{')
            read_json(line, end);
        else
            read_text(line, end);
    }
    buffer_free(&plain);
    buffer_free(&answer);
    return 0;
}
