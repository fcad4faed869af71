#include "base/log.h"
#include "base/text.h"
#include "os/file.h"
#include "server_private.h"

#include <string.h>

enum { PASSWORD_MOST = 4096 };

bool password_is_set(const struct supervisor_settings *settings)
{
    return settings->password != NULL || settings->password_file != NULL;
}

/* The first line of the file. One that cannot be read, or is empty, lets nobody in. */
static bool read_file(const char *path, struct buffer *out, struct error *e)
{
    if (!file_read(path, PASSWORD_MOST, out, e))
        return failure_in(e, "password_file");
    if (out->length > 0)
        out->data[strcspn(out->data, "\r\n")] = '\0';
    if (out->length > 0 && *out->data != '\0')
        return true;
    return failure(e, "password_file: the first line of '%s' is empty: write the password there", path);
}

bool password_is_there(const struct supervisor_settings *settings, struct error *e)
{
    struct buffer text = { 0 };
    bool there = settings->password_file == NULL || read_file(settings->password_file, &text, e);

    buffer_free(&text);
    return there;
}

static bool is_in_file(const char *path, const char *said)
{
    struct buffer text = { 0 };
    struct error e;
    bool good = read_file(path, &text, &e), right = good && text_equal_secret(said, text.data);

    if (!good)
        log_error("control: %s", e.text);
    buffer_free(&text);
    return right;
}

bool password_is_right(const struct supervisor_settings *settings, const char *said)
{
    if (settings->password != NULL)
        return text_equal_secret(said, settings->password);
    return settings->password_file == NULL || is_in_file(settings->password_file, said);
}
