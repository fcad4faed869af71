#include "control/completion.h"

#include "base/text.h"
#include "convert/convert.h"
#include "core/process.h"

#include <ctype.h>
#include <string.h>

static const char dots[] = "…";

enum { ITEMS_MOST = 16, DOTS = sizeof dots - 1 };

/* ---- a usage ----------------------------------------------------------------------------------- */

/* A piece of the usage's text. */
struct piece {
    const char *text; /* NULL: there is none */
    size_t length;
};

struct flag_item {
    struct piece name, value;
    bool optional; /* the value */
};

struct usage {
    struct flag_item flag[ITEMS_MOST];
    struct piece argument[ITEMS_MOST];
    size_t flag_count, argument_count;
    size_t repeated; /* from this argument on they come in any number; argument_count: none do */
};

/* One word of the usage, without its brackets and dots. */
struct token {
    struct piece piece;
    int opened, closed; /* brackets */
    bool repeated;
};

static bool ends_with_dots(const struct piece *p)
{
    return p->length >= DOTS && memcmp(p->text + p->length - DOTS, dots, DOTS) == 0;
}

static bool next_token(const char **at, struct token *t)
{
    const char *start = *at + strspn(*at, " ");
    struct piece *p = &t->piece;

    *at = start + strcspn(start, " ");
    *t = (struct token){ .piece = { start, (size_t)(*at - start) } };
    if (p->length == 0)
        return false;
    for (; p->length > 0 && *p->text == '['; p->text++, p->length--)
        t->opened++;
    for (;;) {
        if (p->length > 0 && p->text[p->length - 1] == ']') {
            t->closed++;
            p->length--;
        } else if (ends_with_dots(p)) {
            t->repeated = true;
            p->length -= DOTS;
        } else {
            return true;
        }
    }
}

static void read_usage(const char *text, struct usage *u)
{
    struct flag_item *open = NULL; /* its bracket is: what comes next is its value */
    struct token t;

    *u = (struct usage){ .repeated = ITEMS_MOST };
    while (u->flag_count < ITEMS_MOST && u->argument_count < ITEMS_MOST && next_token(&text, &t)) {
        if (open != NULL) {
            open->value = t.piece;
            open->optional = t.opened > 0;
            open = NULL;
        } else if (t.piece.length > 0 && *t.piece.text == '-') {
            struct flag_item *f = &u->flag[u->flag_count++];

            f->name = t.piece;
            open = t.opened > t.closed ? f : NULL;
        } else {
            if (t.repeated)
                u->repeated = u->argument_count;
            u->argument[u->argument_count++] = t.piece;
        }
    }
}

/* ---- where in it the word stands --------------------------------------------------------------- */

static bool looks_like_flag(const char *word)
{
    return word[0] == '-' && word[1] != '\0' && !isdigit((unsigned char)word[1]);
}

static const struct flag_item *find_flag(const struct usage *u, const char *word)
{
    for (size_t i = 0; i < u->flag_count; i++) {
        const struct piece *name = &u->flag[i].name;

        if (strlen(word) == name->length && memcmp(word, name->text, name->length) == 0)
            return &u->flag[i];
    }
    return NULL;
}

struct place {
    size_t argument;    /* how many came before */
    bool only_words;    /* after "--" */
    struct piece value; /* it is the value of a flag */
};

static void find_place(const struct usage *u, const struct words *before, struct place *out)
{
    *out = (struct place){ 0 };
    for (size_t i = 1; i < before->count; i++) {
        const char *word = before->word[i];
        const struct flag_item *f = out->only_words ? NULL : find_flag(u, word);
        bool last = i + 1 == before->count;

        if (!out->only_words && strcmp(word, "--") == 0)
            out->only_words = true;
        else if (out->only_words || !looks_like_flag(word))
            out->argument++;
        else if (f != NULL && f->value.text != NULL && !f->optional && last)
            out->value = f->value;
        else if (f != NULL && f->value.text != NULL && !last && (!f->optional || text_is_digits(before->word[i + 1])))
            i++;
    }
}

/* ---- what may stand there ---------------------------------------------------------------------- */

struct search {
    const struct completion *asked;
    struct words *out;
    json_t *targets; /* NULL: not asked for yet */
    bool file;
};

static void offer(struct search *s, const char *word)
{
    if (text_starts(word, s->asked->typed))
        words_add(s->out, word);
}

static void offer_all(struct search *s, const char *const *words)
{
    for (; *words != NULL; words++)
        offer(s, *words);
}

/* A list of the data, each name behind `prefix`. */
static void offer_names(struct search *s, const char *list, const char *prefix)
{
    struct buffer name = { 0 };
    json_t *entry;
    size_t i;

    if (s->targets == NULL && s->asked->targets != NULL)
        s->targets = s->asked->targets(s->asked->arg);
    json_array_foreach(json_object_get(s->targets, list), i, entry)
    {
        if (!json_is_string(entry))
            continue;
        buffer_clear(&name);
        buffer_addf(&name, "%s%s", prefix, json_string_value(entry));
        offer(s, name.data);
    }
    buffer_free(&name);
}

static void offer_programs(struct search *s)
{
    offer_names(s, "programs", "");
}

/* Of many processes only when their program is there: a thousand names help nobody. */
static void offer_targets(struct search *s)
{
    if (strchr(s->asked->typed, ':') != NULL) {
        offer_names(s, "processes", "");
        return;
    }
    offer_programs(s);
    offer_names(s, "groups", "@");
    offer(s, "all");
}

static void offer_processes(struct search *s)
{
    offer_names(s, "processes", "");
}

static void offer_states(struct search *s)
{
    for (int state = PROCESS_STOPPED; state <= PROCESS_FATAL; state++)
        offer(s, process_state_name((enum process_state)state));
}

static void offer_signals(struct search *s)
{
    static const char *const names[] = { "HUP",  "INT",  "QUIT",  "KILL", "USR1", "USR2", "TERM",
                                         "CONT", "STOP", "WINCH", "TTIN", "TTOU", NULL };

    offer_all(s, names);
}

static void offer_formats(struct search *s)
{
    offer_all(s, convert_formats);
}

static void offer_verbs(struct search *s)
{
    for (size_t i = 0; i < s->asked->verbs->count; i++)
        offer(s, s->asked->verbs->word[i]);
}

static void offer_files(struct search *s)
{
    s->file = true;
}

/* What a usage's words stand for. */
static const struct {
    const char *word;
    void (*offer)(struct search *s);
} kinds[] = {
    { "TARGET", offer_targets }, { "PROGRAM", offer_programs }, { "PROCESS", offer_processes },
    { "STATE", offer_states },   { "SIGNAL", offer_signals },   { "FORMAT", offer_formats },
    { "VERB", offer_verbs },     { "FILE", offer_files },       { "OUT", offer_files },
};

static void offer_alternative(struct search *s, const char *word)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].word, word) == 0)
            kinds[i].offer(s);
    if (islower((unsigned char)*word))
        offer(s, word);
}

/* "stdout|stderr" */
static void offer_piece(struct search *s, const struct piece *p)
{
    char text[128], *rest = text;

    if (p->length >= sizeof text)
        return;
    memcpy(text, p->text, p->length);
    text[p->length] = '\0';
    while (rest != NULL)
        offer_alternative(s, strsep(&rest, "|"));
}

static void offer_flags(struct search *s, const struct usage *u)
{
    char name[64];

    for (size_t i = 0; i < u->flag_count; i++) {
        const struct piece *p = &u->flag[i].name;

        if (p->length >= sizeof name)
            continue;
        memcpy(name, p->text, p->length);
        name[p->length] = '\0';
        if (!words_have(s->asked->before, name))
            offer(s, name);
    }
}

/* Arguments that are repeated go on, or those behind them come. */
static void offer_arguments(struct search *s, const struct usage *u, size_t argument)
{
    size_t first = argument <= u->repeated ? argument : u->repeated;
    size_t end = argument <= u->repeated ? argument + 1 : u->argument_count;

    for (size_t i = first; i < end && i < u->argument_count; i++)
        offer_piece(s, &u->argument[i]);
}

bool completion_find(const struct completion *c, struct words *out)
{
    struct search s = { .asked = c, .out = out };
    struct usage u;
    struct place place;

    if (c->before->count == 0) {
        offer_verbs(&s);
        return false;
    }
    read_usage(c->usage, &u);
    find_place(&u, c->before, &place);
    if (place.value.text != NULL)
        offer_piece(&s, &place.value);
    else if (!place.only_words && *c->typed == '-')
        offer_flags(&s, &u);
    else if (place.argument < u.argument_count || u.repeated < u.argument_count)
        offer_arguments(&s, &u, place.argument);
    else if (!place.only_words)
        offer_flags(&s, &u);
    json_decref(s.targets);
    return s.file;
}

/* ---- what they have in common ------------------------------------------------------------------ */

void completion_common(const struct words *found, const char *typed, struct buffer *out)
{
    size_t skip = strlen(typed), length;

    if (found->count == 0)
        return;
    length = strlen(found->word[0]);
    for (size_t i = 1; i < found->count; i++) {
        size_t same = 0;

        while (same < length && found->word[i][same] == found->word[0][same])
            same++;
        length = same;
    }
    if (length > skip)
        buffer_add(out, found->word[0] + skip, length - skip);
    if (found->count == 1)
        buffer_add_char(out, ' ');
}
