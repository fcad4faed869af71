/* Only the first line of the answer counts, so it is read here: thousands of checks a minute are to cost next to
 * nothing, and a whole HTTP client would make and throw away much more for each. */
#include "os/http_probe.h"

#include "base/text.h"
#include "base/xalloc.h"
#include "os/dial.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LINE_MOST = 512 };

struct http_probe {
    struct loop *loop;
    struct dial *dial;
    struct watch *watch;
    int fd;
    http_probe_fn *fn;
    void *arg;
    char *request;
    size_t length;
    char line[LINE_MOST]; /* what has come of the first line */
    size_t read;
};

/* ---- addresses --------------------------------------------------------------------------------- */

/* What stands in a request line as it is. */
static bool is_plain(const char *text)
{
    for (; *text != '\0'; text++)
        if (!isgraph((unsigned char)*text))
            return false;
    return true;
}

static bool has_port(const char *host)
{
    const char *colon = strrchr(host, ':');

    return colon != NULL && strchr(colon, ']') == NULL;
}

bool url_parse(const char *text, struct url *out, struct error *e)
{
    char host[256];
    size_t length;

    if (text_starts(text, "https://"))
        return failure(e, "'%.200s': https is not spoken here; use exec = \"curl -fsS …\"", text);
    if (!text_starts(text, "http://"))
        return failure(e, "'%.200s' should look like http://127.0.0.1:8080/health", text);
    text += strlen("http://");
    length = strcspn(text, "/?#");
    if (length == 0 || length >= sizeof out->host - 6 || memchr(text, '@', length) != NULL)
        return failure(e, "'http://%.200s' should look like http://127.0.0.1:8080/health", text);
    memcpy(out->host, text, length);
    out->host[length] = '\0';
    snprintf(host, sizeof host, "%.*s%s", (int)length, text, has_port(out->host) ? "" : ":80");
    text += length;
    if ((size_t)snprintf(out->path, sizeof out->path, "%s%.*s", *text == '/' ? "" : "/", (int)strcspn(text, "#"),
                         text) >= sizeof out->path ||
        !is_plain(out->path))
        return failure(e, "the path of 'http://%.100s' is too long, or has a blank in it", out->host);
    return endpoint_parse(host, &out->to, e);
}

/* ---- one question ------------------------------------------------------------------------------ */

static void answer(struct http_probe *h, int status, const char *why)
{
    http_probe_fn *fn = h->fn;
    void *arg = h->arg;

    http_probe_stop(&h);
    fn(status, why, arg);
}

/* "HTTP/1.1 200 OK" */
static void judge(struct http_probe *h)
{
    int status = 0;

    h->line[h->read] = '\0';
    if (sscanf(h->line, "HTTP/1.%*1[0-9] %3d", &status) != 1 || status < 100)
        answer(h, 0, "the answer is not HTTP");
    else
        answer(h, status, NULL);
}

static void take(struct http_probe *h)
{
    ssize_t n = recv(h->fd, h->line + h->read, sizeof h->line - 1 - h->read, 0);

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n < 0) {
        answer(h, 0, strerror(errno));
        return;
    }
    h->read += (size_t)n;
    if (memchr(h->line, '\n', h->read) != NULL || h->read == sizeof h->line - 1)
        judge(h);
    else if (n == 0)
        answer(h, 0, h->read > 0 ? "the answer is not HTTP" : "the connection was closed without an answer");
}

static void on_readable(int fd, int what, void *arg)
{
    (void)fd;
    (void)what;
    take(arg);
}

/* A request that does not go into the socket's buffer at once goes to nobody who is well. */
static void on_connected(int fd, const char *why, void *arg)
{
    struct http_probe *h = arg;

    h->dial = NULL;
    h->fd = fd;
    if (fd < 0)
        answer(h, 0, why);
    else if (send(fd, h->request, h->length, MSG_NOSIGNAL) != (ssize_t)h->length)
        answer(h, 0, "the request could not be sent");
    else
        h->watch = watch_start(h->loop, fd, WATCH_READ, on_readable, h);
}

struct http_probe *http_probe_start(struct loop *loop, const struct url *url, http_probe_fn *fn, void *arg)
{
    struct http_probe *h = xcalloc(1, sizeof *h);

    h->loop = loop;
    h->fd = -1;
    h->fn = fn;
    h->arg = arg;
    h->request =
        xasprintf("GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: reeve\r\nAccept: */*\r\nConnection: close\r\n\r\n",
                  url->path, url->host);
    h->length = strlen(h->request);
    h->dial = dial_endpoint(loop, &url->to, on_connected, h);
    return h;
}

void http_probe_stop(struct http_probe **h)
{
    struct http_probe *old = *h;

    if (old == NULL)
        return;
    dial_stop(&old->dial);
    watch_stop(&old->watch);
    if (old->fd >= 0)
        close(old->fd);
    free(old->request);
    free(old);
    *h = NULL;
}
