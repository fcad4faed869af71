#include "os/oom.h"

#include "base/buffer.h"
#include "base/text.h"
#include "os/clock.h"
#include "os/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The log may have whole days for us: we read some of it at a time. A number that grew means a death of just now. */
enum { FILE_MOST = 1 << 20, RECORDS_MOST = 4096, TAKEN_MOST = 64, FRESH = 2000 };

static struct {
    int log;                 /* -1: cannot be read, or the pids in it are not ours */
    int count;               /* the file with the number; -1: there is none */
    long long seen;          /* what the number was when we last looked */
    long long untold;        /* by so much it has grown without a word in the log */
    msec grown;              /* when that was */
    pid_t taken[TAKEN_MOST]; /* of whom the log has spoken, the newest ones */
    size_t next;
} oom = { .log = -1, .count = -1 };

/* ---- where the number is ------------------------------------------------------------------------ */

/* The n-th word of a line; "" if it has not so many. */
static void nth_word(const char *line, int n, char *out, size_t size)
{
    size_t length;

    for (; n > 0; n--) {
        line += strcspn(line, " \n");
        line += strspn(line, " ");
    }
    length = strcspn(line, " \n");
    snprintf(out, size, "%.*s", (int)length, line);
}

static const char *next_line(const char *line)
{
    line += strcspn(line, "\n");
    return *line == '\n' ? line + 1 : line;
}

/* "4:memory:/a/b", or "0::/a/b" of the one hierarchy that came later. */
static bool find_group(const char *groups, bool unified, char *path, size_t size)
{
    for (const char *line = groups; *line != '\0'; line = next_line(line)) {
        const char *controllers = strchr(line, ':');
        const char *at = controllers != NULL ? strchr(controllers + 1, ':') : NULL;

        if (at == NULL)
            continue;
        if (unified ? !text_starts(line, "0::") : strncmp(controllers, ":memory:", 8) != 0)
            continue;
        snprintf(path, size, "%.*s", (int)strcspn(at + 1, "\n"), at + 1);
        return true;
    }
    return false;
}

/* Whether the line of mountinfo is that hierarchy: its type and its options stand behind " - ". */
static bool is_hierarchy(const char *line, bool unified)
{
    char words[512];
    const char *behind;

    snprintf(words, sizeof words, "%.*s", (int)strcspn(line, "\n"), line);
    if ((behind = strstr(words, " - ")) == NULL)
        return false;
    if (unified)
        return text_starts(behind + 3, "cgroup2 ");
    return text_starts(behind + 3, "cgroup ") && strstr(behind, "memory") != NULL;
}

/* In a container only a part of the hierarchy is mounted, and paths may or may not begin with its name. */
static bool find_folder(const char *mounts, const char *group, bool unified, char *out, size_t size)
{
    char top[256], where[256];

    for (const char *line = mounts; *line != '\0'; line = next_line(line)) {
        if (!is_hierarchy(line, unified))
            continue;
        nth_word(line, 3, top, sizeof top);
        nth_word(line, 4, where, sizeof where);
        if (strcmp(top, "/") != 0 && text_starts(group, top))
            group += strlen(top);
        return (size_t)snprintf(out, size, "%s%s", where, strcmp(group, "/") != 0 ? group : "") < size;
    }
    return false;
}

static int open_number(const char *groups, const char *mounts, bool unified)
{
    char group[1024], folder[2048], path[2100];

    if (!find_group(groups, unified, group, sizeof group) ||
        !find_folder(mounts, group, unified, folder, sizeof folder))
        return -1;
    snprintf(path, sizeof path, "%s/%s", folder, unified ? "memory.events" : "memory.oom_control");
    return open(path, O_RDONLY | O_CLOEXEC);
}

/* ---- the number --------------------------------------------------------------------------------- */

static long long read_number(void)
{
    char text[1024], *line;
    ssize_t n = pread(oom.count, text, sizeof text - 1, 0);

    if (n <= 0)
        return oom.seen;
    text[n] = '\0';
    line = strstr(text, "oom_kill ");
    return line != NULL ? strtoll(line + strlen("oom_kill "), NULL, 10) : oom.seen;
}

static void look_at_number(void)
{
    long long now = oom.count >= 0 ? read_number() : oom.seen;

    if (now > oom.seen) {
        oom.untold += now - oom.seen;
        oom.grown = clock_now();
    } else if (clock_now() - oom.grown > FRESH) {
        oom.untold = 0;
    }
    oom.seen = now;
}

/* ---- the log ------------------------------------------------------------------------------------ */

/* The numbers in the log are the system's: in a container they are somebody else's. */
static bool sees_all_pids(const char *proc)
{
    char path[256], name[64];
    ssize_t n;

    snprintf(path, sizeof path, "%s/ns/pid", proc);
    n = readlink(path, name, sizeof name - 1);
    if (n <= 0)
        return false;
    name[n] = '\0';
    return strcmp(name, "pid:[4026531836]") == 0; /* the kernel's first, in every version */
}

static void note(const char *text)
{
    static const char words[] = "Killed process ";

    for (const char *at = text; (at = strstr(at, words)) != NULL; at += sizeof words - 1) {
        oom.taken[oom.next++ % TAKEN_MOST] = (pid_t)strtol(at + sizeof words - 1, NULL, 10);
        if (oom.untold > 0)
            oom.untold--;
    }
}

/* A read is a record. Those that were overwritten before we came are EPIPE, and the next ones follow. */
static void look_at_log(void)
{
    char text[8192];

    for (int i = 0; i < RECORDS_MOST && oom.log >= 0; i++) {
        ssize_t n = read(oom.log, text, sizeof text - 1);

        if (n == 0 || (n < 0 && errno != EPIPE && errno != EINTR))
            return;
        if (n < 0)
            continue;
        text[n] = '\0';
        note(text);
    }
}

static bool is_taken(pid_t pid)
{
    for (size_t i = 0; i < TAKEN_MOST; i++) {
        if (oom.taken[i] != pid)
            continue;
        oom.taken[i] = 0; /* the number may come again */
        return true;
    }
    return false;
}

/* ---- */

static bool read_file(const char *proc, const char *name, struct buffer *out)
{
    char path[256];

    snprintf(path, sizeof path, "%s/%s", proc, name);
    return file_read(path, FILE_MOST, out, NULL) && out->length > 0;
}

/* Where both hierarchies are mounted only one of them counts memory. */
static int find_number(const char *proc)
{
    struct buffer groups = { 0 }, mounts = { 0 };
    int fd = -1;

    if (read_file(proc, "cgroup", &groups) && read_file(proc, "mountinfo", &mounts)) {
        fd = open_number(groups.data, mounts.data, true);
        if (fd < 0)
            fd = open_number(groups.data, mounts.data, false);
    }
    buffer_free(&groups);
    buffer_free(&mounts);
    return fd;
}

void oom_open(const char *proc, const char *log)
{
    oom.count = find_number(proc);
    oom.seen = oom.count >= 0 ? read_number() : 0;
    if (sees_all_pids(proc) && (oom.log = open(log, O_RDONLY | O_NONBLOCK | O_CLOEXEC)) >= 0)
        lseek(oom.log, 0, SEEK_END);
}

void oom_close(void)
{
    if (oom.log >= 0)
        close(oom.log);
    if (oom.count >= 0)
        close(oom.count);
    memset(&oom, 0, sizeof oom);
    oom.log = oom.count = -1;
}

bool oom_took(pid_t pid)
{
    look_at_number();
    look_at_log();
    if (is_taken(pid))
        return true;
    if (oom.untold == 0)
        return false;
    oom.untold--;
    return true;
}
