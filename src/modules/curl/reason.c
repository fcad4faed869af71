/* curl's codes are made for programmers; a user wants to know what to mend. */
#include "curl_private.h"

#include <stdarg.h>
#include <string.h>

void reason_fail(struct transfer *t, const char *format, ...)
{
    va_list arguments;
    char text[sizeof t->why.text];

    if (t->failed)
        return;
    t->failed = true;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    failure(&t->why, "%s", text);
}

static const char *words(const struct transfer *t, CURLcode code)
{
    return *t->says != '\0' ? t->says : curl_easy_strerror(code);
}

static void fail_to_connect(struct transfer *t, CURLcode code)
{
    long number = 0;

    curl_easy_getinfo(t->easy, CURLINFO_OS_ERRNO, &number);
    reason_fail(t, "cannot connect to %s: %s", t->peer, number != 0 ? strerror((int)number) : words(t, code));
}

static void fail_by_cut(struct transfer *t, CURLcode code)
{
    if (strstr(t->says, " alert ") != NULL) /* of TLS 1.3: after the handshake, as our side sees it */
        reason_fail(t, "no TLS with %s: %s", t->peer, words(t, code));
    else if (t->is_mail || t->answer.header_count == 0)
        reason_fail(t, "%s closed the connection without an answer", t->peer);
    else
        reason_fail(t, "the answer from %s was cut off: %s", t->peer, words(t, code));
}

void reason_of_code(struct transfer *t, CURLcode code)
{
    switch (code) {
    case CURLE_OK:
        break;
    case CURLE_COULDNT_RESOLVE_HOST:
        reason_fail(t, "cannot find the address of '%s': no such host, or no answer from the name service", t->host);
        break;
    case CURLE_COULDNT_RESOLVE_PROXY:
        reason_fail(t, "cannot find the address of the proxy");
        break;
    case CURLE_COULDNT_CONNECT:
        fail_to_connect(t, code);
        break;
    case CURLE_PEER_FAILED_VERIFICATION:
        reason_fail(t, "the certificate of %s is not trusted: %s", t->peer, words(t, code));
        break;
    case CURLE_SSL_CACERT_BADFILE:
        reason_fail(t, "cannot read the authorities in '%s'", t->ca_file != NULL ? t->ca_file : "the system's file");
        break;
    case CURLE_SSL_CERTPROBLEM:
        reason_fail(t, "no certificate can be shown to %s: %s", t->peer, words(t, code));
        break;
    case CURLE_SSL_CONNECT_ERROR:
        reason_fail(t, "no TLS with %s: %s", t->peer, words(t, code));
        break;
    case CURLE_USE_SSL_FAILED:
        reason_fail(t, "%s does not offer TLS, which is required", t->peer);
        break;
    case CURLE_TOO_MANY_REDIRECTS:
        reason_fail(t, "%s redirects more than %d times", t->peer, TRANSFER_REDIRECTS);
        break;
    case CURLE_LOGIN_DENIED:
        reason_fail(t, "%s does not accept this user and password: %s", t->peer,
                    mail_was_refused(t) ? t->answer.line.data : words(t, code));
        break;
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
        if (!mail_was_refused(t)) {
            fail_by_cut(t, code);
            break;
        }
        /* fallthrough */
    default:
        if (mail_was_refused(t))
            reason_fail(t, "%s refused the mail: %s", t->peer, t->answer.line.data);
        else
            reason_fail(t, "%s: %s", t->peer, words(t, code));
    }
}

static bool has_time(const struct transfer *t, CURLINFO info)
{
    curl_off_t when = 0;

    return curl_easy_getinfo(t->easy, info, &when) == CURLE_OK && when > 0;
}

void reason_of_deadline(struct transfer *t)
{
    struct buffer time = { 0 };

    duration_format(&time, t->timeout);
    if (t->stage == STAGE_WAITING)
        reason_fail(t, "%d transfers were under way for %s, and this one did not have its turn", TRANSFERS_AT_ONCE,
                    time.data);
    else if (!has_time(t, CURLINFO_NAMELOOKUP_TIME_T))
        reason_fail(t, "the address of '%s' was not found within %s: the name service does not answer", t->host,
                    time.data);
    else if (!has_time(t, CURLINFO_CONNECT_TIME_T))
        reason_fail(t, "no connection to %s within %s", t->peer, time.data);
    else if (t->answer.header_count > 0)
        reason_fail(t, "the answer from %s was not complete within %s", t->peer, time.data);
    else
        reason_fail(t, "no answer from %s within %s", t->peer, time.data);
    buffer_free(&time);
}
