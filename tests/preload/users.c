/* Loaded into reeve by LD_PRELOAD: a user database far away. It knows "ghost", "ghost1" … while there is the file
 * $USERS/known: all are whoever runs reeve, or have the number that stands in there. While there is $USERS/busy it does not answer, while there
 * is $USERS/down it fails, and makes $USERS/failed. /etc/passwd is as old as $USERS/known. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static int there_is(const char *name)
{
    char path[300];

    snprintf(path, sizeof path, "%s/%s", getenv("USERS"), name);
    return access(path, F_OK) == 0;
}

static uid_t number_of_ghosts(void)
{
    char path[300], text[20] = "";
    int fd;

    snprintf(path, sizeof path, "%s/known", getenv("USERS"));
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || read(fd, text, sizeof text - 1) <= 0)
        text[0] = '\0';
    close(fd);
    return text[0] != '\0' ? (uid_t)strtoul(text, NULL, 10) : geteuid();
}

static void make(const char *name)
{
    char path[300];

    snprintf(path, sizeof path, "%s/%s", getenv("USERS"), name);
    close(open(path, O_CREAT | O_CLOEXEC, 0600));
}

static void wait_for_answer(void)
{
    const struct timespec moment = { .tv_nsec = 5000000 };

    while (there_is("busy"))
        nanosleep(&moment, NULL);
}

int getpwnam_r(const char *name, struct passwd *entry, char *memory, size_t size, struct passwd **found)
{
    static __typeof__(&getpwnam_r) real;

    if (strncmp(name, "ghost", 5) != 0) {
        if (real == NULL)
            real = (__typeof__(&getpwnam_r))dlsym(RTLD_NEXT, "getpwnam_r");
        return real(name, entry, memory, size, found);
    }
    wait_for_answer();
    *found = NULL;
    if (there_is("down")) {
        make("failed");
        return EIO;
    }
    *entry = (struct passwd){
        .pw_name = "ghost", .pw_uid = number_of_ghosts(), .pw_gid = getegid(), .pw_dir = "/", .pw_shell = "/bin/sh"
    };
    *found = there_is("known") ? entry : NULL;
    return 0;
}

int getpwuid_r(uid_t uid, struct passwd *entry, char *memory, size_t size, struct passwd **found)
{
    static __typeof__(&getpwuid_r) real;

    if (real == NULL)
        real = (__typeof__(&getpwuid_r))dlsym(RTLD_NEXT, "getpwuid_r");
    *found = NULL;
    return there_is("down") ? EIO : real(uid, entry, memory, size, found);
}

int getgrouplist(const char *name, gid_t group, gid_t *groups, int *count)
{
    static __typeof__(&getgrouplist) real;

    if (strncmp(name, "ghost", 5) != 0) {
        if (real == NULL)
            real = (__typeof__(&getgrouplist))dlsym(RTLD_NEXT, "getgrouplist");
        return real(name, group, groups, count);
    }
    wait_for_answer();
    groups[0] = group;
    *count = 1;
    return 1;
}

int stat(const char *path, struct stat *st)
{
    static __typeof__(&stat) real;
    char known[300];

    if (real == NULL)
        real = (__typeof__(&stat))dlsym(RTLD_NEXT, "stat");
    snprintf(known, sizeof known, "%s/known", getenv("USERS"));
    return real(strcmp(path, "/etc/passwd") == 0 ? known : path, st);
}
