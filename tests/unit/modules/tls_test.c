/* HTTPS with an authority of our own, made by the openssl command. */
#include "transfers.h"

static char folder[] = "/tmp/reeve-tls-XXXXXX";
static struct server good, elsewhere, old, plain, strict;

/* Certificates: "good" for 127.0.0.1, "elsewhere" for another host, "old" for a time that is over; "both" is one with
 * its key in a file. */
static const char make_certificates[] =
    "cd %s && exec 2>openssl.log\n"
    "key() { openssl req -newkey rsa:2048 -nodes -keyout $1.key -out $1.csr -subj /CN=$1; }\n"
    "openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -subj '/CN=The authority' -days 2 &&\n"
    "openssl req -x509 -newkey rsa:2048 -nodes -keyout other.key -out other.pem -subj '/CN=Another' -days 2 &&\n"
    "key good && key elsewhere && key old &&\n"
    "echo 'subjectAltName = IP:127.0.0.1, DNS:localhost' >good.ext &&\n"
    "echo 'subjectAltName = DNS:example.com' >elsewhere.ext && cp good.ext old.ext &&\n"
    "touch index && echo 01 >serial &&\n"
    "printf '[ca]\\ndefault_ca=a\\n[a]\\ndatabase=index\\nserial=serial\\nnew_certs_dir=.\\n"
    "default_md=sha256\\npolicy=p\\n[p]\\ncommonName=supplied\\n' >ca.conf &&\n"
    "for name in good elsewhere old; do\n"
    "    days='-days 2'; test $name != old || days='-startdate 20200101000000Z -enddate 20200102000000Z'\n"
    "    openssl ca -batch -config ca.conf -cert ca.pem -keyfile ca.key -in $name.csr -out $name.pem \\\n"
    "        -extfile $name.ext -notext $days || exit 1\n"
    "done\n"
    "cat good.pem good.key >both\n";

/* `authority`: of the certificates that clients have to show; NULL: they need none. */
static struct server start_tls(const char *name, const char *authority)
{
    char certificate[60], key[60], clients[60];
    const char *command[] = { "tests/programs/httpd.py", certificate, key, authority != NULL ? clients : NULL, NULL };

    snprintf(certificate, sizeof certificate, "%s/%s.pem", folder, name);
    snprintf(key, sizeof key, "%s/%s.key", folder, name);
    snprintf(clients, sizeof clients, "%s/%s.pem", folder, authority != NULL ? authority : "");
    return server_start(command);
}

static int start_servers(void **state)
{
    static const char *const command[] = { "tests/programs/httpd.py", NULL };
    char script[2000];

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(script, sizeof script, make_certificates, folder);
    assert_int_equal(system(script), 0);
    good = start_tls("good", NULL);
    elsewhere = start_tls("elsewhere", NULL);
    old = start_tls("old", NULL);
    strict = start_tls("good", "ca");
    plain = server_start(command);
    return 0;
}

static int stop_servers(void **state)
{
    char command[60];

    (void)state;
    server_stop(&good);
    server_stop(&elsewhere);
    server_stop(&old);
    server_stop(&plain);
    server_stop(&strict);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

static const char *in_folder(const char *name)
{
    static char path[60];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static struct transfer_request ask(const struct server *s, const char *path, const char *authority)
{
    static char url[100];

    snprintf(url, sizeof url, "https://127.0.0.1:%d%s", s->port, path);
    return (struct transfer_request){ .url = url, .ca_file = authority != NULL ? in_folder(authority) : NULL };
}

static void a_known_authority_is_trusted(void **state)
{
    struct transfer_request r = ask(&good, "/ok", "ca.pem");
    struct outcome *o = finished(&r);

    (void)state;
    assert_string_equal(o->error, "");
    assert_string_equal(o->body, "hello");
}

static void other_certificates_are_not_trusted(void **state)
{
    struct transfer_request r = ask(&good, "/ok", NULL);

    (void)state;
    assert_error(finished(&r), "the certificate of 127.0.0.1:");
    r = ask(&good, "/ok", "other.pem");
    assert_error(finished(&r), "is not trusted: ");
    r = ask(&elsewhere, "/ok", "ca.pem");
    assert_error(finished(&r), "no alternative certificate subject name matches");
    r = ask(&old, "/ok", "ca.pem");
    assert_error(finished(&r), "expired");
}

static void trust_of_one_transfer_is_not_that_of_the_next(void **state)
{
    struct transfer_request r = ask(&good, "/ok", "ca.pem");

    (void)state;
    assert_string_equal(finished(&r)->error, "");
    r.ca_file = NULL;
    assert_error(finished(&r), "is not trusted");
    r.insecure = true;
    assert_string_equal(finished(&r)->error, "");
    r.insecure = false;
    assert_error(finished(&r), "is not trusted");
}

static void any_certificate_does_where_that_is_wanted(void **state)
{
    struct transfer_request r = ask(&elsewhere, "/ok", NULL);

    (void)state;
    r.insecure = true;
    assert_string_equal(finished(&r)->error, "");
}

static void authorities_that_cannot_be_read_are_named(void **state)
{
    struct transfer_request r = ask(&good, "/ok", "nowhere.pem");

    (void)state;
    assert_error(finished(&r), "cannot read the authorities in '/tmp/reeve-tls-");
}

static char *file(const char *name)
{
    char *path = NULL;

    assert_true(asprintf(&path, "%s/%s", folder, name) > 0);
    return path;
}

static const char *answer_to(const char *certificate, const char *key)
{
    char *cert_file = file(certificate), *key_file = file(key);
    struct transfer_request r = ask(&strict, "/ok", "ca.pem");
    const struct outcome *o;

    r.cert_file = *certificate != '\0' ? cert_file : NULL;
    r.key_file = *key != '\0' ? key_file : NULL;
    o = finished(&r);
    free(cert_file);
    free(key_file);
    return *o->error != '\0' ? o->error : o->body;
}

/* A server that refuses us after the handshake closes the connection, and its reason may be lost on the way. */
static void assert_turned_away(const char *answer)
{
    assert_true(strstr(answer, "no TLS with 127.0.0.1:") != NULL ||
                strstr(answer, "closed the connection without an answer") != NULL);
}

static void a_server_that_wants_a_certificate_gets_ours(void **state)
{
    (void)state;
    assert_string_equal(answer_to("good.pem", "good.key"), "hello");
    assert_string_equal(answer_to("both", ""), "hello");
    assert_turned_away(answer_to("", ""));
    assert_turned_away(answer_to("other.pem", "other.key"));
}

static void a_certificate_that_cannot_be_shown_is_named(void **state)
{
    (void)state;
    assert_non_null(strstr(answer_to("nowhere.pem", "good.key"), "no certificate can be shown to 127.0.0.1:"));
    assert_non_null(strstr(answer_to("nowhere.pem", "good.key"), "nowhere.pem"));
    assert_non_null(strstr(answer_to("good.pem", "nowhere.key"), "nowhere.key"));
    assert_non_null(strstr(answer_to("good.pem", "old.key"), "no certificate can be shown to 127.0.0.1:"));
}

static void a_server_without_tls_is_told(void **state)
{
    struct transfer_request r = ask(&plain, "/ok", "ca.pem");

    (void)state;
    assert_error(finished(&r), "no TLS with 127.0.0.1:");
}

static void fifty_handshakes_do_not_stall_the_loop(void **state)
{
    int i;

    (void)state;
    watch_stalls();
    for (i = 0; i < 50; i++) {
        struct transfer_request r = ask(&good, "/ok", "ca.pem");

        begin(&r);
    }
    turn_until(all_told);
    assert_no_stall();
    for (i = 0; i < 50; i++)
        assert_string_equal(outcomes[i].error, "");
}

static void bodies_keep_their_bounds_over_tls(void **state)
{
    struct transfer_request r = ask(&good, "/endless", "ca.pem");

    (void)state;
    watch_stalls();
    assert_error(finished(&r), "is larger than 8388608 bytes");
    r = ask(&good, "/cut", "ca.pem");
    assert_error(finished(&r), "was cut off");
    r = ask(&good, "/never", "ca.pem");
    given_up(r, "no answer from");
    assert_no_stall();
}

int main(void)
{
#define each(test) cmocka_unit_test_setup_teardown(test, open_all, close_all)
    const struct CMUnitTest tests[] = {
        each(a_known_authority_is_trusted),
        each(other_certificates_are_not_trusted),
        each(trust_of_one_transfer_is_not_that_of_the_next),
        each(any_certificate_does_where_that_is_wanted),
        each(authorities_that_cannot_be_read_are_named),
        each(a_server_that_wants_a_certificate_gets_ours),
        each(a_certificate_that_cannot_be_shown_is_named),
        each(a_server_without_tls_is_told),
        each(fifty_handshakes_do_not_stall_the_loop),
        each(bodies_keep_their_bounds_over_tls),
    };

    return cmocka_run_group_tests(tests, start_servers, stop_servers);
}
