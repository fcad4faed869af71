/* What a job server may send, whole and in pieces, and what an executor may write. */
#include "fuzz/fuzz.h"
#include "modules/gearman/message.h"
#include "modules/gearman/packet.h"

#include <assert.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static void check_packet(const char *data, size_t length, const struct packet *p)
{
    assert(p->size <= length && p->size >= 12 && p->count <= PACKET_ARGUMENTS);
    for (int i = 0; i < p->count; i++)
        assert(p->argument[i] >= data && p->argument[i] + p->length[i] <= data + p->size);
}

/* A packet that is whole is so because of its last byte. */
static void read_packets(const char *data, size_t length)
{
    enum packet_verdict verdict = PACKET_WHOLE;
    struct packet p;
    struct error e;

    while (verdict == PACKET_WHOLE) {
        verdict = packet_read(data, length, &p, &e);
        if (verdict != PACKET_WHOLE)
            break;
        check_packet(data, length, &p);
        assert(packet_read(data, p.size - 1, &p, &e) == PACKET_PARTIAL);
        packet_read(data, length, &p, &e);
        data += p.size;
        length -= p.size;
    }
}

/* A member of the object that is called `type` is gone; all the rest is JSON still. */
static void check_complete(const struct message *m)
{
    json_error_t why;
    json_t *whole = json_loadb(m->body.data, m->body.length, JSON_ALLOW_NUL, &why);

    if (whole == NULL) /* jansson's numbers end somewhere */
        assert(strstr(why.text, "too big") != NULL || strstr(why.text, "overflow") != NULL ||
               strstr(why.text, "surrogate") != NULL || strstr(why.text, "invalid Unicode") != NULL ||
               strstr(why.text, "NUL byte in object key") != NULL);
    assert(json_object_get(whole, "type") == NULL);
    json_decref(whole);
}

static void read_message(const char *data, size_t length)
{
    struct message m;
    struct error e;

    if (message_read(data, length, &m, &e) && m.type == MESSAGE_COMPLETE)
        check_complete(&m);
    message_free(&m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* Exactly as long as it is, so that a byte behind it is seen. */
    char *copy = malloc(size + (size == 0));

    if (size > 0)
        memcpy(copy, data, size);
    read_packets(copy, size);
    read_message(copy, size);
    free(copy);
    return 0;
}
