/* The inside of the client: client.c asks, client_connect.c gets through, client_print.c shows the answer. */
#ifndef CONTROL_CLIENT_PRIVATE_H
#define CONTROL_CLIENT_PRIVATE_H

#include "base/buffer.h"
#include "base/words.h"
#include "os/socket.h"

#include <stdbool.h>
#include <stddef.h>

/* Exit statuses that no reply has. */
enum { EXIT_USAGE = 2, EXIT_NOBODY_THERE = 5, EXIT_FORBIDDEN = 6 };

struct client {
    const char *address_text; /* NULL: the default */
    const char *password_file;
    bool json;
    struct words words;
    struct address address;
    int fd;
    struct buffer in;
    size_t taken; /* of `in` */
};

/* Connect and hear the greeting. False: `e` tells apart who is not there and why. */
bool client_connect(struct client *c, struct error *e);

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

#endif
