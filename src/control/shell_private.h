/* The inside of the shell: shell.c waits for lines, shell_ask.c does what they say, over shell_link.c; shell_terminal.c
 * is where they come from, shell_history.c keeps them, shell_complete.c guesses how they go on. */
#ifndef CONTROL_SHELL_PRIVATE_H
#define CONTROL_SHELL_PRIVATE_H

#include "client_private.h"
#include "os/editor.h"

/* ---- shell_link.c: a connection that several requests share, told apart by their ids ----------------- */

struct link {
    struct client client; /* its fd is -1 while there is no connection */
    int last_id;
    bool quiet; /* nobody is there to be asked for a password */
};

/* A line of an answer, with what follows it. */
struct frame {
    int id;
    const char *line; /* as JSON */
    size_t length;
    const char *text; /* lines for people, or NULL */
    size_t text_length;
    struct outcome outcome;
};

/* Connect, with a password if one is wanted. Returns the exit status; if it is not 0, `out` has the reason. */
int link_open(struct link *l, struct outcome *out);
void link_close(struct link *l);
bool link_is_open(const struct link *l);

/* Send a request: for data, or for lines. Its id; 0: the connection has ended. */
int link_ask(struct link *l, const struct words *words, bool data);

/* End a request early. */
void link_cancel(struct link *l, int id);

/* Read what is there. False: the connection has ended. */
bool link_read(struct link *l);

/* The next whole frame of what was read; it holds until the next link_read. False: there is none. */
bool link_next(struct link *l, struct frame *out);

/* Ask for the names that may be targets, and wait a second at most. What else is answered meanwhile goes to `other`. The
 * data, for the caller to release, or NULL. */
json_t *link_targets(struct link *l, void (*other)(const struct frame *f, void *arg), void *arg);

/* ---- shell_terminal.c: lines from whoever types, and signals meanwhile ------------------------------- */

struct terminal {
    bool talks;            /* somebody is there to read a prompt */
    struct editor *editor; /* NULL: lines come as they are */
    const char *prompt;
    bool prompted; /* it is our turn to wait for a line */
    bool ended;    /* the input */
    struct buffer in;
    size_t taken; /* of `in` */
};

/* What a wait was ended by. */
enum { WAKE_INPUT = 1, WAKE_LINK = 2, WAKE_SIGNAL = 4 };

/* The signals that came, each until it is set back. */
extern volatile sig_atomic_t terminal_interrupted, terminal_resized, terminal_stopped, terminal_ended;

/* Standard input. With a terminal there, signals are ours from now on. */
void terminal_open(struct terminal *t, const struct editor_options *o);
void terminal_close(struct terminal *t);

/* Wait for standard input if `input`, for `link` (-1: none), and for signals, at most so long (-1: for ever). Returns
 * WAKE_…; 0: the time is over. */
int terminal_wait(bool input, int link, int msec);

/* Show the prompt; give the terminal back. */
void terminal_begin(struct terminal *t);
void terminal_end(struct terminal *t);

/* Read what is there. EDITOR_LINE: `*line` is the next one, until the next call. */
enum editor_result terminal_read(struct terminal *t, const char **line);

/* A line that was read already, or false. */
bool terminal_has_line(const struct terminal *t);

/* Lines beside the one that is typed. */
void terminal_show(struct terminal *t, const char *text, size_t length);

/* The line that is typed is forgotten; the terminal has another size; we are to stop (and go on later). */
void terminal_interrupt(struct terminal *t);
void terminal_resize(struct terminal *t);
void terminal_stop(struct terminal *t);

/* ---- shell_history.c: $XDG_STATE_HOME/reeve/history -------------------------------------------------- */

/* Its path, for the caller to free; NULL: nobody says where home is. */
char *history_path(void);

/* Call `add` for each of the last lines, oldest first. A file that has grown too long is shortened. */
void history_load(const char *path, void (*add)(const char *line, void *arg), void *arg);

/* Whether a line may be kept: it is not blank, and has no password. */
bool history_may_keep(const char *line);

/* Keep a line, for us alone to read; the folder is made. */
bool history_keep(const char *path, const char *line, struct error *e);

/* ---- the shell --------------------------------------------------------------------------------- */

struct shell {
    struct link link;
    struct terminal terminal;
    bool json;          /* all commands ask for data */
    bool was_linked;    /* the connection is not the first */
    bool follows;       /* events are wanted */
    int events;         /* the request that brings them; 0: none */
    struct buffer news; /* of them, not shown yet */
    char *history;
    struct words said; /* the line before */
    int failed;        /* exit status of the last command that failed */
    bool leaves;
};

/* shell_ask.c: connect; the first time, and whenever the connection was lost. False: `failed` says why. */
bool shell_connect(struct shell *s);

/* Do the commands of a line. */
void shell_run(struct shell *s, const char *line);

/* Take in what came while nothing was asked; show it. */
void shell_listen(struct shell *s);
void shell_show_news(struct shell *s);

/* An answer to something else: of the events, or of nobody. */
void shell_keep_news(struct shell *s, const struct frame *f);

/* A line of the shell's own, for whoever types. */
void shell_say(struct shell *s, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* shell_complete.c: what may follow `line`. `arg` is the shell. */
void shell_complete(const char *line, struct buffer *insert, struct words *choices, void *arg);

#endif
