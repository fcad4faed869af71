/* hash: uthash's maps, with memory from xalloc. By itself it would end us where there is none. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include "base/xalloc.h"

#include <stdlib.h>

#define uthash_malloc(size)     xmalloc(size)
#define uthash_free(data, size) free(data)

#include <uthash.h>

#endif
