/* Stripped bytecode still tells the lines of its functions: it is walked through, and they are left out.
 *
 *     chunk    = header, byte, function
 *     function = string (source), int, int (its lines), 3 bytes, ints (instructions), constants, upvalues, functions,
 * debug
 *
 * as Lua 5.4 writes it. Should another Lua write anything else, the walk ends early, and the rest counts as it is. */
#include "script/fingerprint.h"

#include "base/buffer.h"

#include <stddef.h>

enum { HEADER = 4 + 1 + 1 + 6 + 3 + sizeof(lua_Integer) + sizeof(lua_Number), INSTRUCTION = 4, UPVALUE = 3 };

struct walk {
    const unsigned char *p, *end;
    uint64_t hash;
};

/* FNV-1a */
static void take(struct walk *w, size_t length)
{
    size_t left = (size_t)(w->end - w->p);

    for (size_t n = length < left ? length : left; n > 0; n--)
        w->hash = (w->hash ^ *w->p++) * 0x100000001b3u;
}

/* Seven bits a byte, the last byte has the eighth. */
static size_t read_size(struct walk *w)
{
    size_t size = 0;

    while (w->p < w->end) {
        unsigned char byte = *w->p++;

        size = size << 7 | (byte & 0x7f);
        if (byte & 0x80)
            break;
    }
    return size;
}

static size_t take_size(struct walk *w)
{
    const unsigned char *start = w->p;
    size_t size = read_size(w);

    w->p = start;
    do
        take(w, 1);
    while (w->p < w->end && !(w->p[-1] & 0x80));
    return size;
}

static void take_string(struct walk *w)
{
    size_t size = take_size(w);

    if (size > 0)
        take(w, size - 1);
}

static void take_constant(struct walk *w)
{
    unsigned char type = w->p < w->end ? *w->p : 0;

    take(w, 1);
    if ((type & 0x0f) == LUA_TNUMBER)
        take(w, sizeof(lua_Number));
    else if ((type & 0x0f) == LUA_TSTRING)
        take_string(w);
}

static void take_function(struct walk *w)
{
    take_string(w);
    read_size(w);
    read_size(w);
    take(w, 3);
    take(w, take_size(w) * INSTRUCTION);
    for (size_t n = take_size(w); n > 0 && w->p < w->end; n--)
        take_constant(w);
    take(w, take_size(w) * UPVALUE);
    for (size_t n = take_size(w); n > 0 && w->p < w->end; n--)
        take_function(w);
    for (int i = 0; i < 4; i++)
        take_size(w); /* what would be there for debuggers: nothing */
}

static int add_piece(lua_State *L, const void *data, size_t size, void *arg)
{
    (void)L;
    buffer_add(arg, data, size);
    return 0;
}

uint64_t fingerprint(lua_State *L)
{
    struct walk w = { .hash = 0xcbf29ce484222325u };
    lua_CFunction c = lua_tocfunction(L, -1);
    struct buffer code = { 0 };

    /* One of C has no bytecode: its address will do. */
    if (c != NULL)
        buffer_add(&code, &c, sizeof c);
    else
        lua_dump(L, add_piece, &code, 1);
    w.p = (const unsigned char *)code.data;
    w.end = w.p + code.length;
    if (c == NULL) {
        take(&w, HEADER + 1);
        take_function(&w);
    }
    take(&w, code.length);
    buffer_free(&code);
    return w.hash;
}
