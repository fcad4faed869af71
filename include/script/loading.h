/* loading: what is known while a file is evaluated: the texts, what they declared, what was wrong with it. */
#ifndef SCRIPT_LOADING_H
#define SCRIPT_LOADING_H

#include "base/duration.h"
#include "base/pack.h"
#include "base/problems.h"
#include "core/plan.h"
#include "core/value.h"
#include "script/lexer.h"
#include "script/script.h"
#include "script/state.h"

#include <lua.h>
#include <stdbool.h>
#include <sys/queue.h>

/* A file that was read: the configuration, what it included and required. */
struct source {
    STAILQ_ENTRY(source) link;
    char *path;
    char *text; /* Lua; what the converter made of it if it is foreign */
    size_t length;
    struct lexer lexer; /* of the text, where a line was looked for last */
    void *origins; /* the converter's: where the lines of foreign text come from; NULL: it is not foreign */
    struct source *includer;
};

/* What io.open found last at a path while the file was evaluated. */
struct finding {
    LIST_ENTRY(finding) link;
    char *path;
    char *data; /* NULL: there was no such file */
    size_t length;
};

enum declaration_kind { DECLARED_SUPERVISOR, DECLARED_PROGRAM, DECLARED_GROUP, DECLARED_SOCKET };

/* `program "web" { … }`, read and not yet made into a record. */
struct declaration {
    STAILQ_ENTRY(declaration) link;
    enum declaration_kind kind;
    char *name; /* NULL: the supervisor's */
    struct source *source;
    int line;       /* in the source's text */
    bool has_table; /* `value` was given */
    struct value value;
};

/* A name that on() was given and nobody knows: some file has to emit it, or it is a misspelled one. */
struct stranger {
    STAILQ_ENTRY(stranger) link;
    char *event;
    const char *nearest; /* static */
    struct spot spot;
};

/* A target that a library was given: the plan has to have it. */
struct expectation {
    STAILQ_ENTRY(expectation) link;
    char *who;
    char *target;
    struct spot spot;
};

struct loading {
    struct problems *problems;
    STAILQ_HEAD(, source) sources;
    LIST_HEAD(, finding) findings;
    size_t found_bytes; /* in all of them */
    STAILQ_HEAD(, declaration) declarations;
    struct unpack kept;    /* texts of a former life */
    bool is_kept;          /* they are evaluated */
    struct annex *annexes; /* the plan's, once it is built */
    STAILQ_HEAD(, expectation) expectations;
    STAILQ_HEAD(, stranger) strangers;
    struct source *current; /* the one that is evaluated now */
    msec load_time;
    bool told_cut_off;
    bool lacks_declarations; /* perhaps: some file was not run to its end, or one is misspelled */
};

/* From now on the script is loading, until loading_end, which frees it all. */
struct loading *loading_begin(struct script *s, struct problems *problems);
void loading_end(struct script *s);

/* How long an evaluation may take: load_time, or more for texts that have come to their end once. */
msec loading_limit(const struct loading *l);

/* A text is kept; `text` and `origins` are owned from now on. */
struct source *loading_add_source(struct loading *l, const char *path, char *text, size_t length, void *origins);

/* The source of that path, or NULL. */
struct source *loading_find_source(const struct loading *l, const char *path);

/* A file was read, or looked for; `data`, NULL if there is none, is owned from now on. */
void loading_add_finding(struct loading *l, const char *path, char *data, size_t length);

/* It is looked for once more. */
void loading_drop_finding(struct loading *l, const char *path);

/* A declaration that begins at that spot; its value is to be filled in. `name` is copied, NULL for the supervisor. */
struct declaration *loading_add_declaration(struct loading *l, enum declaration_kind kind, const char *name,
                                            const struct spot *spot);

/* Keep what a library has read from the file, for its plan; `data` is owned from now on. */
void loading_add_annex(struct loading *l, const void *key, void *data, void (*free_data)(void *data));

/* Once everything is read it is a problem if there is no such target. Both texts are copied. */
void loading_expect(struct loading *l, const char *who, const char *target, const struct spot *spot);

/* An event that resembles a known one. Once everything is read it is a problem unless some text emits it. */
void loading_doubt_event(struct loading *l, const char *event, const char *nearest, const struct spot *spot);
void loading_check_events(struct loading *l);

/* The word that declares it: "program" … */
const char *loading_word(const struct declaration *d);

/* Where the user wrote what stands at a line of a source: in foreign files it is another one. */
struct spot loading_origin(const struct source *source, int line);

/* The line where the user wrote a setting of a declaration, "defaults.env" for one in a table within; the
 * declaration's for "" and what is not found. */
int loading_line(const struct declaration *d, const char *path);

/* A problem at the spot of the code that is running; what stands in a loop is told once. Raised if nothing is loading.
 */
void loading_problem(lua_State *L, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same at a spot of Lua's text. */
void loading_problem_at(struct loading *l, const struct spot *spot, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Takes whatever it is called with, and gives itself: in the place of a declaration that was told to be wrong, so that
 * the file goes on. */
int loading_stand_in(lua_State *L);

/* What follows "FILE:LINE: " if `message` begins with the spot of a file that is being loaded, else NULL. */
const char *loading_spot(const struct script *s, const char *message, struct spot *spot);

#endif
