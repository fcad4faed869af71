/* Loaded into reeve by LD_PRELOAD: calls of the system that fail as a test says. The file $FAULTS is mapped, and both
 * read and write there (`struct control`; tests/e2e/faults/faults.py knows it too). A call's *site* is the place in
 * reeve's own binary that it returns to; for memory, which is asked for through others, the last few such places.
 *
 * Noting, each site that is reached is put into a table, with all that may become of such a call in time. Failing, one
 * site fails as armed, so many times. By chance, one in so many calls of any site fails.
 *
 * Each call of the system that src/os makes has its line here, or stands in tests/e2e/faults/spared.txt. */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <link.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <unwind.h>

/* SHORT is no error: half of what was asked for is done. */
enum { SITES = 1 << 14, REASONS = 6, FRAMES = 6, SHORT = 1000 };
enum { OFF, NOTE, FAIL, CHANCE };

struct call {
    char name[24];
    int32_t reasons[REASONS];
};

struct site {
    uint64_t key; /* 0: free */
    uint32_t hits;
    uint32_t filled;
    struct call call;
    uint64_t frames[FRAMES];
};

struct control {
    uint32_t mode;
    uint32_t every; /* by chance: one in so many */
    uint64_t key;   /* the one that fails */
    int32_t reason;
    int32_t times; /* how often still; below 0: until it is told otherwise */
    uint32_t hits; /* how often it has */
    uint32_t lost; /* sites that had no room */
    struct site sites[SITES];
};

static struct control *control;
static uintptr_t text_begin, text_end; /* of reeve's binary */
static uintptr_t base;

/* ---- where we are ------------------------------------------------------------------------------- */

static int on_object(struct dl_phdr_info *info, size_t size, void *arg)
{
    (void)size;
    (void)arg;
    base = info->dlpi_addr;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &info->dlpi_phdr[i];

        if (part->p_type == PT_LOAD && (part->p_flags & PF_X) != 0) {
            text_begin = base + part->p_vaddr;
            text_end = text_begin + part->p_memsz;
        }
    }
    return 1; /* the first one is the binary */
}

static bool is_reeve(void)
{
    char name[16] = "";
    int fd = (int)syscall(SYS_openat, AT_FDCWD, "/proc/self/comm", O_RDONLY | O_CLOEXEC);
    bool is = fd >= 0 && syscall(SYS_read, fd, name, sizeof name - 1) > 0 && strncmp(name, "reeve", 5) == 0;

    if (fd >= 0)
        syscall(SYS_close, fd);
    return is;
}

static void __attribute__((constructor)) begin(void)
{
    const char *path = getenv("FAULTS");
    void *map = MAP_FAILED;
    int fd;

    if (path == NULL || !is_reeve())
        return;
    dl_iterate_phdr(on_object, NULL);
    fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return;
    map = (void *)syscall(SYS_mmap, NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    syscall(SYS_close, fd);
    if (map != MAP_FAILED)
        control = map;
}

static bool is_ours(uintptr_t address)
{
    return address >= text_begin && address < text_end;
}

struct walk {
    uint64_t frames[FRAMES];
    int count, looked;
};

static _Unwind_Reason_Code on_frame(struct _Unwind_Context *context, void *arg)
{
    struct walk *w = arg;
    uintptr_t address = _Unwind_GetIP(context);

    if (is_ours(address))
        w->frames[w->count++] = address - base;
    return w->count == FRAMES || ++w->looked == 24 ? _URC_END_OF_STACK : _URC_NO_REASON;
}

/* ---- whether it fails --------------------------------------------------------------------------- */

static unsigned chance(void)
{
    static uint64_t state;

    if (state == 0) {
        struct timespec now;

        clock_gettime(CLOCK_MONOTONIC, &now);
        state = (uint64_t)now.tv_nsec * 2654435761u + (uint64_t)getpid();
    }
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned)(state >> 33);
}

static uint64_t key_of(const struct call *call, const uint64_t *frames)
{
    uint64_t key = 14695981039346656037u;

    for (const char *at = call->name; *at != '\0'; at++)
        key = (key ^ (unsigned char)*at) * 1099511628211u;
    for (int i = 0; i < FRAMES; i++)
        key = (key ^ frames[i]) * 1099511628211u;
    return key | 1;
}

static void note(const struct call *call, const uint64_t *frames, uint64_t key)
{
    for (size_t i = 0; i < SITES; i++) {
        struct site *s = &control->sites[(key + i) % SITES];
        uint64_t none = 0;

        if (__atomic_compare_exchange_n(&s->key, &none, key, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
            s->call = *call;
            memcpy(s->frames, frames, sizeof s->frames);
            s->filled = 1;
        }
        if (s->key == key) {
            __atomic_add_fetch(&s->hits, 1, __ATOMIC_RELAXED);
            return;
        }
    }
    control->lost++;
}

static int fail_as_armed(uint64_t key)
{
    int32_t times = control->times;

    if (control->key != key)
        return 0;
    do { /* of two threads one has the last time */
        if (times == 0)
            return 0;
    } while (times > 0 && !__atomic_compare_exchange_n(&control->times, &times, times - 1, false, __ATOMIC_RELAXED,
                                                       __ATOMIC_RELAXED));
    __atomic_add_fetch(&control->hits, 1, __ATOMIC_RELAXED);
    return control->reason;
}

/* What fails by itself where a system has too little of everything. */
static bool is_scarce(const char *name)
{
    static const char *const scarce[] = { "open", "pipe2", "accept4", "write of a file", "read",
                                          "send", "recv",  "fork",    "clone",           "realloc" };

    for (size_t i = 0; i < sizeof scarce / sizeof scarce[0]; i++)
        if (strcmp(name, scarce[i]) == 0)
            return true;
    return false;
}

static int fail_by_chance(const struct call *call)
{
    int count = 0;

    if (!is_scarce(call->name))
        return 0;
    while (count < REASONS && call->reasons[count] != 0)
        count++;
    return count > 0 && chance() % control->every == 0 ? call->reasons[chance() % (unsigned)count] : 0;
}

static int decide(const struct call *call, const uint64_t *frames)
{
    uint64_t key;

    if (control->mode == CHANCE)
        return fail_by_chance(call);
    key = key_of(call, frames);
    if (control->mode == FAIL)
        return fail_as_armed(key);
    note(call, frames, key);
    return 0;
}

/* What becomes of this call: 0, an errno, or SHORT. */
static int fate(const struct call *call, void *site)
{
    uint64_t frames[FRAMES] = { (uintptr_t)site - base };
    int before = errno;
    int reason;

    if (control == NULL || control->mode == OFF || !is_ours((uintptr_t)site))
        return 0;
    reason = decide(call, frames);
    errno = reason != 0 ? reason : before;
    return reason;
}

static bool memory_fails(const struct call *call)
{
    static __thread bool inside;
    struct walk w = { 0 };
    int reason;

    if (control == NULL || control->mode == OFF || inside || (control->mode == CHANCE && chance() % 500 != 0))
        return false;
    inside = true;
    _Unwind_Backtrace(on_frame, &w);
    reason = w.count > 0 ? decide(call, w.frames) : 0;
    inside = false;
    if (reason != 0)
        errno = reason;
    return reason != 0;
}

/* ---- the calls ---------------------------------------------------------------------------------- */

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define FATE(name, ...)                                                                                                \
    ({                                                                                                                 \
        static const struct call its = { name, { __VA_ARGS__ } };                                                      \
        fate(&its, __builtin_return_address(0));                                                                       \
    })

/* RESULT NAME PARAMETERS, which returns BAD for one of the reasons, or else what the real one says. */
#define CALL(result, bad, name, parameters, arguments, ...)                                                            \
    result name parameters                                                                                             \
    {                                                                                                                  \
        static __typeof__(&name) real;                                                                                 \
                                                                                                                       \
        if (FATE(#name, __VA_ARGS__) != 0)                                                                             \
            return bad;                                                                                                \
        if (real == NULL)                                                                                              \
            real = REAL(name);                                                                                         \
        return real arguments;                                                                                         \
    }

/* What is behind a descriptor decides what may become of its bytes: files have disks, pipes take small pieces whole. */
enum kind { A_FILE, A_PIPE, A_SOCKET, SOMETHING };

static enum kind kind_of(int fd, size_t length)
{
    struct stat st;

    if (control == NULL || control->mode == OFF || syscall(SYS_fstat, fd, &st) < 0)
        return SOMETHING;
    if (S_ISFIFO(st.st_mode))
        return length > 4096 ? A_PIPE : SOMETHING;
    return S_ISREG(st.st_mode) ? A_FILE : S_ISSOCK(st.st_mode) ? A_SOCKET : SOMETHING;
}

#define FATE_OF(kind, name, ...)                                                                                       \
    ((kind) == A_FILE      ? FATE(name " of a file", EINTR, __VA_ARGS__, SHORT)                                        \
     : (kind) == SOMETHING ? FATE(name, EINTR)                                                                         \
                           : FATE(name, EINTR, SHORT))

/* One that moves `length` bytes, or only some of them. */
#define MOVE(name, parameters, arguments, fates)                                                                       \
    ssize_t name parameters                                                                                            \
    {                                                                                                                  \
        static __typeof__(&name) real;                                                                                 \
        int reason = fates;                                                                                            \
                                                                                                                       \
        if (reason == SHORT && length > 1)                                                                             \
            length /= 2;                                                                                               \
        else if (reason != 0 && reason != SHORT)                                                                       \
            return -1;                                                                                                 \
        if (real == NULL)                                                                                              \
            real = REAL(name);                                                                                         \
        return real arguments;                                                                                         \
    }

#define ADDRESS struct sockaddr *address

/* Bytes. */
MOVE(read, (int fd, void *data, size_t length), (fd, data, length), FATE_OF(kind_of(fd, length), "read", EIO))
MOVE(write, (int fd, const void *data, size_t length), (fd, data, length),
     FATE_OF(kind_of(fd, length), "write", ENOSPC, EIO))
MOVE(pread, (int fd, void *data, size_t length, off_t at), (fd, data, length, at), FATE("pread", EINTR, EIO, SHORT))
MOVE(pwrite, (int fd, const void *data, size_t length, off_t at), (fd, data, length, at),
     FATE("pwrite", EINTR, EIO, ENOSPC, SHORT))
MOVE(send, (int fd, const void *data, size_t length, int flags), (fd, data, length, flags),
     FATE("send", EINTR, EAGAIN, ENOBUFS, ECONNRESET, SHORT))
MOVE(recv, (int fd, void *data, size_t length, int flags), (fd, data, length, flags),
     FATE("recv", EINTR, EAGAIN, ECONNRESET, SHORT))
CALL(ssize_t, -1, writev, (int fd, const struct iovec *part, int count), (fd, part, count), EINTR, ENOSPC, EIO)
CALL(ssize_t, -1, sendmsg, (int fd, const struct msghdr *m, int flags), (fd, m, flags), EINTR, EAGAIN, ENOBUFS)
CALL(ssize_t, -1, recvmsg, (int fd, struct msghdr *m, int flags), (fd, m, flags), EINTR, EAGAIN, ENOMEM)

/* Descriptors. */
CALL(int, -1, pipe2, (int ends[2], int flags), (ends, flags), EMFILE, ENFILE)
CALL(int, -1, socket, (int domain, int type, int protocol), (domain, type, protocol), EMFILE, ENFILE, ENOBUFS)
CALL(int, -1, socketpair, (int domain, int type, int protocol, int ends[2]), (domain, type, protocol, ends), EMFILE,
     ENFILE)
CALL(int, -1, accept4, (int fd, ADDRESS, socklen_t *length, int flags), (fd, address, length, flags), EMFILE, ENFILE,
     ENOBUFS, EINTR, ECONNABORTED)
CALL(int, -1, dup2, (int from, int to), (from, to), EINTR, EBUSY)
CALL(int, -1, dup3, (int from, int to, int flags), (from, to, flags), EINTR, EBUSY)
CALL(int, -1, epoll_create1, (int flags), (flags), EMFILE, ENFILE, ENOMEM)
CALL(int, -1, eventfd, (unsigned value, int flags), (value, flags), EMFILE, ENFILE, ENOMEM)
CALL(int, -1, signalfd, (int fd, const sigset_t *set, int flags), (fd, set, flags), EMFILE, ENFILE, ENOMEM)
CALL(int, -1, timerfd_create, (clockid_t id, int flags), (id, flags), EMFILE, ENFILE, ENOMEM)
CALL(int, -1, memfd_create, (const char *name, unsigned flags), (name, flags), EMFILE, ENFILE, ENOMEM)
CALL(int, -1, mkostemp, (char *path, int flags), (path, flags), EMFILE, ENFILE, ENOSPC)
CALL(DIR *, NULL, opendir, (const char *path), (path), EMFILE, ENFILE, ENOMEM)
CALL(DIR *, NULL, fdopendir, (int fd), (fd), ENOMEM)
CALL(struct dirent *, NULL, readdir, (DIR * folder), (folder), EIO)

/* Events. */
CALL(int, -1, epoll_ctl, (int fd, int what, int of, struct epoll_event *event), (fd, what, of, event), ENOMEM, ENOSPC)
CALL(int, -1, epoll_wait, (int fd, struct epoll_event *event, int most, int msec), (fd, event, most, msec), EINTR)
/* For so few descriptors the kernel needs no memory. */
CALL(int, -1, poll, (struct pollfd * fds, nfds_t count, int msec), (fds, count, msec), EINTR)
CALL(int, -1, nanosleep, (const struct timespec *wait, struct timespec *rest), (wait, rest), EINTR)

/* Sockets. */
CALL(int, -1, bind, (int fd, const ADDRESS, socklen_t length), (fd, address, length), EADDRINUSE, ENOSPC, EIO)
CALL(int, -1, connect, (int fd, const ADDRESS, socklen_t length), (fd, address, length), EINTR, EAGAIN, ENOMEM)
CALL(int, -1, listen, (int fd, int backlog), (fd, backlog), EADDRINUSE)
CALL(int, -1, setsockopt, (int fd, int level, int name, const void *value, socklen_t length),
     (fd, level, name, value, length), ENOMEM, ENOBUFS)
CALL(int, -1, getsockopt, (int fd, int level, int name, void *value, socklen_t *length),
     (fd, level, name, value, length), ENOBUFS)
CALL(int, -1, getsockname, (int fd, ADDRESS, socklen_t *length), (fd, address, length), ENOBUFS)

/* Files. */
CALL(int, -1, fsync, (int fd), (fd), EIO, ENOSPC, EINTR)
CALL(int, -1, ftruncate, (int fd, off_t length), (fd, length), EIO, EINTR, ENOSPC)
CALL(int, -1, fallocate, (int fd, int mode, off_t at, off_t length), (fd, mode, at, length), ENOSPC, EIO, EINTR, ENOMEM)
CALL(int, -1, fchmod, (int fd, mode_t mode), (fd, mode), EIO, EROFS)
CALL(int, -1, fchmodat, (int fd, const char *path, mode_t mode, int flags), (fd, path, mode, flags), EIO, EROFS)
CALL(int, -1, chmod, (const char *path, mode_t mode), (path, mode), EIO, EROFS)
CALL(int, -1, fchown, (int fd, uid_t user, gid_t group), (fd, user, group), EIO, EROFS)
CALL(int, -1, lchown, (const char *path, uid_t user, gid_t group), (path, user, group), EIO, EROFS)
CALL(int, -1, fstat, (int fd, struct stat *st), (fd, st), EIO, ENOMEM)
CALL(int, -1, stat, (const char *path, struct stat *st), (path, st), EIO, ENOMEM)
CALL(int, -1, lstat, (const char *path, struct stat *st), (path, st), EIO, ENOMEM)
CALL(int, -1, access, (const char *path, int mode), (path, mode), EIO, ENOMEM)
CALL(int, -1, faccessat, (int fd, const char *path, int mode, int flags), (fd, path, mode, flags), EIO, ENOMEM)
CALL(int, -1, mkdir, (const char *path, mode_t mode), (path, mode), ENOSPC, EIO)
CALL(char *, NULL, mkdtemp, (char *path), (path), ENOSPC, EIO)
CALL(int, -1, rename, (const char *from, const char *to), (from, to), EIO, ENOSPC)
CALL(int, -1, renameat2, (int a, const char *from, int b, const char *to, unsigned flags), (a, from, b, to, flags), EIO,
     ENOSPC)
CALL(int, -1, rmdir, (const char *path), (path), EIO, EBUSY)
CALL(int, -1, unlink, (const char *path), (path), EIO, EROFS)
CALL(int, -1, unlinkat, (int fd, const char *path, int flags), (fd, path, flags), EIO, EBUSY)
CALL(int, -1, flock, (int fd, int how), (fd, how), EINTR, ENOLCK)
CALL(int, -1, chdir, (const char *path), (path), EIO, ENOMEM)
CALL(ssize_t, -1, readlink, (const char *path, char *name, size_t size), (path, name, size), EIO, ENOMEM)
CALL(ssize_t, -1, readlinkat, (int fd, const char *path, char *name, size_t size), (fd, path, name, size), EIO, ENOMEM)
CALL(int, -1, fstatfs, (int fd, struct statfs *fs), (fd, fs), EIO, ENOMEM)
CALL(char *, NULL, realpath, (const char *path, char *out), (path, out), EIO, ENOMEM)
CALL(char *, NULL, getcwd, (char *path, size_t size), (path, size), ENOENT, ENOMEM)

/* Memory that is mapped. */
CALL(void *, MAP_FAILED, mmap, (void *at, size_t size, int prot, int flags, int fd, off_t offset),
     (at, size, prot, flags, fd, offset), ENOMEM, EAGAIN)
CALL(int, -1, mprotect, (void *at, size_t size, int prot), (at, size, prot), ENOMEM)
CALL(int, -1, madvise, (void *at, size_t size, int advice), (at, size, advice), EAGAIN, ENOMEM)

/* Processes and threads. */
CALL(pid_t, -1, fork, (void), (), EAGAIN, ENOMEM)
CALL(pid_t, -1, waitpid, (pid_t pid, int *status, int options), (pid, status, options), EINTR)
CALL(int, -1, waitid, (idtype_t type, id_t id, siginfo_t *info, int options), (type, id, info, options), EINTR)
CALL(int, -1, kill, (pid_t pid, int number), (pid, number), EPERM)
CALL(pid_t, -1, setsid, (void), (), EPERM)
CALL(int, -1, setpgid, (pid_t pid, pid_t group), (pid, group), EPERM)
CALL(int, -1, execve, (const char *path, char *const *argv, char *const *envp), (path, argv, envp), ENOMEM, EAGAIN, EIO,
     ETXTBSY)
CALL(int, -1, setgroups, (size_t count, const gid_t *groups), (count, groups), ENOMEM)
CALL(int, -1, setresuid, (uid_t r, uid_t e, uid_t s), (r, e, s), EAGAIN)
CALL(int, -1, setresgid, (gid_t r, gid_t e, gid_t s), (r, e, s), EPERM)
CALL(int, -1, getgroups, (int size, gid_t *groups), (size, groups), EINVAL)
CALL(int, -1, timer_create, (clockid_t id, struct sigevent *event, timer_t *timer), (id, event, timer), EAGAIN, ENOMEM)
CALL(int, -1, timer_settime, (timer_t timer, int flags, const struct itimerspec *when, struct itimerspec *old),
     (timer, flags, when, old), EINVAL)
CALL(int, EAGAIN, pthread_create, (pthread_t * thread, const pthread_attr_t *how, void *(*fn)(void *), void *arg),
     (thread, how, fn, arg), EAGAIN)
CALL(ssize_t, -1, getrandom, (void *data, size_t size, unsigned flags), (data, size, flags), EINTR, ENOSYS)

/* Names. */
CALL(int, EIO, getpwnam_r, (const char *name, struct passwd *entry, char *memory, size_t size, struct passwd **found),
     (name, entry, memory, size, found), EMFILE, EIO)
CALL(int, EIO, getpwuid_r, (uid_t id, struct passwd *entry, char *memory, size_t size, struct passwd **found),
     (id, entry, memory, size, found), EMFILE, EIO)
CALL(int, EIO, getgrnam_r, (const char *name, struct group *entry, char *memory, size_t size, struct group **found),
     (name, entry, memory, size, found), EMFILE, EIO)
CALL(int, -1, getgrouplist, (const char *name, gid_t group, gid_t *groups, int *count), (name, group, groups, count),
     ENOMEM)
CALL(int, EAI_AGAIN, getaddrinfo,
     (const char *host, const char *port, const struct addrinfo *hints, struct addrinfo **out),
     (host, port, hints, out), EAGAIN)

/* The kernel sets limits by prlimit64, which is one call with getrlimit. */
int setrlimit(__rlimit_resource_t what, const struct rlimit *limit)
{
    return FATE("setrlimit", EPERM) != 0 ? -1 : (int)syscall(SYS_prlimit64, 0, what, limit, NULL);
}

int setpriority(__priority_which_t which, id_t who, int value)
{
    return FATE("setpriority", EPERM) != 0 ? -1 : (int)syscall(SYS_setpriority, which, who, value);
}

/* Closed it is all the same. */
int close(int fd)
{
    int reason = FATE("close", EINTR, EIO);
    int result = (int)syscall(SYS_close, fd);

    if (reason == 0)
        return result;
    errno = reason;
    return -1;
}

/* Whatever is the matter, dlerror has to know about it. */
void *dlopen(const char *path, int flags)
{
    static void *(*real)(const char *, int);

    if (real == NULL)
        real = REAL(dlopen);
    return real(FATE("dlopen", ENOMEM) != 0 ? "/there/is/no/such.so" : path, flags);
}

int open(const char *path, int flags, ...)
{
    va_list more;
    mode_t mode;

    va_start(more, flags);
    mode = flags & O_CREAT ? va_arg(more, mode_t) : 0;
    va_end(more);
    if (FATE("open", EMFILE, ENFILE, EIO, ENOSPC, EINTR) != 0)
        return -1;
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

int openat(int fd, const char *path, int flags, ...)
{
    va_list more;
    mode_t mode;

    va_start(more, flags);
    mode = flags & O_CREAT ? va_arg(more, mode_t) : 0;
    va_end(more);
    return FATE("openat", EMFILE, ENFILE, EIO, EINTR) != 0 ? -1 : (int)syscall(SYS_openat, fd, path, flags, mode);
}

/* Only copies of a descriptor can fail; flags are set in any case. */
int fcntl(int fd, int what, ...)
{
    bool copies = what == F_DUPFD || what == F_DUPFD_CLOEXEC;
    va_list more;
    long value;

    va_start(more, what);
    value = va_arg(more, long);
    va_end(more);
    if (copies ? FATE("fcntl dup", EMFILE) != 0 : FATE("fcntl", ENOLCK) != 0 && (what == F_SETLK || what == F_SETLKW))
        return -1;
    return (int)syscall(SYS_fcntl, fd, what, value);
}

int ioctl(int fd, unsigned long what, ...)
{
    va_list more;
    void *value;

    va_start(more, what);
    value = va_arg(more, void *);
    va_end(more);
    return FATE("ioctl", ENOTTY) != 0 ? -1 : (int)syscall(SYS_ioctl, fd, what, value);
}

int prctl(int what, ...)
{
    va_list more;
    unsigned long value[4];

    va_start(more, what);
    for (int i = 0; i < 4; i++)
        value[i] = va_arg(more, unsigned long);
    va_end(more);
    if (FATE("prctl", EINVAL) != 0)
        return -1;
    return (int)syscall(SYS_prctl, what, value[0], value[1], value[2], value[3]);
}

int clone(int (*fn)(void *), void *stack, int flags, void *arg, ...)
{
    static __typeof__(&clone) real;

    if (FATE("clone", EAGAIN, ENOMEM, EPERM) != 0)
        return -1;
    if (real == NULL)
        real = REAL(clone);
    return real(fn, stack, flags, arg);
}

#define KERNEL(its_number, name, ...)                                                                                  \
    if (number == its_number && FATE(name, __VA_ARGS__) != 0)                                                          \
        return -1;

/* What has no name in libc, or is wanted without what libc does about it. */
long syscall(long number, ...)
{
    static __typeof__(&syscall) real;
    va_list more;
    long value[6];

    va_start(more, number);
    for (int i = 0; i < 6; i++)
        value[i] = va_arg(more, long);
    va_end(more);
    KERNEL(SYS_pidfd_open, "pidfd_open", EMFILE, ENFILE, ENOMEM)
    KERNEL(SYS_pidfd_send_signal, "pidfd_send_signal", EPERM)
    KERNEL(SYS_close_range, "close_range", ENOMEM, ENOSYS)
    KERNEL(SYS_getdents64, "getdents64", EIO)
    KERNEL(SYS_clone, "clone", EAGAIN, ENOMEM)
    KERNEL(SYS_waitid, "waitid", EINTR)
    KERNEL(SYS_setgroups, "setgroups", ENOMEM)
    KERNEL(SYS_setresgid, "setresgid", EPERM)
    KERNEL(SYS_setresuid, "setresuid", EAGAIN)
    if (real == NULL)
        real = REAL(syscall);
    return real(number, value[0], value[1], value[2], value[3], value[4], value[5]);
}

/* ---- memory ------------------------------------------------------------------------------------- */

/* The names by which glibc offers its own. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

void *malloc(size_t size)
{
    static const struct call call = { "malloc", { ENOMEM } };

    return memory_fails(&call) ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    static const struct call call = { "calloc", { ENOMEM } };

    return memory_fails(&call) ? NULL : __libc_calloc(count, size);
}

/* What makes it smaller is never refused. */
void *realloc(void *old, size_t size)
{
    static const struct call call = { "realloc", { ENOMEM } };

    return size > 0 && memory_fails(&call) ? NULL : __libc_realloc(old, size);
}
