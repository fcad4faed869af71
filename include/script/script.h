/* script: the Lua side, from outside. A configuration file becomes a plan and a generation of Lua that the plan owns;
 * the functions of the file are called when the supervisor asks or tells. */
#ifndef SCRIPT_SCRIPT_H
#define SCRIPT_SCRIPT_H

#include "base/problems.h"
#include "core/plan.h"
#include "core/supervisor.h"
#include "os/former.h"
#include "os/snapshot.h"

#include <stddef.h>

/* Evaluate the file: a plan (the caller's), or NULL and everything that is wrong in `problems`, sorted. Nothing that
 * runs is touched. A foreign format (.yaml .yml .ini .conf, Procfile) goes through the converter. */
struct plan *script_load(const char *path, struct problems *problems);

/* The same for a text that the caller has: Lua. `path` is for messages, and the folder of what it includes. */
struct plan *script_load_text(const char *path, const char *text, size_t length, struct problems *problems);

/* The same for what `text` of a plan holds: the texts that were evaluated then, and nothing of the disk. */
struct plan *script_load_kept(const char *text, size_t length, struct problems *problems);

/* What reeve.store holds is written into the snapshot from now on (NULL: nowhere); what a former life wrote there is in
 * it again. False: it is broken. */
void script_keep(struct snapshot *snapshot);
bool script_resume(const struct former *former, struct error *e);

/* Before an upgrade: what reeve's own modules want to keep goes into reeve.store. */
void script_put_away(void);

/* What turns foreign files into Lua: the room above gives it, since script may not call it. */
struct script_converter {
    /* Whether a file of that name is foreign. */
    bool (*is_foreign)(const char *path);

    /* The Lua text (freed by the caller), or NULL and what is wrong. `*origins` is what knows where its lines come
     * from. */
    char *(*convert)(const char *path, size_t *length, void **origins, struct problems *problems);

    /* The spot in a foreign file that a line of the text was made from; false where there is none. */
    bool (*origin)(const void *origins, int lua_line, const char **file, int *line);
    void (*free_origins)(void *origins);
};

/* NULL, as at first: there are no foreign files. It must outlive its use. */
void script_set_converter(const struct script_converter *converter);
const struct script_converter *script_converter(void);

/* Fill in what the supervisor calls. `path` is what it loads again; copied, until script_detach. */
void script_attach(struct supervisor_upward *up, const char *path);
void script_detach(struct supervisor_upward *up);

/* From now on hooks hear what happens, and `reeve` knows the processes. */
void script_listen(struct supervisor *s);
void script_unlisten(void);

#endif
