#include "control/telnet.h"

#include <string.h>

enum {
    IAC = 255, /* "interpret as command" */
    DONT = 254,
    DO = 253,
    WONT = 252,
    WILL = 251,
    SB = 250, /* an option's parameters, up to IAC SE */
    IP = 244, /* interrupt process */
    BRK = 243,
    SE = 240
};

enum { DATA, COMMAND, OPTION, PARAMETERS, PARAMETERS_COMMAND };

static void refuse(unsigned char verb, unsigned char option, struct buffer *answer)
{
    unsigned char text[3] = { IAC, verb == WILL ? DONT : WONT, option };

    if (verb == WILL || verb == DO)
        buffer_add(answer, text, sizeof text);
}

static void data(struct telnet *t, unsigned char c, struct buffer *plain)
{
    bool was_return = t->after_return;

    t->after_return = c == '\r';
    if (was_return && (c == '\n' || c == '\0')) {
        buffer_add_char(plain, '\n');
        return;
    }
    if (was_return)
        buffer_add_char(plain, '\r');
    if (c != '\r' && c != '\0')
        buffer_add_char(plain, (char)c);
}

static void command(struct telnet *t, unsigned char c, struct buffer *plain)
{
    t->state = DATA;
    t->verb = c;
    if (c == IAC)
        data(t, c, plain);
    else if (c == SB)
        t->state = PARAMETERS;
    else if (c >= WILL && c <= DONT)
        t->state = OPTION;
    else if (c == IP || c == BRK)
        t->interrupted = true;
}

static void take(struct telnet *t, unsigned char c, struct buffer *plain, struct buffer *answer)
{
    switch (t->state) {
    case DATA:
        if (c == IAC)
            t->state = COMMAND;
        else
            data(t, c, plain);
        break;
    case COMMAND:
        command(t, c, plain);
        break;
    case OPTION:
        refuse(t->verb, c, answer);
        t->state = DATA;
        break;
    case PARAMETERS:
        if (c == IAC)
            t->state = PARAMETERS_COMMAND;
        break;
    default:
        t->state = c == SE ? DATA : PARAMETERS;
        break;
    }
}

/* How many bytes need no thought: nearly always all of them. */
static size_t plain_length(const char *p, size_t length)
{
    size_t n = 0;

    while (n < length && (unsigned char)p[n] != IAC && p[n] != '\r' && p[n] != '\0')
        n++;
    return n;
}

void telnet_filter(struct telnet *t, const char *text, size_t length, struct buffer *plain, struct buffer *answer)
{
    while (length > 0) {
        size_t n = t->state == DATA && !t->after_return ? plain_length(text, length) : 0;

        buffer_add(plain, text, n);
        if (n < length)
            take(t, (unsigned char)text[n++], plain, answer);
        text += n;
        length -= n;
    }
}
