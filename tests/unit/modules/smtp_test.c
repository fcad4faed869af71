/* Mail, to a server that keeps it (python3-aiosmtpd). */
#include "transfers.h"

#include <sys/stat.h>

#include "base/mail.h"

static char folder[] = "/tmp/reeve-smtp-XXXXXX";
static struct server server;
static int kept; /* mails in the folder so far */

static const char *const ops[] = { "ops@example.com", NULL };
static const char message[] = "Subject: hello\r\n\r\nbody\r\n.\r\n..two\r\n";

static int make_folder(void **state)
{
    char command[400];

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(command, sizeof command,
             "cd %s && mkdir mails && openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem "
             "-subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 -days 2 2>openssl.log",
             folder);
    return system(command);
}

static int remove_folder(void **state)
{
    char command[60];

    (void)state;
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

static const char *in_folder(const char *name)
{
    static char paths[4][80];
    static int next;
    char *path = paths[next++ % 4];

    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

/* `options` are two at most. */
static void start_server(const char *one, const char *two)
{
    char cert[100], key[100], wipe[80];
    const char *command[] = { "tests/programs/smtpd.py", in_folder("mails"), cert, key, one, two, NULL };

    if (system("/usr/bin/python3 -c 'import aiosmtpd' 2>/dev/null") != 0) {
        print_message("no aiosmtpd for /usr/bin/python3\n");
        skip();
    }
    snprintf(cert, sizeof cert, "cert=%s", in_folder("cert.pem"));
    snprintf(key, sizeof key, "key=%s", in_folder("key.pem"));
    snprintf(wipe, sizeof wipe, "rm -f %s/mails/*", folder);
    assert_int_equal(system(wipe), 0);
    kept = 0;
    server = server_start(command);
}

static int close_server(void **state)
{
    server_stop(&server);
    return close_all(state);
}

static struct transfer_request a_mail(const char *scheme)
{
    static char url[60];

    snprintf(url, sizeof url, "%s://127.0.0.1:%d", scheme, server.port);
    return (struct transfer_request){ .url = url,
                                      .from = "reeve@example.com",
                                      .to = ops,
                                      .body = message,
                                      .body_length = sizeof message - 1,
                                      .ca_file = in_folder("cert.pem") };
}

/* A server that says "220 hello", "250 …", and from `reply` on what is said here. */
static struct transfer_request a_mail_to_script(const char *to, const char *data, const char *verdict)
{
    const char *command[] = {
        "tests/programs/mailscript.py", "220 hello\\n", "250-one\\n250 two\\n", "250 from\\n", to, data, verdict, NULL
    };

    server_stop(&server);
    server = server_start(command);
    return a_mail("smtp");
}

/* What the server keeps of the next mail; NULL if it has none. */
static char *next_mail(void)
{
    struct buffer text = { 0 };
    char path[100];
    FILE *file;
    int c;

    snprintf(path, sizeof path, "%s/mails/%d", folder, ++kept);
    file = fopen(path, "re");
    if (file == NULL)
        return NULL;
    while ((c = getc(file)) != EOF)
        buffer_add_char(&text, (char)c);
    fclose(file);
    unlink(path);
    return buffer_take(&text);
}

static void assert_kept(const char *expected)
{
    char *text = next_mail();

    assert_non_null(text);
    assert_string_equal(text, expected);
    free(text);
}

/* It has heard QUIT. */
static bool was_left(void)
{
    return access(in_folder("mails/quit"), F_OK) == 0;
}

static void a_mail_arrives_as_it_was(void **state)
{
    static const char *const two[] = { "ops@example.com", "root@example.com", NULL };
    struct transfer_request r;

    (void)state;
    start_server(NULL, NULL);
    r = a_mail("smtp");
    r.to = two;
    assert_string_equal(finished(&r)->error, "");
    assert_kept("reeve@example.com ops@example.com root@example.com\n"
                "Subject: hello\r\n\r\nbody\r\n.\r\n..two\r\n");
    turn_until(was_left);
}

static void a_composed_mail_is_read_by_others(void **state)
{
    static const char *const to[] = { "J\xc3\xb6rg <ops@example.com>", NULL };
    static const char reader[] =
        "import email,email.policy,sys; "
        "m = email.message_from_binary_file(sys.stdin.buffer, policy=email.policy.default); "
        "assert not m.defects and m['subject'] == 'l\\u00e4uft ' + 'x' * 200, m['subject']; "
        "assert m['to'].addresses[0].display_name == 'J\\u00f6rg', m['to']; "
        "assert m['date'].datetime.year == 2026; "
        "assert m.get_content().replace('\\r', '') == '\\u00fc \\n.\\n' + 'y' * 3000 + '\\n', m.get_content()";
    char subject[300] = "l\xc3\xa4uft ", body[4000] = "\xc3\xbc \n.\n", command[1200];
    struct mail m = {
        .from = "reeve@example.com", .to = to, .subject = subject, .body = body, .at = 1795512600000, .id = "1@x"
    };
    struct buffer text = { 0 };
    struct transfer_request r;
    struct error e;

    (void)state;
    start_server(NULL, NULL);
    memset(subject + strlen(subject), 'x', 200);
    memset(body + strlen(body), 'y', 3000);
    m.body_length = strlen(body);
    assert_true(mail_compose(&text, &m, &e));
    r = a_mail("smtp");
    r.body = text.data;
    r.body_length = text.length;
    assert_string_equal(finished(&r)->error, "");
    snprintf(command, sizeof command, "tail -n +2 %s/mails/1 | /usr/bin/python3 -c \"%s\"", folder, reader);
    assert_int_equal(system(command), 0);
    free(next_mail());
    buffer_free(&text);
}

static void addresses_may_have_other_letters(void **state)
{
    static const char *const joerg[] = { "ops@example.com", "j\xc3\xb6rg@example.com", NULL };
    struct transfer_request r;

    (void)state;
    start_server("utf8", NULL);
    r = a_mail("smtp");
    r.body_length = strlen("Subject: hello\r\n");
    assert_string_equal(finished(&r)->error, "");
    assert_kept("reeve@example.com ops@example.com\nSubject: hello\r\n");
    r.to = joerg;
    assert_string_equal(finished(&r)->error, "");
    assert_kept("reeve@example.com ops@example.com j\xc3\xb6rg@example.com SMTPUTF8\nSubject: hello\r\n");
    r.to = ops;
    r.from = joerg[1];
    assert_string_equal(finished(&r)->error, "");
    assert_kept("j\xc3\xb6rg@example.com ops@example.com SMTPUTF8\nSubject: hello\r\n");
}

static void a_refusal_is_told_in_the_words_of_the_server(void **state)
{
    static const char *const nobody[] = { "ops@example.com", "nobody@example.com", NULL };
    static const char *const later[] = { "later@example.com", NULL };
    struct transfer_request r;

    (void)state;
    start_server(NULL, NULL);
    r = a_mail("smtp");
    r.to = nobody;
    assert_error(finished(&r), " refused the mail: 550 5.1.1 there is no nobody@example.com");
    turn_until(was_left);
    r.to = later;
    assert_error(finished(&r), " refused the mail: 451 4.3.0 come back later");
    assert_null(next_mail());
}

static void a_server_that_does_not_say_goodbye_stalls_nobody(void **state)
{
    static const char *const nobody[] = { "nobody@example.com", NULL };
    struct transfer_request r;

    (void)state;
    start_server("deaf", NULL);
    watch_stalls();
    r = a_mail("smtp");
    assert_string_equal(finished(&r)->error, "");
    r.tls = TRANSFER_TLS;
    assert_string_equal(finished(&r)->error, "");
    r.to = nobody;
    assert_error(finished(&r), "550");
    r.to = ops;
    r.user = "ann"; /* this server knows no logins */
    assert_error(finished(&r), "does not accept this user and password");
    assert_no_stall();
    free(next_mail());
    free(next_mail());
}

static void a_server_that_thinks_about_a_mail_stalls_nobody(void **state)
{
    struct transfer_request r;

    (void)state;
    start_server("slow=3", NULL);
    watch_stalls();
    r = a_mail("smtp");
    r.tls = TRANSFER_TLS;
    begin(&r);
    r.tls = TRANSFER_PLAIN;
    begin(&r);
    turn_until(all_told);
    assert_no_stall();
    assert_string_equal(outcomes[0].error, "");
    assert_string_equal(outcomes[1].error, "");
    r.timeout = 500;
    assert_error(finished(&r), "no answer from 127.0.0.1:");
    assert_no_stall();
    for (int i = 0; i < 3; i++)
        free(next_mail());
}

static void a_reply_may_come_in_pieces_and_lines(void **state)
{
    struct transfer_request r;

    (void)state;
    r = a_mail_to_script("250-well\\n250 to\\n", "354-your\\n354 turn\\n", "250-I\\n250-kept\\n250 it\\n");
    assert_string_equal(finished(&r)->error, "");
}

static void a_reply_that_is_none_is_told(void **state)
{
    static char endless[100000];
    struct transfer_request r;

    (void)state;
    r = a_mail_to_script("well?\\n", "", "");
    assert_error(finished(&r), " does not answer as a mail server does: well?");
    r = a_mail_to_script("250 to\\n", "250 data?\\n", "");
    assert_error(finished(&r), " does not answer as a mail server does: 250 data?");
    r = a_mail_to_script("250 to\\n250 too soon\\n", "354 go\\n", "250 kept\\n");
    assert_error(finished(&r), " does not answer as a mail server does: 250 too soon");
    memset(endless, 'x', 100); /* long, and so in one piece: DATA has not gone out when it is allowed */
    memcpy(endless, "250 to", 6);
    memcpy(endless + 100, "\\n354 go\\n", 11);
    r = a_mail_to_script(endless, "250 kept\\n", "");
    assert_error(finished(&r), " does not answer as a mail server does: 354 go");
    r = a_mail_to_script("25", "", "");
    r.timeout = 300;
    assert_error(finished(&r), "no answer from 127.0.0.1:");
    memset(endless, 'x', sizeof endless - 1);
    r = a_mail_to_script(endless, "", "");
    assert_error(finished(&r), "127.0.0.1:");
}

static void a_server_that_leaves_has_not_taken_the_mail(void **state)
{
    struct transfer_request r;

    (void)state;
    r = a_mail_to_script("250 to\\n", "354 go\\n", NULL);
    assert_error(finished(&r), " closed the connection without an answer");
}

static void a_verdict_may_come_before_the_end_of_the_mail(void **state)
{
    static char large[20 << 20];
    struct transfer_request r;

    (void)state;
    memset(large, 'x', sizeof large);
    r = a_mail_to_script("250 to\\n", "354 early\\n", "552 too large, stay\\n");
    r.body = large;
    r.body_length = sizeof large;
    memcpy(large + sizeof large - 2, "\r\n", 2);
    watch_stalls();
    assert_error(finished(&r), " refused the mail: 552 too large, stay");
    assert_no_stall();
}

static void a_server_that_says_nothing_is_given_up(void **state)
{
    struct transfer_request r;

    (void)state;
    start_server("mute", NULL);
    watch_stalls();
    r = a_mail("smtp");
    r.timeout = 200;
    assert_error(finished(&r), "within 200ms");
    r.timeout = 0;
    transfer_cancel(begin(&r)->transfer);
    assert_no_stall();
}

static void tls_that_is_not_offered_is_told(void **state)
{
    struct transfer_request r;

    (void)state;
    start_server("no-tls", "deaf");
    watch_stalls();
    r = a_mail("smtp");
    r.tls = TRANSFER_TLS;
    assert_error(finished(&r), "does not offer TLS");
    r.tls = TRANSFER_TLS_IF_OFFERED;
    assert_string_equal(finished(&r)->error, "");
    assert_no_stall();
    free(next_mail());
}

static void tls_is_used_if_required(void **state)
{
    struct transfer_request r;

    (void)state;
    start_server(NULL, NULL);
    r = a_mail("smtp");
    r.tls = TRANSFER_TLS;
    assert_string_equal(finished(&r)->error, "");
    r.ca_file = NULL;
    assert_error(finished(&r), "is not trusted");
    r.tls = TRANSFER_PLAIN;
    assert_string_equal(finished(&r)->error, "");
}

static void tls_from_the_beginning_works_too(void **state)
{
    struct transfer_request r;

    (void)state;
    start_server("smtps", NULL);
    r = a_mail("smtps");
    assert_string_equal(finished(&r)->error, "");
    r.ca_file = NULL;
    assert_error(finished(&r), "is not trusted");
}

static void a_login_is_checked(void **state)
{
    struct transfer_request r;

    (void)state;
    start_server("login=ann:b:c", NULL);
    r = a_mail("smtp");
    r.tls = TRANSFER_TLS;
    r.user = "ann";
    r.password = "b:c";
    assert_string_equal(finished(&r)->error, "");
    r.password = "wrong";
    assert_error(finished(&r), "does not accept this user and password: 535");
    r.user = NULL;
    assert_error(finished(&r), "refused the mail: 530");
}

static void many_mails_go_at_once(void **state)
{
    struct transfer_request r;
    int i;

    (void)state;
    start_server(NULL, NULL);
    r = a_mail("smtp");
    watch_stalls();
    for (i = 0; i < 100; i++)
        begin(&r);
    turn_until(all_told);
    assert_no_stall();
    for (i = 0; i < 100; i++)
        assert_string_equal(outcomes[i].error, "");
}

static bool always(void)
{
    return true;
}

static void mails_can_be_cancelled_at_any_time(void **state)
{
    struct transfer_request r;
    int before, round, turns;

    (void)state;
    start_server(NULL, NULL);
    r = a_mail("smtp");
    finished(&r);
    before = each_descriptor(NULL);
    for (round = 0; round < 30; round++) {
        struct outcome *o = begin(&r);

        for (turns = 0; turns < round && !o->told; turns++)
            turn_until(always);
        if (o->told)
            continue;
        transfer_cancel(o->transfer);
        o->told = true;
        told_count++;
    }
    assert_int_equal(each_descriptor(NULL), before);
}

static void wrong_addresses_are_refused(void **state)
{
    static const char *const wrong[] = { "a@b>\r\nRCPT TO:<c@d", NULL };
    static const char *const empty[] = { "", NULL };
    static const char *const none[] = { NULL };
    struct transfer_request r;

    (void)state;
    server.port = 25;
    r = a_mail("smtp");
    r.to = wrong;
    assert_refused(&r, "is not a mail address");
    r.to = empty;
    assert_refused(&r, "a recipient of the mail is empty");
    r.to = none;
    assert_refused(&r, "the mail has no recipient");
    r = a_mail("smtp");
    r.from = "a b";
    assert_refused(&r, "'a b' is not a mail address");
}

int main(void)
{
#define each(test) cmocka_unit_test_setup_teardown(test, open_all, close_server)
    const struct CMUnitTest tests[] = {
        each(a_mail_arrives_as_it_was),
        each(a_composed_mail_is_read_by_others),
        each(addresses_may_have_other_letters),
        each(a_refusal_is_told_in_the_words_of_the_server),
        each(a_server_that_does_not_say_goodbye_stalls_nobody),
        each(a_server_that_thinks_about_a_mail_stalls_nobody),
        each(a_reply_may_come_in_pieces_and_lines),
        each(a_reply_that_is_none_is_told),
        each(a_server_that_leaves_has_not_taken_the_mail),
        each(a_verdict_may_come_before_the_end_of_the_mail),
        each(a_server_that_says_nothing_is_given_up),
        each(tls_that_is_not_offered_is_told),
        each(tls_is_used_if_required),
        each(tls_from_the_beginning_works_too),
        each(a_login_is_checked),
        each(many_mails_go_at_once),
        each(mails_can_be_cancelled_at_any_time),
        each(wrong_addresses_are_refused),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
