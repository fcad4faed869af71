/* transfer: HTTP requests and mail on their way, many at once, and nobody waits for them.
 *
 * libcurl does the work, in the module "curl" that the first transfer opens. Certificates are checked, no proxy is used
 * unless one is given, no file in the user's home is read. At most TRANSFERS_AT_ONCE are under way, others wait their
 * turn. */
#ifndef OS_TRANSFER_H
#define OS_TRANSFER_H

#include "os/loop.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    TRANSFERS_AT_ONCE = 64,
    TRANSFERS_WAITING = 1024,            /* more are refused */
    TRANSFER_TIMEOUT = 30 * 1000,        /* unless the request says another one */
    TRANSFER_MAX_BODY = 8 * 1024 * 1024, /* likewise */
    TRANSFER_MAX_HEADERS = 64 * 1024,
    TRANSFER_REDIRECTS = 5,
    TRANSFER_RECIPIENTS = 1000,
};

struct transfer;

struct transfer_header {
    const char *name;
    const char *value;
};

/* The next part of a body that is not kept: lent for the time of the call, from the loop, never from within
 * transfer_start. */
typedef void transfer_part_fn(const char *data, size_t length, void *arg);

/* STARTTLS on a connection that begins in plain text. */
enum transfer_tls { TRANSFER_PLAIN, TRANSFER_TLS_IF_OFFERED, TRANSFER_TLS };

/* All of it is copied. What is zero has the default that its comment says. */
struct transfer_request {
    const char *url; /* http: or https: is a request, smtp: or smtps: is a mail to be handed to this server */
    msec timeout; /* for the whole, waiting for its turn included: TRANSFER_TIMEOUT; with `on_part` for each silence */
    const char *user;      /* none; with http: Basic authentication */
    const char *password;  /* empty */
    const char *ca_file;   /* authorities in PEM, in place of the system's */
    const char *cert_file; /* ours in PEM, for servers that want one; none */
    const char *key_file;  /* its key; it is in cert_file too */
    bool insecure;         /* take any certificate */
    const char *proxy;     /* none, whatever the environment says */
    const void *body;      /* what is sent: of a request, or the mail with its headers, each line with CRLF */
    size_t body_length;

    /* http: */
    const char *method; /* POST with a body, else GET */
    const struct transfer_header *header;
    size_t header_count;
    bool follow;     /* redirects: up to TRANSFER_REDIRECTS, to http and https only */
    size_t max_body; /* of the answer: TRANSFER_MAX_BODY; a larger one is a failure; with `on_part` it has no limit */
    transfer_part_fn *on_part; /* gets the body as it comes, so that it may go on for ever; its end is in the result */

    /* smtp: */
    const char *from;      /* bare addresses, as mail_addresses gives them; empty: a mail that cannot bounce */
    const char *const *to; /* a NULL ends them; if the server refuses one, none gets the mail */
    enum transfer_tls tls;
};

/* Lent for the time of the call. */
struct transfer_result {
    const char *error;                    /* NULL: the server answered, with whatever status; it took the mail */
    int status;                           /* 200 */
    const struct transfer_header *header; /* of the last answer; names in lower case, in the server's order */
    size_t header_count;
    const char *body; /* a zero byte follows it */
    size_t body_length;
};

/* The transfer is spent when this is called: the owner forgets it. Never called from within transfer_start. */
typedef void transfer_done_fn(const struct transfer_result *r, void *arg);

/* NULL, with the reason in `e`, for a request that makes no sense, for too many that wait, and without the module. */
struct transfer *transfer_start(struct loop *loop, const struct transfer_request *request, transfer_done_fn *fn,
                                void *arg, struct error *e);

/* Drop it, whatever it is doing; nobody is told. NULL is welcome. */
void transfer_cancel(struct transfer *t);

/* Cancel all of them and give everything back that belongs to the loop. A forked child that uses another loop need not
 * call this: its parent's transfers are not its own. */
void transfers_close(void);

/* What the module "curl" offers. */
struct transfer_functions {
    struct transfer *(*start)(struct loop *loop, const struct transfer_request *request, transfer_done_fn *fn,
                              void *arg, struct error *e);
    void (*cancel)(struct transfer *t);
    void (*close)(void);
};

#endif
