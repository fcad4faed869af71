/* What a request asks for becomes the options of an easy handle. */
#include "base/xalloc.h"
#include "curl_private.h"
#include "version.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { METHOD_LONGEST = 32 };

static const char token_characters[] = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

static bool is_token(const char *text)
{
    return *text != '\0' && text[strspn(text, token_characters)] == '\0';
}

bool request_has_control(const char *text)
{
    for (; *text != '\0'; text++)
        if (((unsigned char)*text < ' ' && *text != '\t') || *text == 127)
            return true;
    return false;
}

/* ---- the address --------------------------------------------------------------------------- */

static char *url_part(CURLU *url, CURLUPart part)
{
    char *text = NULL;
    char *copy;

    if (curl_url_get(url, part, &text, CURLU_DEFAULT_PORT) != CURLUE_OK)
        return NULL;
    copy = xstrdup(text);
    curl_free(text);
    return copy;
}

static bool check_scheme(struct transfer *t, const char *scheme, struct error *e)
{
    t->is_mail = strcmp(scheme, "smtp") == 0 || strcmp(scheme, "smtps") == 0;
    if (t->is_mail || strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0)
        return true;
    return failure(e, "'%s:' is not understood; http:, https:, smtp: and smtps: are", scheme);
}

static bool take_peer(struct transfer *t, CURLU *url, struct error *e)
{
    char *scheme = url_part(url, CURLUPART_SCHEME);
    char *port = url_part(url, CURLUPART_PORT);
    bool fine = check_scheme(t, scheme != NULL ? scheme : "", e);

    t->host = url_part(url, CURLUPART_HOST);
    t->peer = xasprintf("%s:%s", t->host != NULL ? t->host : "?", port != NULL ? port : "?");
    free(scheme);
    free(port);
    return fine;
}

/* What may hold a password is not repeated. */
static bool fail_to_read(CURLUcode reason, const char *text, struct error *e)
{
    if (reason == CURLUE_OUT_OF_MEMORY)
        return failure(e, "out of memory");
    if (strchr(text, '@') != NULL)
        return failure(e, "this is not a URL such as https://example.com/path (it is not shown: there is an @ in it)");
    return failure(e, "'%s' is not a URL such as https://example.com/path", text);
}

static bool read_url(struct transfer *t, const char *text, struct error *e)
{
    CURLU *url = curl_url();
    CURLUcode reason = curl_url_set(url, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME);
    bool fine = reason == CURLUE_OK ? take_peer(t, url, e) : fail_to_read(reason, text, e);

    curl_url_cleanup(url);
    return fine;
}

/* ---- HTTP ---------------------------------------------------------------------------------- */

static bool add_header(struct transfer *t, const struct transfer_header *h, struct error *e)
{
    char *line;

    if (!is_token(h->name))
        return failure(e, "'%s' cannot be the name of a header", h->name);
    if (request_has_control(h->value))
        return failure(e, "the header '%s' has a line break or another control character in its value", h->name);
    /* curl's way to say an empty one; "name:" would take away its own. */
    line = *h->value == '\0' ? xasprintf("%s;", h->name) : xasprintf("%s: %s", h->name, h->value);
    t->lines = curl_slist_append(t->lines, line);
    free(line);
    return true;
}

static bool add_headers(struct transfer *t, const struct transfer_request *r, struct error *e)
{
    for (size_t i = 0; i < r->header_count; i++)
        if (!add_header(t, &r->header[i], e))
            return false;
    /* curl's own would wait a second for servers that do not know it. */
    t->lines = curl_slist_append(t->lines, "Expect:");
    curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->lines);
    return true;
}

static bool carries_body(const char *method, const struct transfer_request *r)
{
    return r->body_length > 0 || strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0 ||
           strcmp(method, "PATCH") == 0;
}

static bool set_method(struct transfer *t, const struct transfer_request *r, struct error *e)
{
    const char *method = r->method != NULL ? r->method : r->body != NULL ? "POST" : "GET";

    if (!is_token(method) || strlen(method) > METHOD_LONGEST)
        return failure(e, "'%s' cannot be a method; GET and POST are some", method);
    if (carries_body(method, r)) {
        curl_easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body_length);
        curl_easy_setopt(t->easy, CURLOPT_COPYPOSTFIELDS, r->body_length > 0 ? (const char *)r->body : "");
    } else if (strcmp(method, "HEAD") == 0) {
        curl_easy_setopt(t->easy, CURLOPT_NOBODY, 1L);
    }
    /* Not for those that curl knows: they turn to GET where a redirect says so. */
    if (strcmp(method, "HEAD") != 0 && strcmp(method, carries_body(method, r) ? "POST" : "GET") != 0)
        curl_easy_setopt(t->easy, CURLOPT_CUSTOMREQUEST, method);
    return true;
}

static bool set_http(struct transfer *t, const struct transfer_request *r, struct error *e)
{
    curl_easy_setopt(t->easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(t->easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    /* One connection each: there is nothing to share, and less to go wrong. */
    curl_easy_setopt(t->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(t->easy, CURLOPT_USERAGENT, "reeve/" REEVE_VERSION);
    curl_easy_setopt(t->easy, CURLOPT_FOLLOWLOCATION, r->follow ? 1L : 0L);
    curl_easy_setopt(t->easy, CURLOPT_MAXREDIRS, (long)TRANSFER_REDIRECTS);
    return set_method(t, r, e) && add_headers(t, r, e);
}

/* ---- both ---------------------------------------------------------------------------------- */

static curl_socket_t on_open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
    (void)arg;
    (void)purpose;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* curl may close it long after the transfer is gone. */
static int on_close_socket(void *arg, curl_socket_t fd)
{
    (void)arg;
    engine_forget_socket(fd);
    return close(fd);
}

static void set_trust(struct transfer *t, const struct transfer_request *r)
{
    /* With a folder as well, curl would read all the system's authorities for each transfer: 25 ms. Without one it
     * keeps them. */
    curl_easy_setopt(t->easy, CURLOPT_CAPATH, NULL);
    if (r->ca_file != NULL)
        curl_easy_setopt(t->easy, CURLOPT_CAINFO, r->ca_file);
    if (r->cert_file != NULL)
        curl_easy_setopt(t->easy, CURLOPT_SSLCERT, r->cert_file);
    if (r->key_file != NULL)
        curl_easy_setopt(t->easy, CURLOPT_SSLKEY, r->key_file);
    if (!r->insecure)
        return;
    curl_easy_setopt(t->easy, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(t->easy, CURLOPT_SSL_VERIFYHOST, 0L);
}

static void set_common(struct transfer *t, const struct transfer_request *r)
{
    curl_easy_setopt(t->easy, CURLOPT_PRIVATE, t);
    curl_easy_setopt(t->easy, CURLOPT_ERRORBUFFER, t->says);
    curl_easy_setopt(t->easy, CURLOPT_URL, r->url);
    curl_easy_setopt(t->easy, CURLOPT_NOSIGNAL, 1L);
    /* Nobody waits for the thread of a lookup that was given up. */
    curl_easy_setopt(t->easy, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(t->easy, CURLOPT_FORBID_REUSE, 1L);
    if (r->on_part != NULL) /* it may be silent for long, and the other side be gone */
        curl_easy_setopt(t->easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(t->easy, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
    curl_easy_setopt(t->easy, CURLOPT_CLOSESOCKETFUNCTION, on_close_socket);
    curl_easy_setopt(t->easy, CURLOPT_PROXY, r->proxy != NULL ? r->proxy : "");
    if (r->user != NULL) {
        curl_easy_setopt(t->easy, CURLOPT_USERNAME, r->user);
        curl_easy_setopt(t->easy, CURLOPT_PASSWORD, r->password != NULL ? r->password : "");
    }
    set_trust(t, r);
}

static bool set_all(struct transfer *t, const struct transfer_request *r, struct error *e)
{
    if (!read_url(t, r->url, e))
        return false;
    set_common(t, r);
    answer_listen(t);
    return t->is_mail ? mail_set(t, r, e) : set_http(t, r, e);
}

struct transfer *transfer_new(const struct transfer_request *r, struct error *e)
{
    struct transfer *t = xcalloc(1, sizeof *t);

    t->easy = curl_easy_init();
    t->socket = -1;
    t->timeout = r->timeout > 0 ? r->timeout : TRANSFER_TIMEOUT;
    t->answer.max_body = r->max_body > 0 ? r->max_body : TRANSFER_MAX_BODY;
    t->on_part = r->on_part;
    t->ca_file = xstrdup(r->ca_file);
    if (t->easy == NULL)
        failure(e, "libcurl cannot make a transfer: out of memory");
    else if (set_all(t, r, e))
        return t;
    transfer_free(t);
    return NULL;
}

void transfer_free(struct transfer *t)
{
    timer_stop(&t->deadline);
    curl_easy_cleanup(t->easy);
    curl_slist_free_all(t->lines);
    buffer_free(&t->upload);
    delivery_free(&t->delivery);
    answer_free(&t->answer);
    free(t->host);
    free(t->peer);
    free(t->ca_file);
    free(t);
}
