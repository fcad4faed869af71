#include "base/xalloc.h"
#include "control/cli.h"
#include "os/descriptors.h"
#include "os/title.h"

#include <jansson.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    descriptors_take_places();
    json_set_alloc_funcs(xmalloc, free); /* for it, no memory and a mistake are the same NULL */
    title_open(argc, argv);
    return cli_main(argc, argv);
}
