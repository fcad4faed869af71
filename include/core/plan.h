/* plan: all programs of one evaluated configuration, and the supervisor's own settings. */
#ifndef CORE_PLAN_H
#define CORE_PLAN_H

#include "base/buffer.h"
#include "base/problems.h"
#include "core/order.h"
#include "core/program.h"
#include "core/socket_settings.h"

#include <stddef.h>

struct snapshot;

struct supervisor_settings {
    struct record record;
    char *name;           /* NULL: the host name */
    struct words control; /* addresses */
    bool control_off;     /* control = false */
    int control_mode;
    char *control_owner;
    char *password, *password_file;
    bool open;
    struct words log;
    int log_level; /* syslog's numbers */
    int syslog_facility;
    char *pidfile, *state_dir, *user, *workingdir, *pool;
    struct words env;
    int umask;
    int respawn_limit;
    msec respawn_interval;
    int on_giveup;
    msec stop_timeout, hook_time, hook_timeout, hang_limit, load_time;
    int max_lives;
    int64_t hook_memory;
};
extern const struct record_type supervisor_record;

struct group {
    char *name;
    struct words programs;
    char *file; /* where it was declared */
    int line;
};

/* Where a setting was said. */
struct setting_place {
    char *file; /* NULL: nobody said it */
    int line;
};

/* What a room above core read from the same file; it has its own key. */
struct annex {
    const void *key;
    void *data; /* owned */
    void (*free)(void *data);
    struct annex *next;
};

/* NULL: there is none of that key. */
void *annex_find(const struct annex *list, const void *key);
void annexes_free(struct annex *list);

struct plan {
    struct supervisor_settings settings;
    struct setting_place *places; /* of each of these settings, by its row; owned */
    struct program **programs;    /* owned, in the order of declaration */
    size_t program_count;
    unsigned *slots; /* the same by name, hashed: number in `programs` + 1, or 0 */
    size_t slot_count;
    struct group *groups;
    size_t group_count;
    struct socket_settings **sockets; /* owned, in the order of declaration */
    size_t socket_count;
    struct order *order;   /* owned; NULL until somebody asks */
    struct annex *annexes; /* owned */
    void *script;          /* the generation whose functions the programs name; the plan owns it */
    void (*free_script)(void *script);
    unsigned number;          /* among all that were in force; 0: it never was */
    struct buffer text;       /* what it was made of, until the snapshot has it; its form is the loader's business */
    struct snapshot *kept_in; /* NULL: in none */
    unsigned entry;
    unsigned users; /* how many hold it; plan_release frees at 0 */
};

/* An empty plan with one user. */
struct plan *plan_new(void);
struct plan *plan_hold(struct plan *plan);
void plan_release(struct plan *plan); /* NULL is welcome */

/* The table of one call of `supervisor { … }`. Several merge: what is said later wins. */
void plan_read_settings(struct plan *plan, const struct value_table *table, const struct record_source *from);

/* The state directory becomes a path that means the same wherever reeve is started: a relative one is in the folder of
 * the file that named it. For a plan that comes into force. */
void plan_anchor(struct plan *plan);

/* Where a setting of the supervisor was said. */
const struct setting_place *plan_place(const struct plan *plan, const char *setting);

/* The host name, unless the file gave one. Static. */
const char *plan_host_name(const struct supervisor_settings *s);

/* Own `program`. The same name twice is a problem (and the program is freed). */
bool plan_add(struct plan *plan, struct program *program, struct problems *problems);

/* Move the programs together in memory, when what lay between them is gone: the file's values, Lua. They get new
 * addresses. */
void plan_compact(struct plan *plan);

/* Everything is copied. The same name twice, or one that is none, is a problem. */
bool plan_add_group(struct plan *plan, const char *name, const struct words *programs, const char *file, int line,
                    struct problems *problems);

/* Own `socket`. The same name twice is a problem (and it is freed). */
bool plan_add_socket(struct plan *plan, struct socket_settings *socket, struct problems *problems);

/* NULL: there is none of that name. */
struct program *plan_find(const struct plan *plan, const char *name);
const struct socket_settings *plan_find_socket(const struct plan *plan, const char *name);
const struct group *plan_find_group(const struct plan *plan, const char *name);

/* Who comes after whom; the plan's. No program may be added any more. */
const struct order *plan_order(struct plan *plan);

/* Programs name sockets that exist, and no two of these are the same. */
void plan_check_sockets(const struct plan *plan, struct problems *problems);

/* What only the whole can say: groups and the pool name programs that exist, nobody but us can reach an open port … */
void plan_check(struct plan *plan, struct problems *problems);

/* As program_check_people, of the users of reeve itself. */
void plan_check_people(struct plan *plan, struct problems *problems);

/* What becomes of a program at a reload. */
enum plan_change { PLAN_ADDED, PLAN_REMOVED, PLAN_CHANGED, PLAN_KEPT, PLAN_CHANGES };

struct plan_difference {
    const char *name;
    enum plan_change change;
    struct program *before, *after; /* NULL for added, removed */
    bool restart;                   /* a setting changed that the child sees */
    bool outdated;                  /* the same for some of its processes: a computed one; not known to plan_compare */
    bool count;                     /* numprocs changed */
    struct words settings;          /* the names of the changed settings; also "supervisor.env", "socket NAME" */
};

struct plan_comparison {
    struct plan_difference *difference; /* in the order of the new plan, then the removed ones */
    size_t count;
};

/* Both plans must live as long as `out`. Settings that are functions in both are not looked into: what they compute is
 * known for each process only. */
void plan_compare(const struct plan *before, const struct plan *after, struct plan_comparison *out);
void plan_comparison_free(struct plan_comparison *c);
const char *plan_change_name(enum plan_change change); /* "added" "removed" "changed" "kept" */

/* {"programs":[…],"groups":{…},"sockets":[…],"supervisor":{…}} */
void plan_print_json(const struct plan *plan, struct buffer *json);

/* The same for people: a block per program, one setting a line, the ones that were said marked. */
void plan_print_text(const struct plan *plan, struct buffer *out);
void program_print_text(const struct program *p, struct buffer *out);

#endif
