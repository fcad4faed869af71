/* The half of os/file.h that is about pid files. */
#include "os/file.h"

#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIDFILE_MOST = 4096 };

/* The first word as a pid; 0 for an empty file, -1 when it is something else. */
static long parse_pid(const char *text)
{
    char *end;
    long pid;

    while (isspace((unsigned char)*text))
        text++;
    if (*text == '\0')
        return 0;
    if (!isdigit((unsigned char)*text))
        return -1;
    pid = strtol(text, &end, 10);
    return (*end == '\0' || isspace((unsigned char)*end)) && pid > 0 && pid < INT32_MAX ? pid : -1;
}

static long read_pid(const char *path, struct error *e)
{
    struct buffer text = { 0 };
    long pid = -1;

    if (file_read(path, PIDFILE_MOST, &text, e)) {
        pid = parse_pid(text.data);
        if (pid < 0)
            failure(e, "'%s' is there and holds no pid: remove it or name another file", path);
    }
    buffer_free(&text);
    return pid;
}

static bool is_alive(long pid)
{
    return kill((pid_t)pid, 0) == 0 || errno == EPERM;
}

static bool take_place(const char *path, struct error *e)
{
    struct stat st;
    char text[32];
    long pid = 0;
    int length;

    if (lstat(path, &st) == 0 && (pid = read_pid(path, e)) < 0)
        return false;
    if (pid > 0 && pid != getpid() && is_alive(pid))
        return failure(e, "process %ld is alive and owns the pid file '%s': stop it first", pid, path);
    length = snprintf(text, sizeof text, "%d\n", (int)getpid());
    return file_replace(path, text, (size_t)length, 0644, e);
}

bool pidfile_write(const char *path, struct error *e)
{
    int lock = file_lock_folder(path);
    bool done = take_place(path, e);

    if (lock >= 0)
        close(lock);
    return done || failure_in(e, "pid file");
}

void pidfile_remove(const char *path)
{
    if (read_pid(path, NULL) == getpid())
        unlink(path);
}
