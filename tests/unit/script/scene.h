/* A supervisor with real processes on a loop. What hooks say in the log is what the tests look at. */
#ifndef TESTS_SCRIPT_SCENE_H
#define TESTS_SCRIPT_SCENE_H

#include "base/log.h"
#include "os/clock.h"
#include "unit/script/helper.h"

enum { PATIENCE = 20000 };

static struct loop *loop;
static struct supervisor *supervisor;
static struct supervisor_upward upward;
static struct buffer heard;

static inline void on_log_line(int level, const char *line, size_t length, void *arg)
{
    (void)level;
    (void)arg;
    buffer_add(&heard, line, length);
    buffer_add_char(&heard, '\n');
}

struct wait {
    const char *text;
    msec until;
};

static inline void look(void *arg)
{
    struct wait *w = arg;

    if (strstr(heard.data, w->text) != NULL || clock_now() > w->until)
        loop_end(loop);
    else
        timer_start(loop, 2, look, w);
}

static inline void assert_heard(const char *text)
{
    if (strstr(heard.data, text) == NULL)
        fail_msg("no '%s' in:\n%s", text, heard.data);
}

static inline void assert_not_heard(const char *text)
{
    if (strstr(heard.data, text) != NULL)
        fail_msg("'%s' in:\n%s", text, heard.data);
}

/* Until the log has this text. */
static inline void wait_for(const char *text)
{
    struct wait w = { text, clock_now() + PATIENCE };

    timer_start(loop, 0, look, &w);
    loop_run(loop);
    assert_heard(text);
}

static inline void start(const char *configuration)
{
    buffer_clear(&heard);
    buffer_add_text(&heard, "");
    log_listen(on_log_line, NULL);
    loop = loop_new();
    script_attach(&upward, "t.lua");
    supervisor = supervisor_new(loop, &upward);
    script_listen(supervisor);
    supervisor_start(supervisor, load_good(configuration));
}

static inline void finish(void)
{
    supervisor_shutdown(supervisor, 0, false, "the test ends");
    loop_run(loop);
    script_unlisten();
    supervisor_free(supervisor);
    script_detach(&upward);
    loop_free(loop);
    log_listen(NULL, NULL);
    buffer_free(&heard);
}

#endif
