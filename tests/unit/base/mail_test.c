#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/mail.h"

static const char *const ops[] = { "ops@example.com", NULL };

/* Tuesday, 24 November 2026, 09:30:00 */
static struct mail a_mail(void)
{
    return (struct mail){ .from = "reeve@example.com",
                          .to = ops,
                          .subject = "web:1 crashed",
                          .body = "hello\n",
                          .body_length = 6,
                          .at = 1795512600000,
                          .id = "1.2@example.com" };
}

static char *composed(struct mail m)
{
    struct buffer out = { 0 };
    struct error e = { "" };

    if (!mail_compose(&out, &m, &e))
        fail_msg("%s", e.text);
    return buffer_take(&out);
}

static const char *why_not(struct mail m)
{
    static struct error e;
    struct buffer out = { 0 };

    assert_false(mail_compose(&out, &m, &e));
    assert_int_equal(out.length, 0);
    return e.text;
}

static void has(struct mail m, const char *part)
{
    char *text = composed(m);

    if (strstr(text, part) == NULL)
        fail_msg("no '%s' in:\n%s", part, text);
    free(text);
}

static void has_subject(const char *subject, const char *line)
{
    struct mail m = a_mail();

    m.subject = subject;
    has(m, line);
}

static void has_from(const char *from, const char *line)
{
    struct mail m = a_mail();

    m.from = from;
    has(m, line);
}

static void has_body(const char *body, size_t length, const char *end)
{
    struct mail m = a_mail();

    m.body = body;
    m.body_length = length;
    has(m, end);
}

/* No line is longer than a server takes or a reader of headers likes, and each ends in CRLF. */
static void check_lines(const char *text, size_t most)
{
    while (*text != '\0') {
        size_t length = strcspn(text, "\r\n");

        assert_in_range(length, 0, most);
        assert_memory_equal(text + length, "\r\n", 2);
        text += length + 2;
    }
}

static void a_plain_mail_is_as_one_would_write_it(void **state)
{
    char *text = composed(a_mail());

    (void)state;
    assert_string_equal(text, "From: reeve@example.com\r\n"
                              "To: ops@example.com\r\n"
                              "Subject: web:1 crashed\r\n"
                              "Message-ID: <1.2@example.com>\r\n"
                              "Date: Tue, 24 Nov 2026 09:30:00 +0000\r\n"
                              "Auto-Submitted: auto-generated\r\n"
                              "MIME-Version: 1.0\r\n"
                              "Content-Type: text/plain; charset=UTF-8\r\n"
                              "Content-Transfer-Encoding: 7bit\r\n"
                              "\r\n"
                              "hello\r\n");
    free(text);
}

static void nothing_is_smuggled_into_the_headers(void **state)
{
    static const char *const evil[] = { "ops@example.com\r\nBcc: all@example.com", NULL };
    static const char *const angled[] = { "ops <ops@example.com>\nX: y", NULL };
    struct mail m = a_mail();

    (void)state;
    m.subject = "hello\r\nBcc: all@example.com";
    assert_non_null(strstr(why_not(m), "subject"));
    m.subject = "hello\nBcc: all@example.com";
    assert_non_null(strstr(why_not(m), "line break"));
    m = a_mail();
    m.to = evil;
    assert_non_null(strstr(why_not(m), "recipient"));
    m.to = angled;
    assert_non_null(strstr(why_not(m), "line break"));
    m = a_mail();
    m.from = "Reeve\r\nX: y <reeve@example.com>";
    assert_non_null(strstr(why_not(m), "sender"));
    m = a_mail();
    m.id = "1>\r\nX: y";
    assert_non_null(strstr(why_not(m), "id"));
}

static void wrong_addresses_are_named(void **state)
{
    static const char *const nobody[] = { NULL };
    static const char *const spaced[] = { "ops at example.com", NULL };
    static const char *const wrong[] = { "@example.com", "ops@",        "a@b>",  "<>",
                                         "-f@x",         "Ops <a b@c>", "a;b@c", "\xc3\xa9@x" };
    struct mail m = a_mail();
    size_t i;

    (void)state;
    m.to = nobody;
    assert_string_equal(why_not(m), "a mail needs a recipient");
    m.to = spaced;
    assert_string_equal(why_not(m),
                        "a recipient of a mail: 'ops at example.com' is not a mail address such as ops@example.com");
    m = a_mail();
    m.from = "a@b, c@d";
    assert_string_equal(why_not(m), "a mail has one sender, not 2");
    for (i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        m.from = wrong[i];
        why_not(m);
    }
}

static void names_are_quoted_or_encoded_where_they_must_be(void **state)
{
    (void)state;
    has_from("Reeve on web1 <r@x>", "From: Reeve on web1 <r@x>\r\n");
    has_from("<r@x>", "From: r@x\r\n");
    has_from("reeve (web1) <r@x>", "From: \"reeve (web1)\" <r@x>\r\n");
    has_from("\"Doe, \\\"J\\\"\" <r@x>", "From: \"Doe, \\\"J\\\"\" <r@x>\r\n");
    has_from("J\xc3\xb6rg <r@x>", "From: =?UTF-8?Q?J=C3=B6rg?= <r@x>\r\n");
}

static void several_recipients_come_from_lists_and_commas(void **state)
{
    static const char *const many[] = { "Ops <a@x>, b@x", "\"C, d\" <c@x>", NULL };
    struct mail m = a_mail();

    (void)state;
    m.to = many;
    has(m, "To: Ops <a@x>,\r\n b@x,\r\n \"C, d\" <c@x>\r\n");
}

static void bare_addresses_are_found_for_the_server(void **state)
{
    struct words all = { 0 };
    struct error e;

    (void)state;
    assert_true(mail_addresses(&all, "Ops <a@x>, root, \"C, <d>\" <c@x>,", &e));
    assert_int_equal(all.count, 3);
    assert_string_equal(all.word[0], "a@x");
    assert_string_equal(all.word[1], "root");
    assert_string_equal(all.word[2], "c@x");
    assert_false(mail_addresses(&all, "d@x, nobody at all", &e));
    assert_false(mail_addresses(&all, " , ", &e));
    assert_string_equal(e.text, "a mail address is empty");
    assert_int_equal(all.count, 3);
    words_free(&all);
}

static void a_subject_with_other_letters_is_encoded(void **state)
{
    (void)state;
    has_subject("l\xc3\xa4uft = gut", "Subject: =?UTF-8?Q?l=C3=A4uft_=3D_gut?=\r\n");
    has_subject("broken \xff", "Subject: =?UTF-8?Q?broken_=EF=BF=BD?=\r\n");
    has_subject("looks =?encoded?=", "Subject: =?UTF-8?Q?looks_=3D=3Fencoded=3F=3D?=\r\n");
    has_subject("", "Subject: \r\n");
    has_subject(NULL, "Subject: \r\n");
}

static void long_headers_are_folded(void **state)
{
    struct mail m = a_mail();
    char subject[2000];
    char *text;
    size_t i;

    (void)state;
    for (i = 0; i + 2 < sizeof subject; i += 2)
        memcpy(subject + i, "\xc3\xa4", 3);
    m.subject = subject;
    text = composed(m);
    check_lines(text, 78);
    free(text);

    for (i = 0; i < sizeof subject - 1; i++)
        subject[i] = i % 9 == 8 ? ' ' : 'x';
    subject[i] = '\0';
    text = composed(m);
    check_lines(text, 78);
    free(text);

    memset(subject, 'x', sizeof subject - 1);
    text = composed(m);
    check_lines(text, 78);
    free(text);
}

static void a_body_that_is_not_plain_is_encoded(void **state)
{
    (void)state;
    has_body("gr\xc3\xbc\xc3\x9f=e \t\nx ", 13, "quoted-printable\r\n\r\ngr=C3=BC=C3=9F=3De =09\r\nx=20\r\n");
    has_body("\xff\0\033[m", 5, "\r\n\r\n=EF=BF=BD=00=1B[m\r\n");
    has_body("a\rb\r\nc\xc2\xa9", 8, "\r\n\r\na=0Db\r\nc=C2=A9\r\n");
}

static void line_ends_of_any_kind_become_crlf(void **state)
{
    (void)state;
    has_body("a\r\nb\nc", 6, "7bit\r\n\r\na\r\nb\r\nc\r\n");
    has_body("", 0, "7bit\r\n\r\n\r\n");
}

static void long_lines_are_broken_softly(void **state)
{
    struct mail m = a_mail();
    char body[3000];
    char *text;

    (void)state;
    memset(body, 'x', sizeof body);
    m.body = body;
    m.body_length = sizeof body;
    has(m, "quoted-printable");
    text = composed(m);
    check_lines(text, 76);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_mail_is_as_one_would_write_it),
        cmocka_unit_test(nothing_is_smuggled_into_the_headers),
        cmocka_unit_test(wrong_addresses_are_named),
        cmocka_unit_test(names_are_quoted_or_encoded_where_they_must_be),
        cmocka_unit_test(several_recipients_come_from_lists_and_commas),
        cmocka_unit_test(bare_addresses_are_found_for_the_server),
        cmocka_unit_test(a_subject_with_other_letters_is_encoded),
        cmocka_unit_test(long_headers_are_folded),
        cmocka_unit_test(a_body_that_is_not_plain_is_encoded),
        cmocka_unit_test(line_ends_of_any_kind_become_crlf),
        cmocka_unit_test(long_lines_are_broken_softly),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
