#include "control/completion.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int asked;

static json_t *some_targets(void *arg)
{
    (void)arg;
    asked++;
    return json_pack("{s:[ss],s:[s],s:[sss]}", "programs", "web", "db", "groups", "site", "processes", "web:1", "web:2",
                     "db");
}

/* What `typed` may become behind `before`, joined by blanks; "/" is a file. Static. */
static const char *found(const char *usage, const char *before, const char *typed)
{
    static struct buffer text;
    struct words words = { 0 }, out = { 0 }, verbs = { 0 };
    struct completion c = { .usage = usage, .before = &words, .typed = typed, .targets = some_targets };
    bool file;

    asked = 0;
    assert_true(words_split(&words, before, NULL));
    assert_true(words_split(&verbs, "status start stop help", NULL));
    c.verbs = &verbs;
    file = completion_find(&c, &out);
    buffer_clear(&text);
    buffer_add_text(&text, "");
    for (size_t i = 0; i < out.count; i++)
        buffer_addf(&text, "%s%s", i > 0 ? " " : "", out.word[i]);
    if (file)
        buffer_add_char(&text, '/');
    words_free(&words);
    words_free(&verbs);
    words_free(&out);
    return text.length > 0 ? text.data : "";
}

static void a_target_is_a_program_a_group_or_all(void **state)
{
    (void)state;
    assert_string_equal(found("TARGET… [--no-wait]", "stop", ""), "web db @site all");
    assert_string_equal(found("TARGET… [--no-wait]", "stop", "w"), "web");
    assert_string_equal(found("[TARGET…]", "status web", "@"), "@site");
    assert_string_equal(found("TARGET…", "stop", "x"), "");
}

static void the_first_word_is_a_verb(void **state)
{
    (void)state;
    assert_string_equal(found("", "", "st"), "status start stop");
    assert_string_equal(found("[VERB]", "help", "h"), "help");
}

static void processes_come_after_the_colon(void **state)
{
    (void)state;
    assert_string_equal(found("TARGET…", "stop", "web:"), "web:1 web:2");
    assert_string_equal(found("PROCESS", "attach", ""), "web:1 web:2 db");
    assert_string_equal(found("PROGRAM N|+N|-N", "scale", ""), "web db");
}

static void arguments_have_their_order(void **state)
{
    (void)state;
    assert_string_equal(found("TARGET STATE [TIME]", "wait web", "R"), "RUNNING");
    assert_string_equal(found("TARGET STATE [TIME]", "wait web RUNNING", ""), "");
    assert_string_equal(found("SIGNAL TARGET…", "signal", "H"), "HUP");
    assert_string_equal(found("SIGNAL TARGET…", "signal HUP web", "d"), "db");
    assert_string_equal(found("PROGRAM N|+N|-N", "scale web", ""), "");
}

static void what_follows_repeated_ones_is_offered_beside_them(void **state)
{
    static const char usage[] = "[-f] [-n N] TARGET… [stdout|stderr]";

    (void)state;
    assert_string_equal(found(usage, "tail", "st"), "");
    assert_string_equal(found(usage, "tail web", "st"), "stdout stderr");
    assert_string_equal(found(usage, "tail -f web", "d"), "db");
}

static void flags_are_offered_once(void **state)
{
    static const char usage[] = "TARGET… [--no-wait] [--rolling [N]]";

    (void)state;
    assert_string_equal(found(usage, "restart", "-"), "--no-wait --rolling");
    assert_string_equal(found(usage, "restart --no-wait web", "--"), "--rolling");
    assert_string_equal(found(usage, "restart --", "--"), "");
}

static void flags_are_offered_where_nothing_else_may_stand(void **state)
{
    (void)state;
    assert_string_equal(found("[--dry-run] [--wait]", "reload", ""), "--dry-run --wait");
    assert_string_equal(found("", "version", ""), "");
}

static void values_of_flags_are_no_arguments(void **state)
{
    (void)state;
    assert_string_equal(found("[-f] [-n N] TARGET… [stdout|stderr]", "tail -n", ""), "");
    assert_string_equal(found("[-f] [-n N] TARGET… [stdout|stderr]", "tail -n 5", "w"), "web");
    assert_string_equal(found("TARGET… [--rolling [N]]", "restart --rolling", "w"), "web");
    assert_string_equal(found("TARGET STATE [--rolling [N]]", "wait --rolling 3 web", "RUN"), "RUNNING");
    assert_string_equal(found("FILE [--from FORMAT] [-o OUT]", "convert --from", "s"), "supervisord");
}

static void files_are_left_to_the_shell(void **state)
{
    (void)state;
    assert_string_equal(found("FILE [--from FORMAT] [-o OUT]", "convert", ""), "/");
    assert_string_equal(found("[-c FILE] [--json]", "plan -c", "sup"), "/");
    assert_string_equal(found("[-c FILE] [--json]", "plan", ""), "-c --json");
}

static void the_supervisor_is_asked_at_most_once_and_only_for_names(void **state)
{
    (void)state;
    found("TARGET…", "stop", "");
    assert_int_equal(asked, 1);
    found("TARGET… [--no-wait]", "stop", "--");
    assert_int_equal(asked, 0);
    found("TARGET STATE [TIME]", "wait web", "");
    assert_int_equal(asked, 0);
}

static char *common(const char *list, const char *typed)
{
    struct words words = { 0 };
    struct buffer out = { 0 };

    assert_true(words_split(&words, list, NULL));
    completion_common(&words, typed, &out);
    words_free(&words);
    return buffer_take(&out);
}

static void assert_common(const char *list, const char *typed, const char *want)
{
    char *got = common(list, typed);

    assert_string_equal(got, want);
    free(got);
}

static void what_all_have_in_common_is_filled_in(void **state)
{
    (void)state;
    assert_common("status start stop", "s", "t");
    assert_common("status start", "st", "a");
    assert_common("restart", "res", "tart ");
    assert_common("all", "all", " ");
    assert_common("web web2", "web", "");
    assert_common("", "x", "");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_word_is_a_verb),
        cmocka_unit_test(a_target_is_a_program_a_group_or_all),
        cmocka_unit_test(processes_come_after_the_colon),
        cmocka_unit_test(arguments_have_their_order),
        cmocka_unit_test(what_follows_repeated_ones_is_offered_beside_them),
        cmocka_unit_test(flags_are_offered_once),
        cmocka_unit_test(flags_are_offered_where_nothing_else_may_stand),
        cmocka_unit_test(values_of_flags_are_no_arguments),
        cmocka_unit_test(files_are_left_to_the_shell),
        cmocka_unit_test(the_supervisor_is_asked_at_most_once_and_only_for_names),
        cmocka_unit_test(what_all_have_in_common_is_filled_in),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
