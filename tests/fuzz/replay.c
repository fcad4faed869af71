/* Runs a fuzz target over files, without libFuzzer: REPLAY FILE ... */
#include <stdio.h>
#include <stdlib.h>

#include "fuzz/fuzz.h"

static int replay(const char *path)
{
    FILE *file = fopen(path, "rb");
    unsigned char *data;
    size_t size;
    long length;

    if (file == NULL || fseek(file, 0, SEEK_END) != 0 || (length = ftell(file)) < 0) {
        perror(path);
        return 1;
    }
    rewind(file);
    data = malloc((size_t)length + 1);
    size = data != NULL ? fread(data, 1, (size_t)length, file) : 0;
    fclose(file);
    LLVMFuzzerTestOneInput(data, size);
    free(data);
    return 0;
}

int main(int argc, char **argv)
{
    int status = argc < 2;

    if (argc < 2)
        fputs("which files?\n", stderr);
    for (int i = 1; i < argc; i++)
        status |= replay(argv[i]);
    return status;
}
