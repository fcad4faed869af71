#include "core/organ.h"

#include <assert.h>
#include <string.h>

enum { ORGANS_MOST = 8 };

static const struct organ *organs[ORGANS_MOST];
static size_t organ_count;

void organ_add(const struct organ *o)
{
    assert(organ_count < ORGANS_MOST);
    organs[organ_count++] = o;
}

void organ_remove(const struct organ *o)
{
    for (size_t i = 0; i < organ_count; i++) {
        if (organs[i] != o)
            continue;
        organ_count--;
        memmove(&organs[i], &organs[i + 1], (organ_count - i) * sizeof(const struct organ *));
        return;
    }
}

const struct organ *organ_at(size_t i)
{
    return i < organ_count ? organs[i] : NULL;
}
