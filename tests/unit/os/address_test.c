#include "os/address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <netinet/in.h>
#include <string.h>

static struct error e;

static void assert_says(const char *part)
{
    if (strstr(e.text, part) == NULL)
        print_error("'%s' does not say '%s'\n", e.text, part);
    assert_non_null(strstr(e.text, part));
}

static void addresses_are_read(void **state)
{
    static const struct {
        const char *text;
        enum address_kind kind;
        int family, port;
        bool local;
    } good[] = {
        { "unix:/run/reeve.sock", ADDRESS_UNIX, AF_UNIX, 0, true },
        { "/run/reeve.sock", ADDRESS_UNIX, AF_UNIX, 0, true },
        { "./a:b", ADDRESS_UNIX, AF_UNIX, 0, true },
        { "reeve.sock", ADDRESS_UNIX, AF_UNIX, 0, true },
        { "tcp:127.0.0.1:7279", ADDRESS_TCP, AF_INET, 7279, true },
        { "tcp:127.8.8.8:1", ADDRESS_TCP, AF_INET, 1, true },
        { "tcp:localhost:80", ADDRESS_TCP, AF_INET, 80, true },
        { "tcp:10.0.0.1:65535", ADDRESS_TCP, AF_INET, 65535, false },
        { "tcp:*:80", ADDRESS_TCP, AF_INET, 80, false },
        { "tcp:[::1]:7279", ADDRESS_TCP, AF_INET6, 7279, true },
        { "tcp:[::]:7279", ADDRESS_TCP, AF_INET6, 7279, false },
        { "tcp:[::ffff:127.0.0.1]:7279", ADDRESS_TCP, AF_INET6, 7279, true },
        { "tcp:[::ffff:10.0.0.1]:7279", ADDRESS_TCP, AF_INET6, 7279, false },
        { "udp:0.0.0.0:514", ADDRESS_UDP, AF_INET, 514, false },
    };
    struct address a;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof good / sizeof *good; i++) {
        assert_true(address_parse(good[i].text, &a, &e));
        assert_int_equal(a.kind, good[i].kind);
        assert_int_equal(a.socket.ss_family, good[i].family);
        assert_string_equal(a.text, good[i].text);
        assert_int_equal(address_is_local(&a), good[i].local);
        if (good[i].family != AF_UNIX)
            assert_int_equal(ntohs(((struct sockaddr_in *)&a.socket)->sin_port), good[i].port);
    }
}

static void bad_addresses_are_explained(void **state)
{
    static const struct {
        const char *text, *says;
    } bad[] = {
        { "", "needs a path" },
        { "unix:", "needs a path" },
        { "tcp:127.0.0.1", "the port is missing" },
        { "tcp:", "the port is missing" },
        { "tcp:[::1]", "the port is missing" },
        { "tcp:[::1", "the port is missing" },
        { "tcp::80", "is no address" },
        { "tcp:127.0.0.1:", "a port is a number" },
        { "tcp:127.0.0.1:0", "a port is a number" },
        { "tcp:127.0.0.1:65536", "a port is a number" },
        { "tcp:127.0.0.1:http", "a port is a number" },
        { "tcp:127.0.0.1:-1", "a port is a number" },
        { "tcp:::1:80", "brackets" },
        { "tcp:example.com:80", "looked up" },
        { "tcp:1.2.3.4.5:80", "is no address" },
        { "udp:[nope]:80", "is no address" },
        { "localhost:80", "did you mean tcp:localhost:80" },
        { "http://x/", "begins with unix:" },
    };
    char name[400];
    struct address a;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(address_parse(bad[i].text, &a, &e));
        assert_says(bad[i].says);
    }
    memset(name, 'x', sizeof name);
    name[sizeof name - 1] = '\0';
    assert_false(address_parse(name, &a, &e));
    assert_says("at most 107 bytes, this one has 399");
    memcpy(name, "tcp:", 4);
    assert_false(address_parse(name, &a, &e));
    strcpy(name + sizeof name - 4, ":80");
    assert_false(address_parse(name, &a, &e));
}

static bool are_equal(const char *left, const char *right)
{
    struct address a, b;

    assert_true(address_parse(left, &a, &e));
    assert_true(address_parse(right, &b, &e));
    return address_equal(&a, &b);
}

static void the_same_place_is_known_however_it_is_written(void **state)
{
    (void)state;
    assert_true(are_equal("unix:/run/a", "/run/a"));
    assert_true(are_equal("tcp:localhost:80", "tcp:127.0.0.1:80"));
    assert_false(are_equal("tcp:127.0.0.1:80", "tcp:127.0.0.1:81"));
    assert_false(are_equal("tcp:127.0.0.1:80", "udp:127.0.0.1:80"));
    assert_false(are_equal("unix:/run/a", "unix:/run/ab"));
}

static void a_client_may_look_up_names(void **state)
{
    struct address found[4];
    size_t count = address_look_up("tcp:localhost:7279", found, 4, &e);

    (void)state;
    assert_in_range(count, 1, 4);
    assert_true(address_is_local(&found[0]));
    assert_int_equal(address_look_up("tcp:no-such-host.invalid:7279", found, 4, &e), 0);
    assert_says("there is no host 'no-such-host.invalid'");
    assert_int_equal(address_look_up("tcp:example.com", found, 4, &e), 0);
    assert_says("the port is missing");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_read),
        cmocka_unit_test(bad_addresses_are_explained),
        cmocka_unit_test(the_same_place_is_known_however_it_is_written),
        cmocka_unit_test(a_client_may_look_up_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
