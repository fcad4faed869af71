/* reload: from the file on disk to the plan in force. */
#include "base/json.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "command_private.h"

#include <stdlib.h>
#include <string.h>

enum { LOOK_EVERY = 20 };

/* reload --wait: until nothing starts or stops any more. */
struct settling {
    struct supervisor *supervisor;
    struct reply *reply;
    struct timer *look;
};

static void on_cancel(struct reply *r, void *work)
{
    struct settling *w = work;

    (void)r;
    timer_stop(&w->look);
    free(w);
}

static void on_look(void *arg)
{
    struct settling *w = arg;
    struct reply *r = w->reply;

    if (!supervisor_is_settled(w->supervisor)) {
        w->look = timer_start(supervisor_loop(w->supervisor), LOOK_EVERY, on_look, w);
        return;
    }
    free(w);
    reply_end(r);
}

static void wait_settled(struct supervisor *s, struct reply *r)
{
    struct settling *w = xcalloc(1, sizeof *w);

    *w = (struct settling){ .supervisor = s, .reply = r };
    reply_later(r, on_cancel, w);
    on_look(w);
}

/* The programs of one word of the list, whose lines are "added: web" and "changed: web (cmd; restart)". */
static void print_changes(const char *list, const char *word, struct buffer *b)
{
    json_key(b, word);
    json_open_array(b);
    for (const char *line = list; *line != '\0'; line += strcspn(line, "\n"), line += *line == '\n') {
        const char *name = line + strlen(word) + 2;

        if (text_starts(line, word) && line[strlen(word)] == ':')
            json_bytes(b, name, strcspn(name, " \n"));
    }
    json_close_array(b);
}

static void print_next_start(const char *list, struct buffer *b)
{
    const char *line = strstr(list, RELOAD_NEXT_START);
    const char *name = line != NULL ? line + strlen(RELOAD_NEXT_START) : "\n";

    json_key(b, "next_start");
    json_open_array(b);
    for (; *name != '\n'; name += strspn(name, ", ")) {
        size_t length = strcspn(name, ",\n");

        json_bytes(b, name, length);
        name += length;
    }
    json_close_array(b);
}

static void print_list(const char *list, struct buffer *b)
{
    json_open_object(b);
    print_changes(list, "added", b);
    print_changes(list, "removed", b);
    print_changes(list, "changed", b);
    print_changes(list, "kept", b);
    print_next_start(list, b);
    json_close_object(b);
}

static void print_problems(const struct problems *problems, struct buffer *b)
{
    json_open_object(b);
    json_key(b, "problems");
    json_open_array(b);
    for (size_t i = 0; i < problems->count; i++) {
        json_open_object(b);
        json_key(b, "file");
        json_text(b, problems->item[i].file);
        json_key(b, "line");
        json_int(b, problems->item[i].line);
        json_key(b, "message");
        json_text(b, problems->item[i].text);
        json_close_object(b);
    }
    json_close_array(b);
    json_close_object(b);
}

static void say_refused(const struct problems *problems, struct reply *r)
{
    if (r->wants_data)
        print_problems(problems, &r->data);
    else
        problems_print(problems, &r->text);
    reply_fail(r, REPLY_FAILED, "the configuration has %zu problem%s, the old one runs on",
               problems->count + problems->untold, problems->count == 1 ? "" : "s");
}

static void say_applied(const struct buffer *list, struct reply *r)
{
    const char *text = list->length > 0 ? list->data : "";

    if (r->wants_data)
        print_list(text, &r->data);
    else
        buffer_add_text(&r->text, text);
}

/* It was applied, and its list is in the reply already. */
void command_reload_resume(const struct request *q, const char *work, size_t length, struct reply *r)
{
    (void)work;
    (void)length;
    if (r->text.length + r->data.length > 0 && request_has_flag(q, "--wait")) {
        wait_settled(q->supervisor, r);
        return;
    }
    reply_fail(r, REPLY_FAILED, "reeve began anew while it read the configuration, after %s", q->resumed);
    reply_end(r);
}

void command_reload(const struct request *q, struct reply *r)
{
    bool dry_run = request_has_flag(q, "--dry-run");
    struct problems problems = { 0 };
    struct buffer list = { 0 };
    bool good = supervisor_reload(q->supervisor, dry_run, &list, &problems);

    if (good)
        say_applied(&list, r);
    else
        say_refused(&problems, r);
    buffer_free(&list);
    problems_free(&problems);
    if (good && !dry_run && request_has_flag(q, "--wait"))
        wait_settled(q->supervisor, r);
    else
        reply_end(r);
}
