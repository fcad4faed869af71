#include "core/plan.h"

#include "base/json.h"
#include "base/text.h"
#include "base/xalloc.h"

#include <stdlib.h>
#include <string.h>

/* ---- for programs: JSON ------------------------------------------------------------------------ */

static int by_name(const void *a, const void *b)
{
    const struct group *const *left = a, *const *right = b;

    return strcmp((*left)->name, (*right)->name);
}

static void print_groups(const struct plan *plan, struct buffer *json)
{
    const struct group **sorted = xcalloc(plan->group_count + 1, sizeof *sorted);

    for (size_t i = 0; i < plan->group_count; i++)
        sorted[i] = &plan->groups[i];
    qsort(sorted, plan->group_count, sizeof *sorted, by_name);
    json_open_object(json);
    for (size_t i = 0; i < plan->group_count; i++) {
        json_key(json, sorted[i]->name);
        json_words(json, &sorted[i]->programs);
    }
    json_close_object(json);
    free(sorted);
}

void plan_print_json(const struct plan *plan, struct buffer *json)
{
    json_open_object(json);
    json_key(json, "groups");
    print_groups(plan, json);
    json_key(json, "programs");
    json_open_array(json);
    for (size_t i = 0; i < plan->program_count; i++)
        record_print(plan->programs[i], json);
    json_close_array(json);
    json_key(json, "sockets");
    json_open_array(json);
    for (size_t i = 0; i < plan->socket_count; i++)
        record_print(plan->sockets[i], json);
    json_close_array(json);
    json_key(json, "supervisor");
    record_print(&plan->settings, json);
    json_close_object(json);
}

/* ---- for people: as the configuration would say it --------------------------------------------- */

/* Each of these writes the JSON token at `p` as Lua, and returns what follows it. */
static const char *string_end(const char *p)
{
    for (p++; *p != '"'; p++)
        if (*p == '\\')
            p++;
    return p + 1;
}

/* JSON's escapes are Lua's too, but for two. */
static const char *lua_string(const char *p, struct buffer *out)
{
    const char *end = string_end(p);

    for (; p < end; p++) {
        if (p[0] == '\\' && p[1] == 'u') {
            buffer_addf(out, "\\u{%.4s}", p + 2);
            p += 5;
        } else if (p[0] == '\\' && p[1] == '/') {
            buffer_add_char(out, *++p);
        } else if (p[0] == '\\') {
            buffer_add(out, p++, 2);
        } else {
            buffer_add_char(out, *p);
        }
    }
    return end;
}

static const char *lua_key(const char *p, struct buffer *out)
{
    const char *end = string_end(p);

    if (text_is_lua_name(p + 1, (size_t)(end - p - 2))) {
        buffer_add(out, p + 1, (size_t)(end - p - 2));
    } else {
        buffer_add_char(out, '[');
        lua_string(p, out);
        buffer_add_char(out, ']');
    }
    buffer_add_text(out, " = ");
    return end + 1; /* behind the colon */
}

static const char *lua_word(const char *p, struct buffer *out)
{
    size_t length = strcspn(p, ",]}");

    if (strncmp(p, "null", 4) == 0)
        buffer_add_text(out, "nil");
    else
        buffer_add(out, p, length);
    return p + length;
}

static const char *lua_string_or_key(const char *p, struct buffer *out)
{
    return *string_end(p) == ':' ? lua_key(p, out) : lua_string(p, out);
}

static const char *lua_token(const char *p, struct buffer *out)
{
    switch (*p) {
    case '{':
    case '[':
        buffer_add_text(out, p[1] == '}' || p[1] == ']' ? "{" : "{ ");
        return p + 1;
    case '}':
    case ']':
        buffer_add_text(out, p[-1] == '{' || p[-1] == '[' ? "}" : " }");
        return p + 1;
    case ',':
        buffer_add_text(out, ", ");
        return p + 1;
    case '"':
        return lua_string_or_key(p, out);
    default:
        return lua_word(p, out);
    }
}

/* The JSON is our own, so it is well formed and has no blanks between its tokens. */
static void print_lua(const char *json, struct buffer *out)
{
    while (*json != '\0')
        json = lua_token(json, out);
}

static size_t longest_name(const struct record_type *type)
{
    size_t longest = 0;

    for (size_t i = 0; i < type->count; i++)
        if (strlen(type->settings[i].name) > longest)
            longest = strlen(type->settings[i].name);
    return longest;
}

/* A function has no text that Lua could read back, so its line is a comment. */
static void print_setting(const struct setting *s, const void *record, int width, struct buffer *out)
{
    const struct function *f = setting_function(record, s);
    struct buffer json = { 0 };

    if (f != NULL) {
        buffer_addf(out, "    -- %s is the function at %s\n", s->name, f->where);
        return;
    }
    setting_print(s, record, &json);
    buffer_addf(out, "    %-*s = ", width, s->name);
    print_lua(json.data, out);
    buffer_add_text(out, setting_was_said(record, s) ? ",\n" : ",  -- default\n");
    buffer_free(&json);
}

static void print_settings(const void *record, struct buffer *out)
{
    const struct record_type *type = ((const struct record *)record)->type;
    int width = (int)longest_name(type);

    buffer_add_text(out, "{\n");
    for (const struct setting *s = type->settings; s < type->settings + type->count; s++)
        if (!(s->flags & SETTING_DECLARED))
            print_setting(s, record, width, out);
    buffer_add_text(out, "}\n");
}

void program_print_text(const struct program *p, struct buffer *out)
{
    buffer_addf(out, "program \"%s\" ", p->name);
    print_settings(p, out);
}

static void print_group(const struct group *g, struct buffer *out)
{
    buffer_addf(out, "\ngroup \"%s\" {", g->name);
    for (size_t i = 0; i < g->programs.count; i++)
        buffer_addf(out, "%s\"%s\"", i > 0 ? ", " : " ", g->programs.word[i]);
    buffer_add_text(out, g->programs.count > 0 ? " }\n" : "}\n");
}

void plan_print_text(const struct plan *plan, struct buffer *out)
{
    buffer_add_text(out, "supervisor ");
    print_settings(&plan->settings, out);
    for (size_t i = 0; i < plan->socket_count; i++) {
        buffer_addf(out, "\nsocket \"%s\" ", plan->sockets[i]->name);
        print_settings(plan->sockets[i], out);
    }
    for (size_t i = 0; i < plan->program_count; i++) {
        buffer_add_char(out, '\n');
        program_print_text(plan->programs[i], out);
    }
    for (size_t i = 0; i < plan->group_count; i++)
        print_group(&plan->groups[i], out);
}
