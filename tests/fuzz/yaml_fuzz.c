#include "fuzz/conversion.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_conversion(data, size, "taskmaster");
    fuzz_conversion(data, size, "magistrate");
    return 0;
}
