/* The inside of the client: client.c asks once, client_connect.c gets through, client_password.c knows the
 * password, client_talk.c speaks, client_print.c shows the answer. The shell (shell_private.h) asks over and over. */
#ifndef CONTROL_CLIENT_PRIVATE_H
#define CONTROL_CLIENT_PRIVATE_H

#include "base/buffer.h"
#include "base/words.h"
#include "core/reply.h"
#include "os/address.h"

#include <jansson.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

/* Exit statuses of what never becomes a request. */
enum { EXIT_USAGE = 2, EXIT_NOBODY_THERE = 5 };

/* The ids of requests that are asked one at a time. */
enum { AUTH_ID = 0, REQUEST_ID = 1 };

struct client {
    const char *address_text; /* NULL: the default */
    const char *password_file;
    bool json;
    struct words words;
    struct address address;
    int fd;
    struct buffer in;
    size_t taken;                             /* of `in` */
    int patience;                             /* milliseconds that one may be silent for; 0: as long as he likes */
    const volatile sig_atomic_t *interrupted; /* NULL: a signal does not end a wait for bytes; else, whether it does */
};

/* What a line of the answer says of itself. */
struct outcome {
    bool begun; /* there was a line */
    bool over;  /* it was the last one */
    enum reply_code code;
    char message[600];
};

/* Take -s, --json and --password-file out of the command line, wherever they stand; the rest is `words`. */
bool client_read_arguments(struct client *c, int argc, char **argv, struct error *e);

/* Print the message, if there is one, on stderr; returns `status`. */
int client_complain(int status, const char *message);

/* Connect and hear the greeting. False: `e` tells apart who is not there and why. */
bool client_connect(struct client *c, struct error *e);

/* Send a request: for data if `c->json`, else for lines. False: the connection has ended. */
bool client_send(struct client *c, int id, const struct words *words);

/* What line `root` of an answer says of itself. */
void client_read_outcome(const json_t *root, struct outcome *out);

/* Read the answer to the request with REQUEST_ID or AUTH_ID, and print it if `show`. False: the connection has ended.
 */
bool client_take_answer(struct client *c, bool show, struct outcome *out);

/* Whether the end of the connection is what was waited for (`shutdown --wait`); `out` is what came before it. */
bool client_ends_well(const struct words *words, const struct outcome *out);

/* Say a password that is in a file, where one may be wanted; or ask for it on the terminal while `out` says that it is
 * wanted. False: the connection has ended. */
bool client_say_password(struct client *c, struct outcome *out);
bool client_ask_password(struct client *c, struct outcome *out);

/* Read what is there, or wait for it. False: the connection has ended. */
bool client_fill(struct client *c);

/* All of it, waiting if need be. False: the connection has ended. */
bool client_write(struct client *c, const struct buffer *data);

/* The next line, without its newline; it holds until the next call. NULL: the connection has ended. */
const char *client_read_line(struct client *c, size_t *length);

/* Some of the next `most` bytes; it holds until the next call. NULL: the connection has ended. */
const char *client_read_some(struct client *c, size_t most, size_t *length);

/* The password: from the file, $REEVE_PASSWORD_FILE, or the terminal if `ask`; the caller frees it. NULL, with the
 * reason: there is none. */
char *client_password(const struct client *c, bool ask, struct error *e);

/* Print what was answered for people; states in colour on a terminal. Where that fails the client ends. */
void client_print(const char *text, size_t length);
void client_print_status(const char *text, size_t length);
bool client_wants_colour(void);

/* Print the data of a line of an answer. */
void client_print_data(const char *line, size_t length, int id);

#endif
