/* The editor of os/editor.h, by libedit's own interface. While a line is edited libedit is in its unbuffered mode: each
 * call reads one key, and the terminal is raw. In between the terminal is as others expect it. */
#include "reeve/module.h"
#include "base/xalloc.h"
#include "edit_private.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HISTORY_MOST = 1000, CTRL_D = 4 };

/* ---- life -------------------------------------------------------------------------------------- */

static struct editor *editor_of(EditLine *el)
{
    struct editor *ed = NULL;

    el_get(el, EL_CLIENTDATA, &ed);
    return ed;
}

static char *prompt(EditLine *el)
{
    return (char *)editor_of(el)->options.prompt;
}

static unsigned char on_tabulator(EditLine *el, int key)
{
    (void)key;
    return completion_key(editor_of(el));
}

/* Keys that libedit leaves alone, as terminals send them. */
static void bind_keys(EditLine *el)
{
    static const char *const keys[][2] = {
        { "^I", "reeve-complete" },     { "^R", "em-inc-search-prev" }, { "\\e[3~", "ed-delete-next-char" },
        { "\\e[H", "ed-move-to-beg" },  { "\\e[F", "ed-move-to-end" },  { "\\e[1~", "ed-move-to-beg" },
        { "\\e[4~", "ed-move-to-end" }, { "\\e[1;5C", "em-next-word" }, { "\\e[1;5D", "ed-prev-word" },
    };

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        el_set(el, EL_BIND, keys[i][0], keys[i][1], NULL);
}

static void set_up(struct editor *ed)
{
    EditLine *el = ed->el;
    HistEventW event;

    el_set(el, EL_CLIENTDATA, ed);
    el_set(el, EL_PROMPT, prompt);
    el_set(el, EL_EDITOR, "emacs");
    el_set(el, EL_SIGNAL, 0);
    el_wset(el, EL_ADDFN, L"reeve-complete", L"complete a word", on_tabulator); /* the other one copies, and leaks */
    bind_keys(el);
    history_w(ed->history, &event, H_SETSIZE, HISTORY_MOST);
    history_w(ed->history, &event, H_SETUNIQUE, 1);
    el_wset(el, EL_HIST, history_w, ed->history);
    el_source(el, NULL); /* the user's ~/.editrc has the last word */
}

static void edit_close(struct editor *ed)
{
    if (ed->el != NULL)
        el_end(ed->el);
    if (ed->history != NULL)
        history_wend(ed->history);
    free(ed->kept);
    free(ed);
}

static struct editor *edit_open(const struct editor_options *o, struct error *e)
{
    struct editor *ed = xcalloc(1, sizeof *ed);

    /* Bytes are characters by the user's locale. */
    setlocale(LC_CTYPE, "");
    ed->options = *o;
    ed->el = el_init("reeve", stdin, stdout, stderr);
    ed->history = history_winit();
    if (ed->el != NULL && ed->history != NULL) {
        set_up(ed);
        return ed;
    }
    edit_close(ed);
    failure(e, "libedit cannot use this terminal");
    return NULL;
}

/* ---- taking turns at the terminal -------------------------------------------------------------- */

static void edit_begin(struct editor *ed)
{
    el_set(ed->el, EL_UNBUFFERED, 1);
}

static void edit_end(struct editor *ed)
{
    el_set(ed->el, EL_UNBUFFERED, 0);
}

static void edit_pause(struct editor *ed)
{
    const LineInfo *line = el_line(ed->el);

    free(ed->kept);
    ed->kept = xstrndup(line->buffer, (size_t)(line->lastchar - line->buffer));
    edit_end(ed);
}

static void edit_resume(struct editor *ed)
{
    edit_begin(ed);
    if (ed->kept != NULL && *ed->kept != '\0') {
        el_insertstr(ed->el, ed->kept);
        el_set(ed->el, EL_REFRESH);
    }
}

/* ---- keys -------------------------------------------------------------------------------------- */

static enum editor_result edit_read(struct editor *ed, const char **line)
{
    int length = 0;
    const char *text = el_gets(ed->el, &length);

    /* An empty line and the end of the input look the same; the poll that comes next tells. */
    if (text == NULL || length <= 0)
        return EDITOR_MORE;
    if (length == 1 && *text == CTRL_D)
        return EDITOR_END;
    if (text[length - 1] != '\n' && text[length - 1] != '\r')
        return EDITOR_MORE;
    free(ed->kept);
    ed->kept = xstrndup(text, (size_t)length - 1);
    *line = ed->kept;
    return EDITOR_LINE;
}

/* A line that the user's locale cannot read is not remembered. */
static void edit_remember(struct editor *ed, const char *line)
{
    size_t size = strlen(line) + 1;
    wchar_t *wide = xcalloc(size, sizeof *wide);
    HistEventW event;

    if (mbstowcs(wide, line, size) != (size_t)-1)
        history_w(ed->history, &event, H_ENTER, wide);
    free(wide);
}

static const struct editor_functions functions = {
    .open = edit_open,
    .close = edit_close,
    .begin = edit_begin,
    .end = edit_end,
    .pause = edit_pause,
    .resume = edit_resume,
    .read = edit_read,
    .show = screen_show,
    .resized = screen_resized,
    .remember = edit_remember,
};

const struct module reeve_module = { MODULE_ABI, "edit", &functions };
