/* Gearman's protocol, as bytes. */
#include "modules/gearman/packet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
/* After the four above. */
#include <cmocka.h>

#define BYTES(text) (text), sizeof(text) - 1

static const char a_job[] = "\0RES\0\0\0\x1f\0\0\0\x14H:vm:1\0resize\0u1\0pay";

static void assert_argument(const struct packet *p, int i, const char *text)
{
    assert_int_equal(p->length[i], strlen(text));
    assert_memory_equal(p->argument[i], text, strlen(text));
}

static enum packet_verdict read(const char *data, size_t length, struct packet *p)
{
    struct error e;

    return packet_read(data, length, p, &e);
}

static void a_job_is_taken_apart(void **state)
{
    struct packet p;

    (void)state;
    assert_int_equal(read(BYTES(a_job), &p), PACKET_WHOLE);
    assert_int_equal(p.type, PACKET_JOB_ASSIGN_UNIQ);
    assert_int_equal(p.size, sizeof a_job - 1);
    assert_int_equal(p.count, 4);
    assert_argument(&p, 0, "H:vm:1");
    assert_argument(&p, 1, "resize");
    assert_argument(&p, 2, "u1");
    assert_argument(&p, 3, "pay");
}

static void any_part_of_a_packet_waits_for_the_rest(void **state)
{
    struct packet p;

    (void)state;
    for (size_t length = 0; length < sizeof a_job - 1; length++)
        assert_int_equal(read(a_job, length, &p), PACKET_PARTIAL);
}

static void what_follows_a_packet_is_left_alone(void **state)
{
    struct packet p;

    (void)state;
    assert_int_equal(read(BYTES("\0RES\0\0\0\x06\0\0\0\0\0RES"), &p), PACKET_WHOLE);
    assert_int_equal(p.type, PACKET_NOOP);
    assert_int_equal(p.size, 12);
}

static void unique_id_and_payload_may_be_empty_and_hold_zeros(void **state)
{
    struct packet p;

    (void)state;
    assert_int_equal(read(BYTES("\0RES\0\0\0\x1f\0\0\0\x06h\0f\0\0\0"), &p), PACKET_WHOLE);
    assert_argument(&p, 2, "");
    assert_int_equal(p.length[3], 1);
    assert_memory_equal(p.argument[3], "\0", 1);
    assert_int_equal(read(BYTES("\0RES\0\0\0\x0b\0\0\0\x04h\0f\0"), &p), PACKET_WHOLE);
    assert_int_equal(p.count, 3);
    assert_argument(&p, 2, "");
}

static void a_job_without_a_handle_is_bad(void **state)
{
    struct packet p;
    struct error e;

    (void)state;
    assert_int_equal(packet_read(BYTES("\0RES\0\0\0\x1f\0\0\0\x03h\0f"), &p, &e), PACKET_BAD);
    assert_string_equal(e.text, "JOB_ASSIGN_UNIQ has too few arguments");
}

static void what_is_not_the_protocol_is_bad_at_its_first_byte(void **state)
{
    struct packet p;
    struct error e;

    (void)state;
    assert_int_equal(packet_read(BYTES("H"), &p, &e), PACKET_BAD);
    assert_string_equal(e.text, "it does not speak Gearman's protocol");
    assert_int_equal(read(BYTES("\0REQ"), &p), PACKET_BAD);
}

static void a_huge_job_is_known_by_its_head(void **state)
{
    static const char head[] = "\0RES\0\0\0\x1f\x10\0\0\0H:vm:1\0resize\0u1\0p";
    struct packet p;

    (void)state;
    assert_int_equal(read(BYTES(head), &p), PACKET_HUGE);
    assert_argument(&p, 0, "H:vm:1");
    assert_int_equal(p.size, 12 + 0x10000000);
    assert_int_equal(read(head, 20, &p), PACKET_PARTIAL);
}

static void a_huge_job_that_never_says_its_handle_is_bad(void **state)
{
    static char head[12 + PACKET_HANDLE_MOST + 1] = "\0RES\0\0\0\x1f\x10\0\0\0";
    struct packet p;

    (void)state;
    memset(head + 12, 'x', sizeof head - 12);
    assert_int_equal(read(head, sizeof head, &p), PACKET_BAD);
}

static void nothing_but_a_job_may_be_long(void **state)
{
    struct packet p;
    struct error e;

    (void)state;
    assert_int_equal(packet_read(BYTES("\0RES\0\0\0\x13\0\x02\0\0"), &p, &e), PACKET_BAD);
    assert_string_equal(e.text, "ERROR is too long");
}

static void what_is_written_is_what_the_server_wants(void **state)
{
    struct buffer b = { 0 };

    (void)state;
    packet_write(&b, PACKET_PRE_SLEEP);
    packet_write_text(&b, PACKET_CAN_DO, "resize");
    packet_write_data(&b, PACKET_WORK_COMPLETE, "H:1", BYTES("{}"));
    packet_write_status(&b, "H:1", 7, 10);
    assert_int_equal(b.length, 12 + 18 + 18 + 20);
    assert_memory_equal(b.data, "\0REQ\0\0\0\x04\0\0\0\0", 12);
    assert_memory_equal(b.data + 12, "\0REQ\0\0\0\x01\0\0\0\x06resize", 18);
    assert_memory_equal(b.data + 30, "\0REQ\0\0\0\x0d\0\0\0\x06H:1\0{}", 18);
    assert_memory_equal(b.data + 48,
                        "\0REQ\0\0\0\x0c\0\0\0\x08H:1\0"
                        "7\0"
                        "10",
                        20);
    buffer_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_job_is_taken_apart),
        cmocka_unit_test(any_part_of_a_packet_waits_for_the_rest),
        cmocka_unit_test(what_follows_a_packet_is_left_alone),
        cmocka_unit_test(unique_id_and_payload_may_be_empty_and_hold_zeros),
        cmocka_unit_test(a_job_without_a_handle_is_bad),
        cmocka_unit_test(what_is_not_the_protocol_is_bad_at_its_first_byte),
        cmocka_unit_test(a_huge_job_is_known_by_its_head),
        cmocka_unit_test(a_huge_job_that_never_says_its_handle_is_bad),
        cmocka_unit_test(nothing_but_a_job_may_be_long),
        cmocka_unit_test(what_is_written_is_what_the_server_wants),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
