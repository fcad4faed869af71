#include "core/reload_report.h"

static const char *const next_start_words = "next start of reeve: ";

enum { KEPT_TOLD = 5, OTHERS_TOLD = 50 };

/* What reeve itself is by now, and cannot become any more. */
static void compare_own_settings(struct reload_report *r)
{
    for (size_t i = 0; i < supervisor_record.count; i++) {
        const struct setting *s = &supervisor_record.settings[i];

        if (s->change == CHANGE_NEXT_START && !setting_equal(s, &r->before->settings, &r->after->settings))
            words_add(&r->next_start, s->name);
    }
}

void reload_report_make(struct reload_report *r, struct plan *before, struct plan *after)
{
    *r = (struct reload_report){ .before = plan_hold(before), .after = plan_hold(after) };
    plan_compare(before, after, &r->programs);
    compare_own_settings(r);
}

void reload_report_free(struct reload_report *r)
{
    plan_comparison_free(&r->programs);
    words_free(&r->next_start);
    plan_release(r->before);
    plan_release(r->after);
    *r = (struct reload_report){ 0 };
}

static void add_list(const struct words *words, struct buffer *out)
{
    for (size_t i = 0; i < words->count; i++)
        buffer_addf(out, "%s%s", i == 0 ? "" : ", ", words->word[i]);
}

static void print_program(const struct plan_difference *d, struct buffer *out)
{
    bool restarts = d->restart || d->outdated; /* also without a change, who was left behind by the one before */

    buffer_addf(out, "%s: %s", plan_change_name(d->change), d->name);
    if (d->settings.count > 0 || restarts) {
        buffer_add_text(out, " (");
        add_list(&d->settings, out);
        if (restarts)
            buffer_add_text(out, d->settings.count > 0 ? "; restart" : "restart");
        buffer_add_char(out, ')');
    }
    buffer_add_char(out, '\n');
}

void reload_report_print(const struct reload_report *r, struct buffer *out)
{
    for (size_t i = 0; i < r->programs.count; i++)
        print_program(&r->programs.difference[i], out);
    if (r->next_start.count == 0)
        return;
    buffer_add_text(out, next_start_words);
    add_list(&r->next_start, out);
    buffer_add_char(out, '\n');
}

static size_t most_told(enum plan_change change)
{
    return change == PLAN_KEPT ? KEPT_TOLD : OTHERS_TOLD;
}

/* Each by its name, as long as they are few; of thousands that are kept nobody wants the names. */
static void add_names(const struct plan_comparison *c, struct buffer *line)
{
    size_t told[PLAN_CHANGES] = { 0 };

    if (c->count == 0)
        buffer_add_text(line, "there is no program");
    for (size_t i = 0; i < c->count; i++) {
        enum plan_change change = c->difference[i].change;

        if (told[change]++ < most_told(change))
            buffer_addf(line, "%s%s %s", i == 0 ? "" : ", ", plan_change_name(change), c->difference[i].name);
    }
    for (int change = 0; change < PLAN_CHANGES; change++)
        if (told[change] > most_told(change))
            buffer_addf(line, ", %s %zu more", plan_change_name(change), told[change] - most_told(change));
}

void reload_report_sum_up(const struct reload_report *r, struct buffer *out)
{
    add_names(&r->programs, out);
    if (r->next_start.count == 0)
        return;
    buffer_addf(out, "; %s", next_start_words);
    add_list(&r->next_start, out);
}
