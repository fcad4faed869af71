/* A line for each life, and one for each process that was started in it:
 *
 *     life PID START BOOT TOKEN
 *     process PID START NAME
 *
 * What is added is not synced: it is for the end of reeve, and after the machine's nobody is left. */
#include "core/census.h"

#include "base/log.h"
#include "base/words.h"
#include "base/xalloc.h"
#include "os/file.h"
#include "os/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    FILE_MOST = 64 << 20,
    LINES_LEAST = 1000, /* before those who have ended are left out */
    TOKEN_MOST = 64,
    NAME_MOST = 100
};

struct entry {
    struct process_mark who;
    char name[NAME_MOST];
};

struct entries {
    struct entry *entry;
    size_t count, capacity;
};

struct census {
    char *path;
    struct buffer marks;  /* the lines of this life, and of those that it is the continuation of */
    struct buffer before; /* the lines of earlier ones, as long as somebody may be left of them */
    struct words tokens;  /* of those */
    struct entries left;  /* of those, who lived at our begin */
    size_t lines, limit;  /* of our own processes; so many, and the file is tidied up */
    int fd;
};

static void add(struct entries *list, const struct process_mark *who, const char *name)
{
    struct entry *e;

    if (list->count == list->capacity) {
        list->capacity = list->capacity > 0 ? 2 * list->capacity : 16;
        list->entry = xrealloc(list->entry, list->capacity * sizeof *list->entry);
    }
    e = &list->entry[list->count++];
    e->who = *who;
    snprintf(e->name, sizeof e->name, "%s", name);
}

/* ---- reading ----------------------------------------------------------------------------------- */

static char *path_in(const char *folder)
{
    return xasprintf("%s/census", folder);
}

/* Called for each line; `boot` is empty, and `text` the name, for a process. False ends it. */
typedef bool line_fn(const struct process_mark *who, const char *boot, const char *text, void *arg);

static bool read_line(const char *line, line_fn *fn, void *arg)
{
    char boot[64] = "", text[NAME_MOST] = "";
    struct process_mark who;
    long long start;
    int pid;

    if (sscanf(line, "life %d %lld %63s %63s", &pid, &start, boot, text) != 4 &&
        sscanf(line, "process %d %lld %99s", &pid, &start, text) != 3)
        return true; /* cut off, perhaps */
    who = (struct process_mark){ .pid = pid, .start = start };
    return fn(&who, boot, text, arg);
}

static void read_lines(const char *path, line_fn *fn, void *arg)
{
    struct buffer text = { 0 };
    struct error e;

    if (access(path, F_OK) < 0 && errno == ENOENT)
        return;
    if (!file_read(path, FILE_MOST, &text, &e))
        log_warning("%s: whoever is left from an earlier life of reeve stays", e.text);
    else
        for (char *line = strtok(text.data, "\n"); line != NULL; line = strtok(NULL, "\n"))
            if (!read_line(line, fn, arg))
                break;
    buffer_free(&text);
}

static bool find_holder(const struct process_mark *who, const char *boot, const char *text, void *arg)
{
    pid_t *holder = arg;

    (void)text;
    if (*boot == '\0' || who->pid == getpid() || strcmp(boot, procfs_boot()) != 0 || !procfs_lives(who))
        return true;
    *holder = who->pid;
    return false;
}

pid_t census_holder(const char *folder)
{
    char *path = path_in(folder);
    pid_t holder = 0;

    read_lines(path, find_holder, &holder);
    free(path);
    return holder;
}

struct reading {
    struct census *census;
    struct entries ours;
    const char *token; /* ours */
    bool first;        /* what is said of lives is news */
    bool counts;       /* the life that the lines are of was on this boot */
    bool is_ours;      /* and is our own: we have been here before an exec */
};

static void add_life(struct buffer *b, const struct process_mark *who, const char *boot, const char *token)
{
    buffer_addf(b, "life %d %lld %s %s\n", (int)who->pid, (long long)who->start, boot, token);
}

static void add_process(struct buffer *b, const struct process_mark *who, const char *name)
{
    buffer_addf(b, "process %d %lld %s\n", (int)who->pid, (long long)who->start, name);
}

static void read_life(struct reading *r, const struct process_mark *who, const char *boot, const char *token)
{
    struct census *c = r->census;

    r->counts = strcmp(boot, procfs_boot()) == 0;
    r->is_ours = r->counts && who->pid == getpid() && procfs_lives(who);
    if (!r->first || !r->counts || (r->is_ours && strcmp(token, r->token) == 0))
        return;
    if (!r->is_ours)
        words_add(&c->tokens, token);
    add_life(r->is_ours ? &c->marks : &c->before, who, boot, token);
}

static bool read_earlier(const struct process_mark *who, const char *boot, const char *text, void *arg)
{
    struct reading *r = arg;
    struct census *c = r->census;

    if (*boot != '\0') {
        read_life(r, who, boot, text);
    } else if (r->counts && procfs_lives(who) && r->is_ours) {
        add(&r->ours, who, text);
    } else if (r->counts && r->first && procfs_lives(who)) {
        add(&c->left, who, text);
        add_process(&c->before, who, text);
    }
    return true;
}

/* ---- writing ----------------------------------------------------------------------------------- */

static bool open_to_add(struct census *c, struct error *e)
{
    if (c->fd >= 0)
        close(c->fd);
    c->fd = file_open(c->path, O_WRONLY | O_APPEND | O_CLOEXEC, 0);
    return c->fd >= 0 || failure_errno(e, "'%s'", c->path);
}

/* Earlier ones, as far as they count, and those of ours who live. The number of lines may double before the next time.
 */
static bool write_anew(struct census *c, const struct entries *ours, struct error *e)
{
    struct buffer text = { 0 };
    bool good;

    buffer_add(&text, c->before.data, c->before.length);
    buffer_add(&text, c->marks.data, c->marks.length);
    for (size_t i = 0; i < ours->count; i++)
        add_process(&text, &ours->entry[i].who, ours->entry[i].name);
    good = file_swap(c->path, text.data, text.length, 0600, e) && open_to_add(c, e);
    buffer_free(&text);
    c->lines = ours->count;
    c->limit = c->lines > LINES_LEAST / 2 ? 2 * c->lines : LINES_LEAST;
    return good;
}

static void tidy(struct census *c)
{
    struct reading reading = { .census = c };
    struct error e;

    read_lines(c->path, read_earlier, &reading);
    if (!write_anew(c, &reading.ours, &e))
        log_warning("%s: the next life of reeve may not find everybody whom this one has started", e.text);
    free(reading.ours.entry);
}

void census_note(struct census *c, pid_t pid, const char *process)
{
    struct process_mark who;
    struct buffer line = { 0 };

    if (c == NULL || !procfs_mark(pid, &who))
        return;
    add_process(&line, &who, process);
    if (write(c->fd, line.data, line.length) < 0)
        log_warning("'%s': %s: the next life of reeve may not find %s", c->path, strerror(errno), process);
    buffer_free(&line);
    if (++c->lines > c->limit)
        tidy(c);
}

/* ---- a life ------------------------------------------------------------------------------------ */

static void destroy(struct census *c)
{
    if (c->fd >= 0)
        close(c->fd);
    free(c->path);
    buffer_free(&c->marks);
    buffer_free(&c->before);
    words_free(&c->tokens);
    free(c->left.entry);
    free(c);
}

static bool take_place(struct census *c, const char *folder, const char *token, struct error *e)
{
    pid_t holder = census_holder(folder);
    struct reading reading = { .census = c, .first = true, .token = token };
    struct process_mark us;
    bool good;

    if (holder != 0)
        return failure(e, "reeve with pid %d keeps its state in '%s': give each its own", (int)holder, folder);
    if (!procfs_mark(getpid(), &us))
        us = (struct process_mark){ .pid = getpid() };
    read_lines(c->path, read_earlier, &reading);
    add_life(&c->marks, &us, procfs_boot(), token);
    good = write_anew(c, &reading.ours, e);
    free(reading.ours.entry);
    return good;
}

/* Of two that begin at once, one comes first. */
struct census *census_begin(const char *folder, const char *token, struct error *e)
{
    struct census *c = xcalloc(1, sizeof *c);
    bool good;
    int lock;

    c->fd = -1;
    c->path = path_in(folder);
    lock = folder_lock_for(c->path);
    good = take_place(c, folder, token, e);
    if (lock >= 0)
        close(lock);
    if (good)
        return c;
    failure_in(e, "state_dir");
    destroy(c);
    return NULL;
}

void census_end(struct census *c)
{
    if (c == NULL)
        return;
    if (c->before.length == 0 || !file_swap(c->path, c->before.data, c->before.length, 0600, NULL))
        unlink(c->path);
    destroy(c);
}

/* ---- who is left ------------------------------------------------------------------------------- */

struct search {
    const struct census *census;
    census_left_fn *fn;
    void *arg;
};

static bool was_noted(const struct census *c, pid_t pid)
{
    for (size_t i = 0; i < c->left.count; i++)
        if (c->left.entry[i].who.pid == pid)
            return true;
    return false;
}

/* Somebody whom an earlier life started may have started us. */
static bool is_ancestor(pid_t pid)
{
    pid_t ancestor = getppid();

    while (ancestor > 1 && ancestor != pid)
        ancestor = procfs_parent(ancestor);
    return ancestor == pid;
}

static void look_at(pid_t pid, void *arg)
{
    const struct search *search = arg;
    char token[TOKEN_MOST], process[NAME_MOST];
    struct process_mark who;

    if (was_noted(search->census, pid) || !procfs_variable(pid, "REEVE_ID", token, sizeof token) ||
        !words_have(&search->census->tokens, token) || is_ancestor(pid))
        return;
    if (procfs_variable(pid, "REEVE_PROCESS", process, sizeof process) && procfs_mark(pid, &who))
        search->fn(&who, process, false, search->arg);
}

void census_each_left(const struct census *c, census_left_fn *fn, void *arg)
{
    struct search search = { c, fn, arg };

    for (size_t i = 0; i < c->left.count; i++)
        if (!is_ancestor(c->left.entry[i].who.pid))
            fn(&c->left.entry[i].who, c->left.entry[i].name, true, arg);
    if (c->tokens.count > 0)
        procfs_each(look_at, &search);
}

void census_forget_left(struct census *c)
{
    if (c->before.length == 0)
        return;
    buffer_clear(&c->before);
    words_free(&c->tokens);
    c->left.count = 0;
    tidy(c);
}
