/* A Gearman job that takes no time: says that it is done. As "hold…" it waits for a file first: $GO. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int say(const char *text)
{
    return write(1, text, strlen(text)) < 0;
}

int main(int argc, char **argv)
{
    const char *go = getenv("GO");

    if (argc > 1 && strcmp(argv[1], "--caps") == 0)
        return say("{\"caps\":[\"single\"]}\n");
    while (argc > 1 && strncmp(argv[1], "hold", 4) == 0 && go != NULL && access(go, F_OK) < 0)
        usleep(100000);
    return say("{\"type\":\"complete\"}\n");
}
