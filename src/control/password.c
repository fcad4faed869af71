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
static bool is_in_file(const char *path, const char *said)
{
    struct buffer text = { 0 };
    struct error e;
    bool right = false;

    if (!file_read(path, PASSWORD_MOST, &text, &e)) {
        log_error("control: password_file: %s", e.text);
    } else if (text.length > 0) {
        text.data[strcspn(text.data, "\r\n")] = '\0';
        right = *text.data != '\0' && text_equal_secret(said, text.data);
    }
    buffer_free(&text);
    return right;
}

bool password_is_right(const struct supervisor_settings *settings, const char *said)
{
    if (settings->password != NULL)
        return text_equal_secret(said, settings->password);
    return settings->password_file == NULL || is_in_file(settings->password_file, said);
}
