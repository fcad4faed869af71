/* An entry for each question. One thread at most asks it; what it hears is for the next one who asks, too. */
#include "os/user_cache.h"

#include "base/log.h"
#include "base/words.h"
#include "base/xalloc.h"
#include "os/chore.h"
#include "os/clock.h"
#include "os/resume.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    FRESH = 1000,             /* milliseconds */
    PATIENCE = 200,           /* it is an event loop that waits */
    PATIENCE_AT_FIRST = 5000, /* with somebody of whom nothing is known, or who may have been changed */
    ENTRIES_MOST = 1024,      /* beyond, all are forgotten */
    THREADS_MOST = 16
};

/* Local files tell that they were changed. */
struct stamp {
    struct timespec passwd, group;
};

struct question {
    char *owner;        /* as for chown; NULL: a whole identity is asked for, */
    char *user, *group; /* of these; NULL: not named */
    struct words groups;
    bool names_groups;
};

/* What a thread has. */
struct asking {
    struct question question;
    struct stamp stamp; /* before */
    bool good;
    bool is_down; /* the database: it does not know that there is nobody */
    struct identity who;
    struct error error;
};

struct entry {
    SLIST_ENTRY(entry) link;
    struct question question;
    bool known; /* then: */
    struct identity who;
    struct stamp stamp;
    msec at;
    struct chore *chore; /* asks again */
    struct error error;  /* of the last answer, if not known */
    bool was_down;       /* it is none */
    bool told;           /* that the database does not answer */
};

static SLIST_HEAD(, entry) entries = SLIST_HEAD_INITIALIZER(entries);
static size_t entry_count;

static struct {
    struct loop *loop; /* NULL: whoever asks waits */
    pid_t owner;
    bool is_silent; /* the user database: the last one who waited was not answered in time */
} cache;

/* ---- questions --------------------------------------------------------------------------------- */

static struct question question_of(const char *user, const char *group, const char *const *groups, size_t count)
{
    struct question q = { .user = xstrdup(user), .group = xstrdup(group), .names_groups = groups != NULL };

    for (size_t i = 0; i < count; i++)
        words_add(&q.groups, groups[i]);
    return q;
}

static void question_copy(struct question *to, const struct question *from)
{
    *to = (struct question){ .owner = xstrdup(from->owner),
                             .user = xstrdup(from->user),
                             .group = xstrdup(from->group),
                             .names_groups = from->names_groups };
    words_copy(&to->groups, &from->groups);
}

static void question_free(struct question *q)
{
    free(q->owner);
    free(q->user);
    free(q->group);
    words_free(&q->groups);
}

static bool is_same(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool questions_equal(const struct question *a, const struct question *b)
{
    return is_same(a->owner, b->owner) && is_same(a->user, b->user) && is_same(a->group, b->group) &&
           a->names_groups == b->names_groups && words_equal(&a->groups, &b->groups);
}

/* ---- asking ------------------------------------------------------------------------------------ */

static struct timespec changed(const char *path)
{
    struct stat st = { .st_mtim = { 0 } };

    stat(path, &st);
    return st.st_mtim;
}

static struct stamp stamp_now(void)
{
    return (struct stamp){ changed("/etc/passwd"), changed("/etc/group") };
}

static bool look_up(const struct question *q, struct identity *who, struct error *e)
{
    static const char *const none[] = { NULL };
    const char *const *groups = q->groups.count > 0 ? (const char *const *)q->groups.word : none;

    if (q->owner != NULL)
        return identity_owner(q->owner, &who->uid, &who->gid, e);
    return identity_find(q->user, q->group, q->names_groups ? groups : NULL, q->groups.count, who, e);
}

static void ask(void *work)
{
    struct asking *a = work;

    a->stamp = stamp_now();
    a->good = look_up(&a->question, &a->who, &a->error);
    a->is_down = !a->good && errno != 0;
}

static void asking_free(void *work)
{
    struct asking *a = work;

    question_free(&a->question);
    identity_free(&a->who);
    free(a);
}

static struct chore_kind askers = { .run = ask, .free = asking_free, .most = THREADS_MOST };

static struct asking *asking_new(const struct question *q)
{
    struct asking *a = xcalloc(1, sizeof *a);

    question_copy(&a->question, q);
    return a;
}

/* ---- what was heard ---------------------------------------------------------------------------- */

static void tell(struct entry *e)
{
    const struct question *q = &e->question;
    const char *name = q->owner != NULL ? q->owner : q->user;

    if (!e->told)
        log_warning("the user database does not answer: %s is taken to be who he was",
                    name != NULL ? name : "who runs reeve");
    e->told = true;
}

static void hear(struct entry *e, struct asking *a)
{
    e->at = clock_now();
    e->stamp = a->stamp;
    cache.is_silent = cache.is_silent && a->is_down;
    if (a->is_down && e->known) {
        tell(e);
        return;
    }
    identity_free(&e->who);
    e->known = a->good;
    e->who = a->who;
    e->error = a->error;
    e->was_down = a->is_down;
    e->told = false;
    a->who = (struct identity){ 0 };
}

static void on_answer(void *work, void *arg)
{
    struct entry *e = arg;

    e->chore = NULL;
    hear(e, work);
}

/* Whoever asks waits as long as it takes. */
static void ask_here(struct entry *e)
{
    struct asking *a = asking_new(&e->question);

    ask(a);
    hear(e, a);
    asking_free(a);
}

static bool has_threads(void)
{
    return cache.loop != NULL && cache.owner == getpid();
}

static bool is_unchanged(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

/* It may still be true. */
static bool holds(const struct entry *e)
{
    struct stamp now = stamp_now();

    return e->known && is_unchanged(&now.passwd, &e->stamp.passwd) && is_unchanged(&now.group, &e->stamp.group);
}

/* Once it did not answer in time, nobody else waits for it: there may be many. */
static int patience(const struct entry *e)
{
    if (holds(e))
        return cache.is_silent ? 0 : PATIENCE;
    return cache.is_silent ? PATIENCE : PATIENCE_AT_FIRST;
}

/* That it waits is no hang, however short hang_limit is. */
static bool wait_for_answer(struct entry *e)
{
    int limit = patience(e);

    resume_watch_extend(limit);
    return chore_wait(e->chore, limit);
}

/* False: there is no answer yet. */
static bool ask_again(struct entry *e)
{
    struct error why;

    if (!has_threads()) {
        ask_here(e);
        return true;
    }
    if (e->chore != NULL)
        return false;
    e->chore = chore_start(cache.loop, &askers, asking_new(&e->question), on_answer, e, &why);
    if (e->chore == NULL && cache.is_silent) /* all threads wait for it */
        return false;
    if (e->chore == NULL)
        ask_here(e);
    else if (!wait_for_answer(e))
        cache.is_silent = true;
    return e->chore == NULL;
}

/* ---- entries ----------------------------------------------------------------------------------- */

static void entry_free(struct entry *e)
{
    if (has_threads()) /* else it is the parent's */
        chore_stop(&e->chore);
    question_free(&e->question);
    identity_free(&e->who);
    free(e);
    entry_count--;
}

static void forget_all(void)
{
    struct entry *e;

    while ((e = SLIST_FIRST(&entries)) != NULL) {
        SLIST_REMOVE_HEAD(&entries, link);
        entry_free(e);
    }
}

/* Takes the question. */
static struct entry *entry_for(struct question q)
{
    struct entry *e;

    SLIST_FOREACH(e, &entries, link)
    {
        if (questions_equal(&e->question, &q)) {
            question_free(&q);
            return e;
        }
    }
    if (entry_count == ENTRIES_MOST)
        forget_all();
    e = xcalloc(1, sizeof *e);
    e->question = q;
    SLIST_INSERT_HEAD(&entries, e, link);
    entry_count++;
    return e;
}

static const struct identity *fail(int reason, struct error *e, const char *why)
{
    failure(e, "%s", why);
    errno = reason;
    return NULL;
}

/* Takes the question. NULL: nobody knows, or there is nobody, which errno tells. What it gives stands until the next
 * question. */
static const struct identity *find(struct question q, struct error *e)
{
    struct entry *entry = entry_for(q);
    bool fresh = entry->known && clock_now() - entry->at <= FRESH && holds(entry);

    if (!fresh && !ask_again(entry)) {
        if (!entry->known)
            return fail(EAGAIN, e, "the user database does not answer");
        tell(entry);
    }
    return entry->known ? &entry->who : fail(entry->was_down ? EAGAIN : 0, e, entry->error.text);
}

bool user_cache_find(const char *user, const char *group, const char *const *groups, size_t group_count,
                     struct identity *out, struct error *e)
{
    const struct identity *who = find(question_of(user, group, groups, group_count), e);

    if (who != NULL)
        identity_copy(out, who);
    return who != NULL;
}

bool user_cache_owner(const char *owner, uid_t *uid, gid_t *gid, struct error *e)
{
    const struct identity *who = find((struct question){ .owner = xstrdup(owner) }, e);

    *uid = who != NULL ? who->uid : (uid_t)-1;
    *gid = who != NULL ? who->gid : (gid_t)-1;
    return who != NULL;
}

void user_cache_open(struct loop *loop)
{
    cache.loop = loop;
    cache.owner = getpid();
}

void user_cache_close(void)
{
    forget_all();
    cache.loop = NULL;
}
