#include "base/xalloc.h"
#include "control/line.h"
#include "os/file.h"
#include "os/folder.h"
#include "shell_private.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEPT_MOST = 1000, FILE_MOST = 1 << 20 };

char *history_path(void)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    struct buffer path = { 0 };

    /* The specification wants a relative one ignored. */
    if (state != NULL && *state == '/')
        buffer_addf(&path, "%s/reeve/history", state);
    else if (home != NULL && *home == '/')
        buffer_addf(&path, "%s/.local/state/reeve/history", home);
    else
        return NULL;
    return buffer_take(&path);
}

/* The last KEPT_MOST lines of a text: where they begin, and how many there are in all. */
static const char *last_lines(const char *text, size_t *count)
{
    const char *first = text;

    *count = 0;
    for (const char *p = text; (p = strchr(p, '\n')) != NULL; p++)
        if (++*count > KEPT_MOST)
            first = strchr(first, '\n') + 1;
    return first;
}

void history_load(const char *path, void (*add)(const char *line, void *arg), void *arg)
{
    struct buffer text = { 0 };
    const char *first;
    char *rest, *line;
    size_t count;

    /* None yet is no failure. */
    if (file_tail(path, 2 * KEPT_MOST, FILE_MOST, &text, NULL) && text.length > 0) {
        first = last_lines(text.data, &count);
        if (count >= 2 * KEPT_MOST)
            file_swap(path, first, strlen(first), 0600, NULL);
        for (rest = text.data + (first - text.data); (line = strsep(&rest, "\n")) != NULL;)
            if (*line != '\0')
                add(line, arg);
    }
    buffer_free(&text);
}

/* However it is quoted. */
static bool is_auth(const char *command, const char *end)
{
    struct words words = { 0 };
    bool is;

    line_words(command, (size_t)(end - command), &words, NULL);
    is = words.count > 0 && strcmp(words.word[0], "auth") == 0;
    words_free(&words);
    return is;
}

bool history_may_keep(const char *line)
{
    const char *end = line + strlen(line), *next;

    if (line[strspn(line, " \t")] == '\0')
        return false;
    for (; line <= end; line = next + 1) {
        next = line_command_end(line, end);
        if (is_auth(line, next))
            return false;
    }
    return true;
}

bool history_keep(const char *path, const char *line, struct error *e)
{
    struct buffer text = { 0 };
    int fd = folder_make_for(path, 0700, e) ? file_open_append(path, 0600, e) : -1;
    bool good;

    if (fd < 0)
        return false;
    buffer_addf(&text, "%s\n", line);
    good = fchmod(fd, 0600) == 0 && write(fd, text.data, text.length) == (ssize_t)text.length;
    buffer_free(&text);
    close(fd);
    return good || failure_errno(e, "%s", path);
}
