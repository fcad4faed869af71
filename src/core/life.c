/* A line for each life, and one for each process that was started in it:
 *
 *     life PID START BOOT TOKEN
 *     process PID START NAME
 *
 * What is added is not synced: it is for the end of reeve, and after the machine's nobody is left. */
#include "core/life.h"

#include "base/log.h"
#include "base/words.h"
#include "base/xalloc.h"
#include "os/file.h"

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

struct life {
    char *path;
    char *mark;           /* its own line */
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
    return xasprintf("%s/life", folder);
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

    if (access(path, F_OK) == 0 && file_read(path, FILE_MOST, &text, NULL))
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

pid_t life_holder(const char *folder)
{
    char *path = path_in(folder);
    pid_t holder = 0;

    read_lines(path, find_holder, &holder);
    free(path);
    return holder;
}

struct reading {
    struct life *life;
    struct entries ours;
    bool first;  /* what is said of earlier ones is news */
    bool counts; /* the life that the lines are of was on this boot */
    bool is_our; /* and is our own: we have been here before an exec */
};

static void read_life(struct reading *r, const struct process_mark *who, const char *boot, const char *token)
{
    struct life *l = r->life;

    r->counts = strcmp(boot, procfs_boot()) == 0;
    r->is_our = r->counts && who->pid == getpid() && procfs_lives(who);
    if (!r->first || !r->counts || r->is_our)
        return;
    words_add(&l->tokens, token);
    buffer_addf(&l->before, "life %d %lld %s %s\n", (int)who->pid, (long long)who->start, boot, token);
}

static bool read_earlier(const struct process_mark *who, const char *boot, const char *text, void *arg)
{
    struct reading *r = arg;
    struct life *l = r->life;

    if (*boot != '\0') {
        read_life(r, who, boot, text);
    } else if (r->counts && procfs_lives(who) && r->is_our) {
        add(&r->ours, who, text);
    } else if (r->counts && r->first && procfs_lives(who)) {
        add(&l->left, who, text);
        buffer_addf(&l->before, "process %d %lld %s\n", (int)who->pid, (long long)who->start, text);
    }
    return true;
}

/* ---- writing ----------------------------------------------------------------------------------- */

static bool open_to_add(struct life *l, struct error *e)
{
    if (l->fd >= 0)
        close(l->fd);
    l->fd = open(l->path, O_WRONLY | O_APPEND | O_CLOEXEC);
    return l->fd >= 0 || failure_errno(e, "'%s'", l->path);
}

static void add_line(struct buffer *b, const struct process_mark *who, const char *name)
{
    buffer_addf(b, "process %d %lld %s\n", (int)who->pid, (long long)who->start, name);
}

/* Earlier ones, as far as they count, and those of ours who live. The number of lines may double before the next time. */
static bool write_anew(struct life *l, const struct entries *ours, struct error *e)
{
    struct buffer text = { 0 };
    bool good;

    buffer_add(&text, l->before.data, l->before.length);
    buffer_add_text(&text, l->mark);
    for (size_t i = 0; i < ours->count; i++)
        add_line(&text, &ours->entry[i].who, ours->entry[i].name);
    good = file_replace(l->path, text.data, text.length, 0600, e) && open_to_add(l, e);
    buffer_free(&text);
    l->lines = ours->count;
    l->limit = l->lines > LINES_LEAST / 2 ? 2 * l->lines : LINES_LEAST;
    return good;
}

static void tidy(struct life *l)
{
    struct reading reading = { .life = l };
    struct error e;

    read_lines(l->path, read_earlier, &reading);
    if (!write_anew(l, &reading.ours, &e))
        log_warning("%s: the next life of reeve may not find everybody whom this one has started", e.text);
    free(reading.ours.entry);
}

void life_note(struct life *l, pid_t pid, const char *process)
{
    struct process_mark who;
    struct buffer line = { 0 };

    if (l == NULL || !procfs_mark(pid, &who))
        return;
    add_line(&line, &who, process);
    if (write(l->fd, line.data, line.length) < 0)
        log_warning("'%s': %s: the next life of reeve may not find %s", l->path, strerror(errno), process);
    buffer_free(&line);
    if (++l->lines > l->limit)
        tidy(l);
}

/* ---- a life ------------------------------------------------------------------------------------ */

static void destroy(struct life *l)
{
    if (l->fd >= 0)
        close(l->fd);
    free(l->path);
    free(l->mark);
    buffer_free(&l->before);
    words_free(&l->tokens);
    free(l->left.entry);
    free(l);
}

struct life *life_begin(const char *folder, const char *token, struct error *e)
{
    pid_t holder = life_holder(folder);
    struct reading reading = { .first = true };
    struct process_mark us;
    struct life *l;
    bool good;

    if (holder != 0) {
        failure(e, "state_dir: reeve with pid %d keeps its state in '%s': give each its own", (int)holder, folder);
        return NULL;
    }
    l = xcalloc(1, sizeof *l);
    l->fd = -1;
    l->path = path_in(folder);
    if (!procfs_mark(getpid(), &us))
        us = (struct process_mark){ .pid = getpid() };
    l->mark = xasprintf("life %d %lld %s %s\n", (int)us.pid, (long long)us.start, procfs_boot(), token);
    reading.life = l;
    read_lines(l->path, read_earlier, &reading);
    good = write_anew(l, &reading.ours, e);
    free(reading.ours.entry);
    if (good)
        return l;
    failure_in(e, "state_dir");
    destroy(l);
    return NULL;
}

void life_end(struct life *l)
{
    if (l == NULL)
        return;
    if (l->before.length == 0 || !file_replace(l->path, l->before.data, l->before.length, 0600, NULL))
        unlink(l->path);
    destroy(l);
}

/* ---- who is left ------------------------------------------------------------------------------- */

struct search {
    const struct life *life;
    life_left_fn *fn;
    void *arg;
};

static bool was_noted(const struct life *l, pid_t pid)
{
    for (size_t i = 0; i < l->left.count; i++)
        if (l->left.entry[i].who.pid == pid)
            return true;
    return false;
}

static bool has_token(const struct life *l, const char *token)
{
    for (size_t i = 0; i < l->tokens.count; i++)
        if (strcmp(l->tokens.word[i], token) == 0)
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

    if (was_noted(search->life, pid) || !procfs_variable(pid, "REEVE_ID", token, sizeof token) ||
        !has_token(search->life, token) || is_ancestor(pid))
        return;
    if (procfs_variable(pid, "REEVE_PROCESS", process, sizeof process) && procfs_mark(pid, &who))
        search->fn(&who, process, false, search->arg);
}

void life_each_left(const struct life *l, life_left_fn *fn, void *arg)
{
    struct search search = { l, fn, arg };

    for (size_t i = 0; i < l->left.count; i++)
        if (!is_ancestor(l->left.entry[i].who.pid))
            fn(&l->left.entry[i].who, l->left.entry[i].name, true, arg);
    if (l->tokens.count > 0)
        procfs_each(look_at, &search);
}

void life_forget_left(struct life *l)
{
    if (l->before.length == 0)
        return;
    buffer_clear(&l->before);
    words_free(&l->tokens);
    l->left.count = 0;
    tidy(l);
}
