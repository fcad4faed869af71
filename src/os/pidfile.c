#include "os/pidfile.h"

#include "os/clock.h"
#include "os/file.h"
#include "os/folder.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    PIDFILE_MOST = 4096,
    SLACK = 1000 /* ms: a file's time is coarse, and whoever writes it lives */
};

/* What stands in a file. */
struct said {
    int64_t pid;   /* 0: the file is empty */
    int64_t start; /* 0: not said */
    char boot[64]; /* empty: not said */
    struct stat file;
};

/* A word of digits; -1 when it is something else. */
static int64_t parse_number(const char *word)
{
    long long number;
    char *end;

    if (*word < '0' || *word > '9')
        return -1;
    errno = 0;
    number = strtoll(word, &end, 10);
    return *end == '\0' && errno == 0 && number > 0 ? number : -1;
}

static bool parse(const char *text, struct said *out)
{
    char pid[32] = "", start[32] = "";

    *out = (struct said){ 0 };
    if (sscanf(text, "%31s %31s %63s", pid, start, out->boot) <= 0)
        return true;
    out->pid = parse_number(pid);
    out->start = parse_number(start);
    if (out->start < 0)
        out->start = 0; /* a program's own file may say something else there */
    return out->pid > 0 && out->pid < INT32_MAX;
}

static bool read_said(const char *path, struct said *out, struct error *e)
{
    struct buffer text = { 0 };
    struct stat file = { 0 };
    bool good =
        file_read_known(path, PIDFILE_MOST, &text, &file, e) &&
        (parse(text.data, out) || failure(e, "'%s' is there and holds no pid: remove it or name another file", path));

    out->file = file;
    buffer_free(&text);
    return good;
}

/* Whoever wrote the file was alive by then. */
static bool is_older(const struct process_mark *who, const struct stat *file)
{
    msec written = (msec)file->st_mtim.tv_sec * 1000 + file->st_mtim.tv_nsec / 1000000;

    return clock_wall() - procfs_age(who) <= written + SLACK;
}

static bool is_of_another_boot(const struct said *said)
{
    return said->boot[0] != '\0' && *procfs_boot() != '\0' && strcmp(said->boot, procfs_boot()) != 0;
}

/* ---- our own ----------------------------------------------------------------------------------- */

/* Where /proc hides the processes of others, they live if the kernel says so. */
static bool is_held(const struct stat *file, pid_t pid)
{
    struct process_mark holder;
    struct procfs_stat stat;

    if (procfs_mark(pid, &holder))
        return is_older(&holder, file);
    return !procfs_look(pid, &stat) && (kill(pid, 0) == 0 || errno == EPERM);
}

static bool take_place(const char *path, struct error *e)
{
    struct said said = { 0 };
    struct stat st;
    char text[32];
    int length;

    if (lstat(path, &st) == 0 && !read_said(path, &said, e))
        return false;
    if (said.pid > 0 && said.pid != getpid() && is_held(&said.file, (pid_t)said.pid))
        return failure(e, "process %d is alive and owns the pid file '%s': stop it first", (int)said.pid, path);
    length = snprintf(text, sizeof text, "%d\n", (int)getpid());
    return file_swap(path, text, (size_t)length, 0644, e);
}

bool pidfile_write(const char *path, struct error *e)
{
    int lock = folder_lock_for(path);
    bool done = take_place(path, e);

    if (lock >= 0)
        close(lock);
    return done || failure_in(e, "pid file");
}

void pidfile_remove(const char *path)
{
    pidfile_forget(path, getpid());
}

/* ---- those of others --------------------------------------------------------------------------- */

bool pidfile_record(const char *path, const struct process_mark *who, struct error *e)
{
    char text[128];
    int length = snprintf(text, sizeof text, "%d %lld %s\n", (int)who->pid, (long long)who->start, procfs_boot());

    return (folder_make_for(path, 0755, e) && file_swap(path, text, (size_t)length, 0644, e)) ||
           failure_in(e, "pid file");
}

/* Whoever may write the file could else have us signal anybody. */
static bool is_trusted(const struct stat *file, pid_t pid)
{
    return file->st_uid == 0 || file->st_uid == geteuid() || procfs_is_of(pid, file->st_uid);
}

/* That we could not look, for want of descriptors say, does not mean that nobody is there. */
static bool find_process(const char *path, pid_t pid, struct process_mark *out, struct error *e)
{
    errno = 0;
    if (procfs_mark(pid, out))
        return true;
    if (errno != 0 && errno != ENOENT && errno != ESRCH)
        return failure_errno(e, "'%s' names process %d", path, (int)pid);
    return failure(e, "'%s' names process %d, which is gone", path, (int)pid);
}

bool pidfile_find(const char *path, struct process_mark *out, struct error *e)
{
    struct said said;

    if (!read_said(path, &said, e))
        return false;
    if (said.pid == 0)
        return failure(e, "'%s' is empty", path);
    if (said.pid == 1 || said.pid == getpid())
        return failure(e, "'%s' names process %d, which cannot be it", path, (int)said.pid);
    if (is_of_another_boot(&said))
        return failure(e, "'%s' names process %d, which is gone", path, (int)said.pid);
    if (!find_process(path, (pid_t)said.pid, out, e))
        return false;
    if (said.start > 0 ? out->start != said.start : !is_older(out, &said.file))
        return failure(e, "'%s' names process %d, but that is another one by now", path, (int)said.pid);
    if (!is_trusted(&said.file, out->pid))
        return failure(e, "'%s' names process %d of another user than the file's", path, (int)said.pid);
    return true;
}

void pidfile_forget(const char *path, pid_t pid)
{
    struct said said;

    if (read_said(path, &said, NULL) && said.pid == pid)
        unlink(path);
}
