#include "convert/lua_text.h"

#include "base/text.h"
#include "base/utf8.h"
#include "base/xalloc.h"

#include <stdlib.h>
#include <string.h>

enum { INDENT = 2, COLUMNS = 100 };

struct writer {
    struct converted *out;
    struct place place; /* of the line that is being written */
    int depth;
};

static void quote_special(struct buffer *out, unsigned char c, char quote)
{
    if (c == '\n')
        buffer_add_text(out, "\\n");
    else if (c == '\t')
        buffer_add_text(out, "\\t");
    else if (c == '\r')
        buffer_add_text(out, "\\r");
    else if (c == '\\' || c == (unsigned char)quote)
        buffer_addf(out, "\\%c", c);
    else
        buffer_addf(out, "\\x%02X", c);
}

void lua_text_quote(struct buffer *out, const char *text, size_t length)
{
    bool has_double = memchr(text, '"', length) != NULL;
    char quote = has_double && memchr(text, '\'', length) == NULL ? '\'' : '"';

    buffer_add_char(out, quote);
    for (size_t i = 0; i < length;) {
        unsigned char c = (unsigned char)text[i];
        size_t step = utf8_character(text + i, length - i);

        if (step == 0 || c < 0x20 || c == 0x7F || c == '\\' || c == (unsigned char)quote) {
            quote_special(out, c, quote);
            step = 1;
        } else {
            buffer_add(out, text + i, step);
        }
        i += step;
    }
    buffer_add_char(out, quote);
}

/* Remember where the line that begins now comes from. */
static void note_origin(struct writer *w)
{
    struct converted *c = w->out;
    size_t file = 0;

    while (w->place.file != NULL && file < c->files.count && strcmp(c->files.word[file], w->place.file) != 0)
        file++;
    if (w->place.file != NULL && file == c->files.count)
        words_add(&c->files, w->place.file);
    if (c->lines == c->capacity) {
        c->capacity = c->capacity > 0 ? 2 * c->capacity : 256;
        c->origin = xrealloc(c->origin, c->capacity * sizeof *c->origin);
    }
    c->origin[c->lines++] = (struct origin){ file, w->place.line };
}

static void begin_line(struct writer *w)
{
    note_origin(w);
    for (int i = 0; i < w->depth * INDENT; i++)
        buffer_add_char(&w->out->lua, ' ');
}

static void end_line(struct writer *w)
{
    buffer_add_char(&w->out->lua, '\n');
}

/* Control characters would let a comment end early, and its rest run as Lua. */
static char harmless(char c)
{
    return (unsigned char)c < 0x20 || c == 0x7F ? ' ' : c;
}

/* A comment, wrapped at the blanks. */
static void write_comment(struct writer *w, const char *text)
{
    size_t room = (size_t)(COLUMNS - w->depth * INDENT - 3);

    do {
        size_t length = strlen(text), next;

        if (length > room) {
            for (length = room; length > 0 && text[length] != ' '; length--)
                ;
            if (length == 0)
                length = strcspn(text, " ");
        }
        next = length + (text[length] == ' ');
        begin_line(w);
        buffer_add_text(&w->out->lua, "-- ");
        for (size_t i = 0; i < length; i++)
            buffer_add_char(&w->out->lua, harmless(text[i]));
        end_line(w);
        text += next;
    } while (*text != '\0');
}

static void write_note(struct writer *w, const struct expr_item *item)
{
    char *text;

    if (item->place.line > 0)
        text = xasprintf("%s:%d: %s", text_base_name(item->place.file), item->place.line, item->note);
    else
        text = xstrdup(item->note);
    write_comment(w, text);
    free(text);
}

void lua_text_key(struct buffer *out, const char *key)
{
    if (text_is_lua_name(key, strlen(key))) {
        buffer_add_text(out, key);
    } else {
        buffer_add_char(out, '[');
        lua_text_quote(out, key, strlen(key));
        buffer_add_char(out, ']');
    }
    buffer_add_text(out, " = ");
}

static bool has_notes(const struct expr *table)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct expr_item *item = &table->item[i];

        if (item->value == NULL || (item->value->kind == EXPR_TABLE && has_notes(item->value)))
            return true;
    }
    return false;
}

/* On one line, without looking at its length. */
static void write_inline(struct buffer *out, const struct expr *e)
{
    if (e->kind == EXPR_TEXT) {
        lua_text_quote(out, e->text, strlen(e->text));
    } else if (e->kind == EXPR_CODE) {
        buffer_add_text(out, e->text);
    } else if (e->count == 0) {
        buffer_add_text(out, "{}");
    } else {
        for (size_t i = 0; i < e->count; i++) {
            buffer_add_text(out, i == 0 ? "{ " : ", ");
            if (e->item[i].key != NULL)
                lua_text_key(out, e->item[i].key);
            write_inline(out, e->item[i].value);
        }
        buffer_add_text(out, " }");
    }
}

static void write_items(struct writer *w, const struct expr *table);

/* Text of several lines stands in long brackets, where it needs no escapes. */
static bool suits_brackets(const struct expr *e)
{
    const char *newline = strchr(e->text, '\n');

    if (newline == NULL || newline[1] == '\0' || strstr(e->text, "]=]") != NULL || strchr(e->text, '\r') != NULL)
        return false;
    for (const char *c = e->text; *c != '\0'; c++) {
        if (((unsigned char)*c < 0x20 && *c != '\n' && *c != '\t') || (unsigned char)*c >= 0x7F)
            return false;
    }
    return !text_ends(e->text, "]") && !text_ends(e->text, "]="); /* would close them too early */
}

static void write_brackets(struct writer *w, const char *text)
{
    buffer_add_text(&w->out->lua, *text == '\n' ? "[=[\n" : "[=[");
    if (*text == '\n')
        note_origin(w);
    for (; *text != '\0'; text++) {
        buffer_add_char(&w->out->lua, *text);
        if (*text == '\n')
            note_origin(w);
    }
    buffer_add_text(&w->out->lua, "]=]");
}

/* `column` is where the line stands already. */
static void write_value(struct writer *w, const struct expr *e, size_t column)
{
    struct buffer flat = { 0 };

    if (e->kind == EXPR_TEXT && suits_brackets(e)) {
        write_brackets(w, e->text);
        return;
    }
    if (e->kind != EXPR_TABLE || !has_notes(e)) {
        write_inline(&flat, e);
        if (e->kind != EXPR_TABLE || e->count == 0 || column + flat.length < COLUMNS) {
            buffer_add(&w->out->lua, flat.data, flat.length);
            buffer_free(&flat);
            return;
        }
        buffer_free(&flat);
    }
    buffer_add_text(&w->out->lua, "{");
    end_line(w);
    write_items(w, e);
    begin_line(w);
    buffer_add_text(&w->out->lua, "}");
}

static void write_items(struct writer *w, const struct expr *table)
{
    struct place around = w->place;
    struct buffer *out = &w->out->lua;

    w->depth++;
    for (size_t i = 0; i < table->count; i++) {
        const struct expr_item *item = &table->item[i];
        size_t start = out->length;

        w->place = item->place;
        if (item->value == NULL) {
            write_note(w, item);
            continue;
        }
        begin_line(w);
        if (item->key != NULL)
            lua_text_key(out, item->key);
        write_value(w, item->value, out->length - start);
        buffer_add_char(out, ',');
        end_line(w);
    }
    w->depth--;
    w->place = around;
}

static void write_blank(struct writer *w)
{
    note_origin(w);
    end_line(w);
}

static void write_lines(struct writer *w, const char *lines)
{
    while (*lines != '\0') {
        size_t length = strcspn(lines, "\n");

        begin_line(w);
        buffer_add(&w->out->lua, lines, length);
        end_line(w);
        lines += length + (lines[length] == '\n');
    }
}

static void write_notes(struct writer *w, const struct expr *notes)
{
    for (size_t i = 0; i < notes->count; i++) {
        w->place = notes->item[i].place;
        write_note(w, &notes->item[i]);
    }
}

/* Lists such as the members of a group may share a line, settings never do. */
static bool is_list(const struct expr *table)
{
    return table->count > 0 && table->item[0].key == NULL && table->item[0].value != NULL;
}

static void write_statement(struct writer *w, const char *word, const char *name, const struct expr *table)
{
    struct buffer *out = &w->out->lua;
    size_t start = out->length;

    begin_line(w);
    buffer_addf(out, "%s ", word);
    if (name != NULL) {
        lua_text_quote(out, name, strlen(name));
        buffer_add_char(out, ' ');
    }
    if (is_list(table)) {
        write_value(w, table, out->length - start);
    } else {
        buffer_add_char(out, '{');
        end_line(w);
        write_items(w, table);
        begin_line(w);
        buffer_add_char(out, '}');
    }
    end_line(w);
}

static void write_one(struct writer *w, const struct statement *s)
{
    w->place = s->place;
    write_blank(w);
    if (s->table == NULL)
        write_lines(w, s->word);
    else if (s->word == NULL)
        write_notes(w, s->table);
    else
        write_statement(w, s->word, s->name, s->table);
}

void lua_text_print(const struct draft *d, const char *from, struct converted *out)
{
    struct writer w = { .out = out };
    char *head = xasprintf("Made from %s by `reeve convert`.", text_base_name(from));

    words_add(&out->files, from);
    write_comment(&w, head);
    free(head);
    write_notes(&w, d->notes);
    w.place = (struct place){ 0 };
    if (d->supervisor->count > 0) {
        write_blank(&w);
        write_statement(&w, "supervisor", NULL, d->supervisor);
    }
    for (size_t i = 0; i < d->count; i++)
        write_one(&w, &d->statement[i]);
}
