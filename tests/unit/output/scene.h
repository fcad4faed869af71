/* scene: a folder, a loop and a clock for tests of what is written to files.
 *
 * The clock is the real one, and can be put forward: this replaces os/clock. */
#ifndef TESTS_SCENE_H
#define TESTS_SCENE_H

#include "base/buffer.h"
#include "base/log.h"
#include "core/program.h"
#include "os/clock.h"
#include "os/loop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct scene {
    char folder[64];
    struct loop *loop;
    struct buffer log; /* what reeve logged */
};

static struct scene scene;
static msec put_forward;

msec clock_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (msec)t.tv_sec * 1000 + t.tv_nsec / 1000000 + put_forward;
}

msec clock_left(msec due)
{
    msec left = due - clock_now();

    return left > 0 ? left : 0;
}

msec clock_wall(void)
{
    return 1714564800123; /* 2024-05-01T12:00:00.123Z */
}

double clock_random(void)
{
    return 0.5;
}

static void remember(int level, const char *line, size_t length, void *arg)
{
    (void)level;
    (void)arg;
    buffer_add(&scene.log, line, length);
    buffer_add_char(&scene.log, '\n');
}

static inline int set_scene(void **state)
{
    const char *nowhere = "/dev/null";

    (void)state;
    signal(SIGPIPE, SIG_IGN);
    strcpy(scene.folder, "/tmp/reeve-output-XXXXXX");
    assert_non_null(mkdtemp(scene.folder));
    assert_true(log_open(&nowhere, 1, LOG_NOTICE, LOG_DAEMON, NULL));
    log_listen(remember, NULL);
    buffer_clear(&scene.log);
    scene.loop = loop_new();
    return 0;
}

static inline int strike_scene(void **state)
{
    char command[128];

    (void)state;
    snprintf(command, sizeof command, "rm -rf '%s'", scene.folder);
    assert_int_equal(system(command), 0);
    loop_free(scene.loop);
    log_listen(NULL, NULL);
    log_close();
    buffer_free(&scene.log);
    return 0;
}

/* "log.1" as a path in the folder; valid until eight others were asked for. */
static inline const char *place(const char *name)
{
    static char paths[8][PATH_MAX];
    static unsigned next;
    char *path = paths[next++ % 8];

    snprintf(path, sizeof paths[0], "%s/%s", scene.folder, name);
    return path;
}

static inline bool is_there(const char *name)
{
    struct stat st;

    return lstat(place(name), &st) == 0;
}

static inline void read_into(const char *path, struct buffer *out)
{
    int fd = open(path, O_RDONLY);
    ssize_t n;

    assert_true(fd >= 0);
    do {
        buffer_reserve(out, 65536);
        n = read(fd, out->data + out->length, 65536);
        assert_true(n >= 0);
        out->length += (size_t)n;
    } while (n > 0);
    out->data[out->length] = '\0';
    close(fd);
}

static inline void assert_file(const char *name, const char *content)
{
    struct buffer b = { 0 };

    read_into(place(name), &b);
    assert_string_equal(b.data, content);
    buffer_free(&b);
}

/* Oldest first: log.N … log.1 log. */
static inline void read_chain(struct buffer *out)
{
    char name[32];
    int last = 0;

    do
        snprintf(name, sizeof name, "log.%d", ++last);
    while (is_there(name));
    while (--last > 0) {
        snprintf(name, sizeof name, "log.%d", last);
        read_into(place(name), out);
    }
    read_into(place("log"), out);
}

static inline bool was_logged(const char *words)
{
    return scene.log.length > 0 && strstr(scene.log.data, words) != NULL;
}

static inline int times_logged(const char *words)
{
    const char *at = scene.log.length > 0 ? scene.log.data : "";
    int times = 0;

    for (; (at = strstr(at, words)) != NULL; at++)
        times++;
    return times;
}

static void end_turn(void *arg)
{
    loop_end(arg);
}

/* Turn the loop for a moment: as long as it takes for what is pending, and a millisecond at most. */
static inline void turn_loop(void)
{
    struct timer *t = timer_start(scene.loop, 1, end_turn, scene.loop);

    (void)t;
    loop_run(scene.loop);
}

/* Turn the loop until `condition` holds; the test's own time limit is the only one. */
#define turn_until(condition)                                                                                          \
    while (!(condition))                                                                                               \
    turn_loop()

static inline struct capture_settings capture_to(const char *path)
{
    return (
        struct capture_settings){ .path = (char *)path, .max_size = 10 << 20, .backups = 5, .mode = -1, .ring = 16384 };
}

#endif
