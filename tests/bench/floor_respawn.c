/* floor_respawn: the least that a supervisor of programs can do: vfork, exec, waitpid, again.
 *
 *   floor_respawn COUNT PROGRAM ARGUMENT...
 *
 * SIGTERM ends all. */
#include "floor.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/wait.h>

enum { MAX_PID = 4194304 };

int main(int argc, char **argv)
{
    int count = argc > 2 ? atoi(argv[1]) : 0;
    pid_t *pids = calloc((size_t)count + 1, sizeof *pids);
    int *place_of = calloc(MAX_PID, sizeof *place_of);

    if (count < 1 || pids == NULL || place_of == NULL)
        return 2;
    floor_watch_signals();
    for (int i = 0; i < count; i++) {
        pids[i] = floor_spawn(argv + 2, -1);
        place_of[pids[i]] = i;
    }
    while (!floor_is_over()) {
        pid_t dead = waitpid(-1, NULL, 0);

        if (dead > 0) {
            int place = place_of[dead];

            pids[place] = floor_spawn(argv + 2, -1);
            place_of[pids[place]] = place;
        } else if (errno != EINTR) {
            return 1;
        }
    }
    floor_stop(pids, count);
    return 0;
}
