/* The table of supervise { … }. */
#include "gearman_private.h"

#include "os/resolve.h"
#include "os/user_cache.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIELD(member) .offset = offsetof(struct crew_settings, member)

const char crews_key;

static const char *const failures[] = { "warning", "exception", NULL };

static const struct setting crew_rows[] = {
    { "servers", &setting_words, FIELD(servers), "127.0.0.1:4730", .help = "job servers, HOST:PORT each" },
    { "functions", &definitions_setting, FIELD(functions), .flags = SETTING_COMPUTED | SETTING_NEEDED,
      .help = "what can be done: a list, or a function that returns one and may wait" },
    { "reload_interval", &setting_duration_or_off, FIELD(reload_interval), "60s",
      .help = "asks for the list, and the executors, again this often; false: only when told to" },
    { "env", &setting_map, FIELD(env), "{}", .help = "the whole environment of executors: nothing is inherited" },
    { "workdir", &setting_text, FIELD(workdir),
      .help = "folder in which each job gets a folder of its own; without it $TMPDIR or /tmp" },
    { "timeout", &setting_duration_or_off, FIELD(timeout), "false", .help = "of a job: TERM then, and KILL 5 s later" },
    { "max_output", &setting_size, FIELD(max_output), "128MB",
      .help = "of each stream of an executor; one that writes more is killed" },
    { "user", &setting_identity, FIELD(user), .help = "whom executors run as" },
    { "group", &setting_identity, FIELD(group), .help = "their group, in place of the user's" },
    { "failure", &setting_choice, FIELD(failure), "warning", .choices = failures,
      .help = "what a client hears of a failed job: a warning and the failure, or an exception" },
    { "stoptime", &setting_duration, FIELD(stoptime), "30s",
      .help = "how long running jobs may take to report when reeve ends; at most half of stop_timeout" },
    { "jobs_per_connection", &setting_int, FIELD(jobs_per_connection), "0", .max = 100000,
      .help = "opens more connections rather than take more jobs on one; 0: any number on one" },
};

const struct record_type crew_record = { .noun = "gearman",
                                         .settings = crew_rows,
                                         .count = sizeof crew_rows / sizeof *crew_rows,
                                         .size = sizeof(struct crew_settings) };

const struct function *crew_provider(const struct crew_settings *s)
{
    return setting_function(s, setting_find(&crew_record, "functions"));
}

bool crew_endpoint(const char *text, struct endpoint *out, struct error *e)
{
    char with_port[512];

    if (endpoint_parse(text, out, e))
        return true;
    if (strchr(text, ':') != NULL && *text != '[')
        return false;
    snprintf(with_port, sizeof with_port, "%s:4730", text);
    return endpoint_parse(with_port, out, e);
}

/* ---- checks ---------------------------------------------------------------------------------------- */

static void check_servers(const struct crew_settings *s, const struct record_source *from)
{
    struct endpoint endpoint;
    struct error e;

    if (s->servers.count == 0)
        record_complain(from, "servers", "'servers' is empty: say at least one, such as \"127.0.0.1:4730\"");
    for (size_t i = 0; i < s->servers.count; i++)
        if (!crew_endpoint(s->servers.word[i], &endpoint, &e))
            record_complain(from, "servers", "'servers': %s", e.text);
}

void crew_settings_check(const struct crew_settings *s, const struct record_source *from)
{
    check_servers(s, from);
    if (!setting_was_said(s, setting_find(&crew_record, "functions")))
        record_complain(from, "",
                        "'functions' is missing: a list such as { { name = \"resize\", executor = \"/opt/resize\" } }, "
                        "or a function that returns one");
    if (s->workdir != NULL && *s->workdir != '/')
        record_complain(from, "workdir", "'workdir' must be an absolute path, not '%s'", s->workdir);
}

void crew_settings_check_people(const struct crew_settings *s, const struct record_source *from)
{
    struct identity who;
    struct error e;
    const char *key;

    if (s->user == NULL && s->group == NULL)
        return;
    if (user_cache_find(s->user, s->group, NULL, 0, &who, &e)) {
        identity_free(&who);
        return;
    }
    key = errno == 0 && s->group != NULL && !identity_group_exists(s->group, NULL) ? "group" : "user";
    record_complain(from, key, "'%s': %s", key, e.text);
}
