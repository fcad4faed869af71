#include "fuzz/conversion.h"

/* Without includes: made up patterns would read the whole machine. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (memmem(data, size, "[include]", 9) == NULL)
        fuzz_conversion(data, size, "supervisord");
    return 0;
}
