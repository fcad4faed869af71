#include "mailbox_private.h"

#include "base/buffer.h"
#include "base/mail.h"
#include "base/xalloc.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { ADDRESS_LONGEST = 320 };

static bool is_address(const char *text)
{
    const char *c;

    for (c = text; *c != '\0'; c++)
        if (!isgraph((unsigned char)*c) || strchr("<>\"(),:;\\", *c) != NULL)
            return false;
    return c > text && c - text <= ADDRESS_LONGEST && *text != '@' && *text != '-' && c[-1] != '@';
}

static bool has_control(const char *text, size_t length)
{
    size_t i;

    for (i = 0; i < length; i++)
        if ((unsigned char)text[i] < ' ' || text[i] == 127)
            return true;
    return false;
}

/* Where this mailbox ends: at a comma that is neither quoted nor within <>. */
static size_t extent(const char *text)
{
    bool quoted = false, angled = false;
    const char *c;

    for (c = text; *c != '\0' && (quoted || angled || *c != ','); c++) {
        if (*c == '\\' && quoted && c[1] != '\0')
            c++;
        else if (*c == '"' && !angled)
            quoted = !quoted;
        else if (!quoted && (*c == '<' || *c == '>'))
            angled = *c == '<';
    }
    return (size_t)(c - text);
}

static char *trimmed(const char *text, size_t length)
{
    while (length > 0 && *text == ' ') {
        text++;
        length--;
    }
    while (length > 0 && text[length - 1] == ' ')
        length--;
    return xstrndup(text, length);
}

/* "\"Doe, Jane\"" without its quotes. */
static void unquote(char *text)
{
    char *to = text;
    const char *from;

    for (from = text; *from != '\0'; from++) {
        if (*from == '"')
            continue;
        if (*from == '\\' && from[1] != '\0')
            from++;
        *to++ = *from;
    }
    *to = '\0';
}

static const char *last_angle(const char *text, size_t length)
{
    return length > 0 && text[length - 1] == '>' ? memrchr(text, '<', length) : NULL;
}

static void take_apart(struct mailbox *m, const char *text)
{
    size_t length = strlen(text);
    const char *angle = last_angle(text, length);

    *m = (struct mailbox){ 0 };
    if (angle == NULL) {
        m->address = xstrdup(text);
        return;
    }
    m->address = trimmed(angle + 1, (size_t)(text + length - angle) - 2);
    m->name = trimmed(text, (size_t)(angle - text));
    unquote(m->name);
    if (*m->name == '\0') {
        free(m->name);
        m->name = NULL;
    }
}

enum mailbox_found mailbox_next(struct mailbox *m, const char **text, struct error *e)
{
    size_t length;
    char *one;

    *text += strspn(*text, ", ");
    if (**text == '\0')
        return MAILBOX_NONE;
    length = extent(*text);
    if (has_control(*text, length)) {
        failure(e, "a mail address has a line break or another control character in it");
        return MAILBOX_WRONG;
    }
    one = trimmed(*text, length);
    *text += length;
    take_apart(m, one);
    if (!is_address(m->address)) {
        failure(e, "'%s' is not a mail address such as ops@example.com", one);
        mailbox_free(m);
        free(one);
        return MAILBOX_WRONG;
    }
    free(one);
    return MAILBOX_ONE;
}

void mailbox_free(struct mailbox *m)
{
    free(m->name);
    free(m->address);
    *m = (struct mailbox){ 0 };
}

static bool read_all(struct words *found, const char *text, struct error *e)
{
    enum mailbox_found what;
    struct mailbox m;

    while ((what = mailbox_next(&m, &text, e)) == MAILBOX_ONE) {
        words_add(found, m.address);
        mailbox_free(&m);
    }
    if (what == MAILBOX_NONE && found->count == 0)
        return failure(e, "a mail address is empty");
    return what == MAILBOX_NONE;
}

bool mail_addresses(struct words *out, const char *text, struct error *e)
{
    struct words found = { 0 };
    bool fine = read_all(&found, text, e);
    size_t i;

    for (i = 0; fine && i < found.count; i++)
        words_add(out, found.word[i]);
    words_free(&found);
    return fine;
}
