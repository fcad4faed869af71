/* A field is the length of its name in a byte, the name, the length of its value in four bytes, and the value. Numbers
 * are as many bytes as they need, the lowest first. */
#include "base/pack.h"

#include "base/xalloc.h"

#include <assert.h>
#include <string.h>

enum { LENGTH_SIZE = 4, NUMBERS_MOST = 32 };

/* Room for a field; its name and the length of its value are written, what is returned is where the value belongs. */
static char *begin_field(struct buffer *out, const char *name, size_t length)
{
    size_t name_length = strlen(name), size;
    char *at;

    assert(name_length <= 255 && length <= UINT32_MAX);
    size = 1 + name_length + LENGTH_SIZE + length;
    buffer_reserve(out, size);
    at = out->data + out->length;
    *at++ = (char)name_length;
    memcpy(at, name, name_length);
    at += name_length;
    for (int i = 0; i < LENGTH_SIZE; i++)
        *at++ = (char)(length >> 8 * i);
    out->length += size;
    out->data[out->length] = '\0';
    return at;
}

void pack_bytes(struct buffer *out, const char *name, const void *data, size_t length)
{
    char *value = begin_field(out, name, length);

    if (length > 0)
        memcpy(value, data, length);
}

void pack_text(struct buffer *out, const char *name, const char *text)
{
    if (text != NULL)
        pack_bytes(out, name, text, strlen(text));
}

void pack_words(struct buffer *out, const char *name, const struct words *words)
{
    for (size_t i = 0; i < words->count; i++)
        pack_text(out, name, words->word[i]);
}

void pack_inner(struct buffer *out, const char *name, struct buffer *inner)
{
    pack_bytes(out, name, inner->data, inner->length);
    buffer_clear(inner);
}

/* The highest bit of the last byte is the sign. */
static size_t write_number(unsigned char *bytes, int64_t number)
{
    size_t length = 0;

    do {
        bytes[length++] = (unsigned char)number;
        number = number < 0 ? ~(~number >> 8) : number >> 8;
    } while (length < 8 && !((number == 0 && bytes[length - 1] < 128) || (number == -1 && bytes[length - 1] >= 128)));
    return length;
}

void pack_number(struct buffer *out, const char *name, int64_t number)
{
    unsigned char bytes[8];

    if (number != 0)
        pack_bytes(out, name, bytes, write_number(bytes, number));
}

/* Each with its length before it. */
void pack_numbers(struct buffer *out, const char *name, const int64_t *numbers, size_t count)
{
    unsigned char bytes[9 * NUMBERS_MOST];
    size_t length = 0, size;

    assert(count <= NUMBERS_MOST);
    while (count > 0 && numbers[count - 1] == 0)
        count--;
    for (size_t i = 0; i < count; i++) {
        size = numbers[i] != 0 ? write_number(bytes + length + 1, numbers[i]) : 0;
        bytes[length] = (unsigned char)size;
        length += 1 + size;
    }
    pack_bytes(out, name, bytes, length);
}

/* -- reading ---------------------------------------------------------------------------------------------------- */

struct field {
    const char *name, *value;
    size_t name_length, value_length;
    size_t end;
};

static bool read_field(const struct unpack *u, size_t at, struct field *f)
{
    const unsigned char *data = (const unsigned char *)u->data + at;
    size_t left = u->length - at;

    if (left < 1 || left - 1 < data[0] + (size_t)LENGTH_SIZE)
        return false;
    f->name_length = data[0];
    f->name = (const char *)data + 1;
    data += 1 + f->name_length;
    left -= 1 + f->name_length + LENGTH_SIZE;
    f->value_length = 0;
    for (int i = 0; i < LENGTH_SIZE; i++)
        f->value_length |= (size_t)data[i] << 8 * i;
    f->value = (const char *)data + LENGTH_SIZE;
    f->end = at + 1 + f->name_length + LENGTH_SIZE + f->value_length;
    return f->value_length <= left;
}

bool unpack_begin(struct unpack *u, const void *data, size_t length)
{
    struct field f;
    size_t at = 0;

    *u = (struct unpack){ .data = data, .length = length };
    while (at < length && read_field(u, at, &f))
        at = f.end;
    if (at != length)
        u->length = 0;
    return at == length;
}

static bool is_called(const struct field *f, const char *name)
{
    return strlen(name) == f->name_length && memcmp(name, f->name, f->name_length) == 0;
}

/* From `from` on, up to `until`. */
static bool find(const struct unpack *u, const char *name, size_t from, size_t until, struct field *f)
{
    for (size_t at = from; at < until && read_field(u, at, f); at = f->end)
        if (is_called(f, name))
            return true;
    return false;
}

const char *unpack_bytes(struct unpack *u, const char *name, size_t *length)
{
    struct field f;

    *length = 0;
    if (!find(u, name, u->at, u->length, &f) && !find(u, name, 0, u->at, &f))
        return NULL;
    u->at = f.end;
    *length = f.value_length;
    return f.value;
}

void unpack_rewind(struct unpack *u)
{
    u->at = 0;
}

const char *unpack_next(struct unpack *u, const char *name, size_t *length)
{
    struct field f;

    *length = 0;
    if (!find(u, name, u->at, u->length, &f))
        return NULL;
    u->at = f.end;
    *length = f.value_length;
    return f.value;
}

bool unpack_inner(struct unpack *u, const char *name, struct unpack *inner)
{
    const char *data;
    size_t length;

    while ((data = unpack_next(u, name, &length)) != NULL)
        if (unpack_begin(inner, data, length))
            return true;
    return false;
}

void unpack_words(struct unpack *u, const char *name, struct words *words)
{
    struct gathering found = { .count = 0 };
    const char *data;
    size_t length;

    unpack_rewind(u);
    for (; (data = unpack_next(u, name, &length)) != NULL; found.count++) {
        buffer_add(&found.texts, data, length);
        buffer_add_char(&found.texts, '\0');
    }
    if (found.count > 0)
        words_add_all(words, &found);
}

int64_t unpack_value(const char *value, size_t length)
{
    const unsigned char *bytes = (const unsigned char *)value;
    uint64_t number;

    if (length == 0)
        return 0;
    number = bytes[(length < 8 ? length : 8) - 1] >= 128 ? ~0ull : 0;
    for (size_t i = length < 8 ? length : 8; i-- > 0;)
        number = number << 8 | bytes[i];
    return (int64_t)number;
}

void unpack_values(const char *value, size_t length, int64_t *out, size_t count)
{
    size_t at = 0;

    for (size_t i = 0; i < count; i++) {
        size_t size = at < length ? (unsigned char)value[at++] : 0;

        if (size > length - at)
            size = length - at;
        out[i] = size > 0 ? unpack_value(value + at, size) : 0;
        at += size;
    }
}

int64_t unpack_number(struct unpack *u, const char *name)
{
    size_t length;
    const char *value = unpack_bytes(u, name, &length);

    return unpack_value(value, length);
}

char *unpack_text(struct unpack *u, const char *name)
{
    size_t length;
    const char *text = unpack_bytes(u, name, &length);

    return text != NULL ? xstrndup(text, length) : NULL;
}
