/* One pass over the text, which checks it and writes it without blanks; members are remembered by where they were
 * written. */
#include "modules/gearman/message.h"

#include "modules/gearman/json_copy.h"

#include <stdlib.h>
#include <string.h>

/* A piece of what was written. */
struct piece {
    size_t at, length;
};

enum { TYPE, DATA, NUMERATOR, DENOMINATOR, CONTENT, MEMBERS };

static const char *const member_names[MEMBERS] = { "type", "data", "numerator", "denominator", "content" };

/* ---- members ----------------------------------------------------------------------------------- */

struct reading {
    struct json_copy scan;
    struct buffer all;  /* the object less its type */
    struct buffer text; /* of the type */
    bool has_type;
    struct piece member[MEMBERS]; /* where they are in `all`; length 0: not there */
};

static int find_member(const struct buffer *all, struct piece key)
{
    struct buffer name = { 0 };
    int found = 0;

    json_copy_decode(all->data + key.at, key.length, &name);
    buffer_add(&name, "", 0);
    while (found < MEMBERS &&
           (name.length != strlen(member_names[found]) || memcmp(name.data, member_names[found], name.length) != 0))
        found++;
    buffer_free(&name);
    return found;
}

/* Its type is kept elsewhere: the member that was just written is taken back. */
static void take_type(struct reading *r, size_t begin, struct piece value)
{
    buffer_clear(&r->text);
    r->has_type = r->all.data[value.at] == '"';
    if (r->has_type)
        json_copy_decode(r->all.data + value.at, value.length, &r->text);
    r->all.length = begin;
}

static bool read_member(struct reading *r)
{
    struct buffer *all = &r->all;
    size_t begin = all->length;
    struct piece key, value;
    int found;

    if (begin > 1)
        buffer_add_char(all, ',');
    key.at = all->length;
    if (!json_copy_string(&r->scan))
        return false;
    key.length = all->length - key.at;
    if (!json_copy_colon(&r->scan))
        return false;
    value.at = all->length;
    if (!json_copy_value(&r->scan))
        return false;
    value.length = all->length - value.at;
    found = find_member(all, key);
    if (found == TYPE)
        take_type(r, begin, value);
    else if (found < MEMBERS)
        r->member[found] = value;
    return true;
}

static bool read_object(struct reading *r)
{
    struct json_copy *s = &r->scan;

    json_copy_blanks(s);
    if (!json_copy_take(s, '{'))
        return false;
    json_copy_blanks(s);
    if (!json_copy_is_next(s, '}')) {
        for (;;) {
            json_copy_blanks(s);
            if (!read_member(r))
                return false;
            json_copy_blanks(s);
            if (!json_copy_is_next(s, ','))
                break;
            s->p++;
        }
    }
    if (!json_copy_take(s, '}'))
        return false;
    json_copy_blanks(s);
    return s->p == s->end;
}

/* ---- what it means ----------------------------------------------------------------------------- */

/* The server wants whole numbers. */
static bool read_number(const struct reading *r, int which, long long *out, struct error *e)
{
    struct piece member = r->member[which];
    const char *text = member.length > 0 ? r->all.data + member.at : "";
    double n;

    if (*text != '-' && (*text < '0' || *text > '9'))
        return failure(e, "'%s' is no number", member_names[which]);
    n = strtod(text, NULL); /* a comma or a brace ends it */
    if (!(n >= 0 && n < 9e15))
        return failure(e, "'%s' is out of bounds", member_names[which]);
    *out = (long long)n;
    return true;
}

static bool read_progress(const struct reading *r, struct message *out, struct error *e)
{
    return read_number(r, NUMERATOR, &out->numerator, e) && read_number(r, DENOMINATOR, &out->denominator, e);
}

static bool read_update(const struct reading *r, struct message *out, struct error *e)
{
    struct piece data = r->member[DATA];

    if (data.length == 0)
        return failure(e, "an update has no 'data'");
    buffer_add(&out->body, r->all.data + data.at, data.length);
    return true;
}

/* What is no text is printed as it stands. */
static bool read_print(const struct reading *r, struct message *out, struct error *e)
{
    struct piece content = r->member[CONTENT];

    if (content.length == 0)
        return failure(e, "a print has no 'content'");
    buffer_add(&out->body, "", 0);
    if (r->all.data[content.at] == '"')
        json_copy_decode(r->all.data + content.at, content.length, &out->body);
    else
        buffer_add(&out->body, r->all.data + content.at, content.length);
    return true;
}

static bool is_type(const struct reading *r, const char *name)
{
    return r->text.length == strlen(name) && memcmp(r->text.data, name, r->text.length) == 0;
}

static bool interpret(struct reading *r, struct message *out, struct error *e)
{
    if (!r->has_type)
        return failure(e, "it has no 'type'");
    if (is_type(r, "complete")) {
        out->type = MESSAGE_COMPLETE;
        out->body = r->all;
        r->all = (struct buffer){ 0 };
        return true;
    }
    if (is_type(r, "update")) {
        out->type = MESSAGE_UPDATE;
        return read_update(r, out, e);
    }
    if (is_type(r, "progress")) {
        out->type = MESSAGE_PROGRESS;
        return read_progress(r, out, e);
    }
    if (is_type(r, "print")) {
        out->type = MESSAGE_PRINT;
        return read_print(r, out, e);
    }
    return failure(e, "its type '%.*s' is none of complete, update, progress and print",
                   r->text.length < 64 ? (int)r->text.length : 64, r->text.length > 0 ? r->text.data : "");
}

bool message_read(const char *line, size_t length, struct message *out, struct error *e)
{
    struct reading r = { 0 };
    bool good;

    *out = (struct message){ 0 };
    r.scan = (struct json_copy){ .p = line, .end = line + length, .out = &r.all };
    if (read_object(&r))
        good = interpret(&r, out, e);
    else
        good = failure(e, "it is no JSON object");
    buffer_free(&r.all);
    buffer_free(&r.text);
    return good;
}

void message_free(struct message *m)
{
    buffer_free(&m->body);
}
