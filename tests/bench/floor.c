#include "floor.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t over;

static void on_signal(int number)
{
    over = number;
}

bool floor_is_over(void)
{
    return over != 0;
}

void floor_watch_signals(void)
{
    struct sigaction action = { .sa_handler = on_signal };

    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
}

pid_t floor_spawn(char **argv, int output)
{
    pid_t pid = vfork();

    if (pid == 0) {
        if (output >= 0)
            dup2(output, STDOUT_FILENO);
        execv(argv[0], argv);
        _exit(127);
    }
    if (pid < 0)
        exit(1);
    return pid;
}

void floor_stop(const pid_t *pids, int count)
{
    for (int i = 0; i < count; i++)
        kill(pids[i], SIGTERM);
    while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
        continue;
}
