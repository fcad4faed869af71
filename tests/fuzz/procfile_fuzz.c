#include "fuzz/conversion.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_conversion(data, size, "procfile");
    return 0;
}
