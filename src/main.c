#include "control/cli.h"
#include "os/title.h"

int main(int argc, char **argv)
{
    title_open(argc, argv);
    return cli_main(argc, argv);
}
