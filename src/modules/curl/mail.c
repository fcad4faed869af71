/* What only mail servers need, until the mail is handed over (delivery.c).
 *
 * When a login fails, curl says QUIT and waits for the answer, and the loop with it, for up to two minutes. A socket
 * that receives no more says "end" at once, while QUIT still goes out. That is done with the refusal and, since some
 * ends come without one, with QUIT itself, which not every curl shows. */
#include "base/xalloc.h"
#include "curl_private.h"

#include <assert.h>
#include <ctype.h>
#include <string.h>
#include <sys/socket.h>

enum { ADDRESS_LONGEST = 320, LINE_LONGEST = 300 };

/* ---- the dialog ---------------------------------------------------------------------------- */

static bool begins(const char *data, size_t length, const char *word)
{
    return length >= strlen(word) && memcmp(data, word, strlen(word)) == 0;
}

static void hear_no_more(struct transfer *t)
{
    t->is_over = true;
    if (t->socket >= 0)
        shutdown(t->socket, SHUT_RD);
}

static int on_dialog(CURL *easy, curl_infotype type, char *data, size_t length, void *arg)
{
    struct transfer *t = arg;

    (void)easy;
    if (type != CURLINFO_HEADER_OUT)
        return 0;
    t->may_be_refused = begins(data, length, "EHLO") || (begins(data, length, "STARTTLS") && !t->needs_tls);
    if (begins(data, length, "QUIT\r\n"))
        hear_no_more(t);
    return 0;
}

static bool is_refusal(const struct transfer *t, const char *line, size_t length)
{
    return length >= 4 && line[3] != '-' && (*line == '4' || *line == '5') && !t->may_be_refused;
}

void mail_keep_line(struct transfer *t, const char *data, size_t length)
{
    struct buffer *line = &t->answer.line;
    size_t i;

    buffer_clear(line);
    buffer_add(line, data, length < LINE_LONGEST ? length : LINE_LONGEST);
    while (line->length > 0 && isspace((unsigned char)line->data[line->length - 1]))
        line->data[--line->length] = '\0';
    for (i = 0; i < line->length; i++)
        if (iscntrl((unsigned char)line->data[i]))
            line->data[i] = '?';
}

/* The reason for a refusal is in the last line before the goodbye, which may be heard all the same. */
static size_t on_line(char *data, size_t size, size_t count, void *arg)
{
    struct transfer *t = arg;
    size_t length = size * count;

    if (t->is_over)
        return length;
    mail_keep_line(t, data, length);
    if (is_refusal(t, data, length))
        hear_no_more(t);
    return length;
}

void mail_hang_up(const struct transfer *t)
{
    if (t->is_mail && t->socket >= 0)
        shutdown(t->socket, SHUT_RDWR);
}

bool mail_was_refused(const struct transfer *t)
{
    return t->is_mail && t->answer.line.length > 3 && (*t->answer.line.data == '4' || *t->answer.line.data == '5');
}

/* ---- the request --------------------------------------------------------------------------- */

static bool check_address(const char *address, struct error *e)
{
    if (request_has_control(address) || strpbrk(address, " \t<>\"") != NULL || strlen(address) > ADDRESS_LONGEST)
        return failure(e, "'%s' is not a mail address such as ops@example.com", address);
    return true;
}

static bool check_recipient(const char *address, struct error *e)
{
    return *address != '\0' ? check_address(address, e) : failure(e, "a recipient of the mail is empty");
}

static bool add_recipients(struct transfer *t, const char *const *to, struct error *e)
{
    size_t count = 0;

    for (; to != NULL && to[count] != NULL; count++) {
        if (count == TRANSFER_RECIPIENTS)
            return failure(e, "a mail has at most %d recipients", TRANSFER_RECIPIENTS);
        if (!check_recipient(to[count], e))
            return false;
        t->lines = curl_slist_append(t->lines, to[count]);
    }
    return count > 0 || failure(e, "the mail has no recipient");
}

static bool set_envelope(struct transfer *t, const struct transfer_request *r, struct error *e)
{
    const char *from = r->from != NULL ? r->from : "";

    t->delivery.from = xstrdup(from);
    return check_address(from, e) && add_recipients(t, r->to, e);
}

static bool set_content(struct transfer *t, const struct transfer_request *r, struct error *e)
{
    if (r->body_length == 0)
        return failure(e, "the mail is empty");
    buffer_add(&t->upload, r->body, r->body_length);
    assert(t->upload.data[r->body_length - 1] == '\n');
    return true;
}

static void set_security(struct transfer *t, const struct transfer_request *r)
{
    static const long use_ssl[] = {
        [TRANSFER_PLAIN] = CURLUSESSL_NONE, [TRANSFER_TLS_IF_OFFERED] = CURLUSESSL_TRY, [TRANSFER_TLS] = CURLUSESSL_ALL
    };

    t->needs_tls = r->tls == TRANSFER_TLS;
    curl_easy_setopt(t->easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(t->easy, CURLOPT_USE_SSL, use_ssl[r->tls]);
    /* Other ways to log in look up realms and tickets, and wait for them. */
    curl_easy_setopt(t->easy, CURLOPT_LOGIN_OPTIONS, "AUTH=PLAIN;AUTH=LOGIN;AUTH=CRAM-MD5");
}

static void listen_to_dialog(struct transfer *t)
{
    curl_easy_setopt(t->easy, CURLOPT_HEADERFUNCTION, on_line);
    curl_easy_setopt(t->easy, CURLOPT_DEBUGFUNCTION, on_dialog);
    curl_easy_setopt(t->easy, CURLOPT_DEBUGDATA, t);
    curl_easy_setopt(t->easy, CURLOPT_VERBOSE, 1L);
}

bool mail_set(struct transfer *t, const struct transfer_request *r, struct error *e)
{
    /* It opens the connection, logs in, and leaves the rest to delivery.c. */
    curl_easy_setopt(t->easy, CURLOPT_CONNECT_ONLY, 1L);
    curl_easy_setopt(t->easy, CURLOPT_FORBID_REUSE, 0L);
    set_security(t, r);
    listen_to_dialog(t);
    return set_content(t, r, e) && set_envelope(t, r, e);
}
