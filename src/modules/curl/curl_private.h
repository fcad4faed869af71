/* curl: how the parts of the module see a transfer.
 *
 *   request.c   checks a request and makes an easy handle of it
 *   mail.c      what only mail servers need
 *   delivery.c  hands a mail over
 *   answer.c    what an HTTP server says: headers, body
 *   reason.c    why a transfer failed, in words
 *   engine.c    many easy handles on the loop, and those that wait their turn
 *   module.c    the functions that others call
 */
#ifndef MODULES_CURL_PRIVATE_H
#define MODULES_CURL_PRIVATE_H

#include "base/buffer.h"
#include "base/error.h"
#include "os/transfer.h"

#include <curl/curl.h>
#include <sys/queue.h>

/* A transfer goes down this list; ENDED ones only wait to be told. */
enum stage { STAGE_WAITING, STAGE_RUNNING, STAGE_ENDED };

struct answer {
    struct buffer headers; /* "name\0value\0" of each */
    size_t header_count;
    size_t header_bytes; /* of all answers, redirects too */
    struct buffer body;
    size_t max_body;
    struct buffer line; /* the last one of a mail server */
};

/* How far a mail has been handed over. */
struct delivery {
    enum { FROM_SAID, TO_SAID, DATA_SAID, TEXT_SAID } step;
    const struct curl_slist *recipient; /* who was said last; borrowed */
    char *from;
    struct buffer out; /* of which the first `sent` bytes are sent */
    size_t sent;
    struct buffer in; /* an unfinished line */
    struct watch *watch;
};

struct engine;

struct transfer {
    TAILQ_ENTRY(transfer) link; /* in the engine's list of its stage */
    struct engine *engine;
    enum stage stage;
    CURL *easy;
    struct curl_slist *lines; /* headers or recipients */
    struct buffer upload;
    bool is_mail;
    bool needs_tls;      /* a mail: STARTTLS may not fail */
    bool is_over;        /* a mail: what the server says now is only goodbye */
    bool may_be_refused; /* a mail: if the server does not like what was said last, there is another way */
    char *host;          /* for messages and for the choice of a thread */
    char *peer;          /* host:port */
    char *ca_file;
    int socket; /* the one that is used now; -1: none */
    struct timer *deadline;
    msec timeout;
    struct answer answer;
    struct delivery delivery;
    bool failed;
    struct error why;           /* when failed; one of our own reasons comes before curl's */
    char says[CURL_ERROR_SIZE]; /* curl's words */
    transfer_done_fn *fn;
    transfer_part_fn *on_part; /* NULL: the body is kept */
    void *arg;
};

TAILQ_HEAD(transfer_list, transfer);

/* request.c: a transfer that nobody has started; NULL, with the reason, if the request is wrong. */
struct transfer *transfer_new(const struct transfer_request *request, struct error *e);
void transfer_free(struct transfer *t);
/* A line break would begin a header or a command of its own. */
bool request_has_control(const char *text);

/* mail.c */
bool mail_set(struct transfer *t, const struct transfer_request *r, struct error *e);
/* "550 no such user": the server's own words, in answer.line, say more than curl's. */
bool mail_was_refused(const struct transfer *t);
/* Before a running one is dropped: curl does not say goodbye over a connection that is gone. */
void mail_hang_up(const struct transfer *t);
/* A line of the server's, for who wants to know its words. */
void mail_keep_line(struct transfer *t, const char *data, size_t length);

/* delivery.c: the connection is there: engine_end ends it, at once or later. */
void delivery_begin(struct transfer *t);
void delivery_stop(struct transfer *t);
void delivery_free(struct delivery *d);

/* answer.c */
void answer_listen(struct transfer *t);
/* Hand on what has come of a body that is not kept. The transfer may be gone then. */
void answer_tell_part(struct transfer *t);
/* Call the transfer's function. */
void answer_tell(const struct transfer *t);
void answer_free(struct answer *a);

/* reason.c: set `failed` and `why`, unless they are set already. */
void reason_fail(struct transfer *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
void reason_of_code(struct transfer *t, CURLcode code);
void reason_of_deadline(struct transfer *t);

/* engine.c */
/* Let it wait for its turn, which may be now. On failure it is still the caller's. */
bool engine_start(struct loop *loop, struct transfer *t, struct error *e);
void engine_cancel(struct transfer *t);
/* One that runs is over, well or not. It may be gone when this returns. */
void engine_end(struct transfer *t);
struct loop *engine_loop(const struct transfer *t);
/* It is about to be closed. */
void engine_forget_socket(int fd);
void engine_close(void);

#endif
