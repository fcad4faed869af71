#include "core/probe.h"

#include "base/xalloc.h"
#include "core/process.h"
#include "core/side_command.h"
#include "core/supervisor.h"
#include "os/dial.h"
#include "os/http_probe.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct probe {
    struct loop *loop;
    struct dial *dial; /* one of these four is what it waits for */
    struct http_probe *http;
    struct side_command *command;
    struct timer *soon; /* the answer is there */
    struct timer *limit;
    msec patience;
    int status; /* wanted */
    probe_fn *fn;
    void *arg;
    char what[96];      /* "tcp 127.0.0.1:80" */
    struct error error; /* of `soon`; empty: it answers */
    bool asked;
};

static void answer(struct probe *p, const char *why)
{
    probe_fn *fn = p->fn;
    void *arg = p->arg;
    enum probe_result result = why == NULL ? PROBE_GOOD : p->asked ? PROBE_BAD : PROBE_UNASKED;
    struct error text = { "" };

    if (why != NULL)
        failure(&text, "%s: %s", p->what, why);
    probe_stop(&p);
    fn(result, why != NULL ? text.text : NULL, arg);
}

static void on_soon(void *arg)
{
    struct probe *p = arg;

    p->soon = NULL;
    answer(p, p->error.text[0] != '\0' ? p->error.text : NULL);
}

static void answer_soon(struct probe *p)
{
    p->soon = timer_start(p->loop, 0, on_soon, p);
}

static void on_limit(void *arg)
{
    struct probe *p = arg;
    struct buffer why = { 0 };

    p->limit = NULL;
    buffer_add_text(&why, "no answer within ");
    duration_format(&why, p->patience);
    answer(p, why.data);
    buffer_free(&why);
}

static void on_dialled(int fd, const char *why, void *arg)
{
    struct probe *p = arg;

    p->dial = NULL;
    if (fd >= 0)
        close(fd);
    answer(p, why);
}

static void on_http(int status, const char *why, void *arg)
{
    struct probe *p = arg;
    char text[48];

    p->http = NULL;
    if (status == 0) {
        answer(p, why);
    } else if (p->status > 0 ? status == p->status : status / 100 == 2) {
        answer(p, NULL);
    } else {
        snprintf(text, sizeof text, "the status is %d", status);
        answer(p, text);
    }
}

static void on_command_end(const char *why, void *arg)
{
    struct probe *p = arg;

    p->command = NULL;
    answer(p, why);
}

static void name_it(struct probe *p, const char *kind, const char *what)
{
    snprintf(p->what, sizeof p->what, "%s %s", kind, what);
}

static void dial_tcp(struct probe *p, const char *to)
{
    struct endpoint endpoint;

    name_it(p, "tcp", to);
    if (endpoint_parse(to, &endpoint, &p->error))
        p->dial = dial_endpoint(p->loop, &endpoint, on_dialled, p);
}

static void dial_unix(struct probe *p, const char *path)
{
    char *text = xasprintf("unix:%s", path);
    struct address address;

    name_it(p, "unix", path);
    if (address_parse(text, &address, &p->error))
        p->dial = dial_address(p->loop, &address, on_dialled, p);
    free(text);
}

static void ask_http(struct probe *p, const char *text, int status)
{
    struct url url;

    name_it(p, "http", text);
    p->status = status;
    if (url_parse(text, &url, &p->error))
        p->http = http_probe_start(p->loop, &url, on_http, p);
}

static void look_for(struct probe *p, const char *path)
{
    struct stat s;

    name_it(p, "file", path);
    if (stat(path, &s) < 0)
        failure(&p->error, "%s", strerror(errno));
}

static void run(struct probe *p, struct process *process, const struct words *command)
{
    name_it(p, "exec", command->word[0]);
    p->command = side_command_ask(process, command, p->patience, on_command_end, p, &p->asked, &p->error);
}

static void begin(struct probe *p, struct process *process, const struct probe_target *t)
{
    if (t->tcp != NULL)
        dial_tcp(p, t->tcp);
    else if (t->unix_path != NULL)
        dial_unix(p, t->unix_path);
    else if (t->http != NULL)
        ask_http(p, t->http, t->status);
    else if (t->file != NULL)
        look_for(p, t->file);
    else
        run(p, process, t->exec);
}

struct probe *probe_start(struct process *process, const struct probe_target *target, msec limit, probe_fn *fn,
                          void *arg)
{
    struct probe *p = xcalloc(1, sizeof *p);

    p->loop = supervisor_loop(process_supervisor(process));
    p->asked = true;
    p->patience = limit;
    p->fn = fn;
    p->arg = arg;
    begin(p, process, target);
    if (p->dial == NULL && p->http == NULL && p->command == NULL)
        answer_soon(p);
    else if (p->command == NULL) /* which has a limit of its own */
        p->limit = timer_start(p->loop, limit, on_limit, p);
    return p;
}

void probe_stop(struct probe **probe)
{
    struct probe *p = *probe;

    if (p == NULL)
        return;
    dial_stop(&p->dial);
    http_probe_stop(&p->http);
    side_command_cancel(&p->command);
    timer_stop(&p->soon);
    timer_stop(&p->limit);
    free(p);
    *probe = NULL;
}
