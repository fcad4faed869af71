/* The file is looked at a few times in a second: only while somebody follows it. */
#include "os/follow.h"

#include "base/xalloc.h"
#include "os/file.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LOOK_EVERY = 100, READ_SIZE = 64 << 10, READ_MOST = 1 << 20 };

struct follow {
    struct loop *loop;
    char *path;
    int fd; /* -1: not there */
    struct timer *look;
    follow_fn *fn;
    void *arg;
};

/* Returns whether there was more than one turn may read. */
static bool read_added(struct follow *f)
{
    static char data[READ_SIZE];
    size_t total = 0;
    ssize_t n;

    while (total < READ_MOST && (n = read(f->fd, data, sizeof data)) > 0) {
        total += (size_t)n;
        f->fn(data, (size_t)n, f->arg);
    }
    return total >= READ_MOST;
}

static void close_file(struct follow *f)
{
    if (f->fd >= 0)
        close(f->fd);
    f->fd = -1;
}

/* Another file has taken its place, or nothing has. */
static bool is_replaced(const struct follow *f)
{
    struct stat ours, there;

    if (fstat(f->fd, &ours) < 0 || stat(f->path, &there) < 0)
        return true;
    return ours.st_dev != there.st_dev || ours.st_ino != there.st_ino;
}

static void begin_again_if_cut(struct follow *f)
{
    struct stat st;

    if (fstat(f->fd, &st) == 0 && st.st_size < lseek(f->fd, 0, SEEK_CUR))
        lseek(f->fd, 0, SEEK_SET);
}

static bool is_regular(int fd)
{
    struct stat st;

    return fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

static void open_file(struct follow *f)
{
    f->fd = file_open_read(f->path, NULL);
    if (f->fd >= 0 && !is_regular(f->fd))
        close_file(f);
}

static void on_look(void *arg)
{
    struct follow *f = arg;
    bool more = false;

    if (f->fd >= 0) {
        begin_again_if_cut(f);
        more = read_added(f);
        if (!more && is_replaced(f))
            close_file(f);
    }
    if (f->fd < 0) {
        open_file(f);
        more = more || f->fd >= 0;
    }
    f->look = timer_start(f->loop, more ? 0 : LOOK_EVERY, on_look, f);
}

struct follow *follow_open(struct loop *loop, const char *path, follow_fn *fn, void *arg)
{
    struct follow *f = xcalloc(1, sizeof *f);

    *f = (struct follow){ .loop = loop, .path = xstrdup(path), .fd = -1, .fn = fn, .arg = arg };
    open_file(f);
    if (f->fd >= 0)
        lseek(f->fd, 0, SEEK_END);
    f->look = timer_start(loop, LOOK_EVERY, on_look, f);
    return f;
}

void follow_where(const struct follow *f, struct follow_place *place)
{
    struct stat st;

    *place = (struct follow_place){ 0 };
    if (f->fd < 0 || fstat(f->fd, &st) < 0)
        return;
    *place = (struct follow_place){ (int64_t)st.st_dev, (int64_t)st.st_ino, lseek(f->fd, 0, SEEK_CUR) };
}

void follow_go(struct follow *f, const struct follow_place *place)
{
    struct follow_place here;

    follow_where(f, &here);
    if (here.inode != 0)
        lseek(f->fd, here.device == place->device && here.inode == place->inode ? place->offset : 0, SEEK_SET);
}

void follow_close(struct follow **f)
{
    if (*f == NULL)
        return;
    timer_stop(&(*f)->look);
    close_file(*f);
    free((*f)->path);
    free(*f);
    *f = NULL;
}
