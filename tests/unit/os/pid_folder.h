/* pid_folder: where a grandchild writes its pid, for tests; it has to say `echo $$ >path`. */
#ifndef UNIT_OS_PID_FOLDER_H
#define UNIT_OS_PID_FOLDER_H

#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

static char folder[] = "/tmp/reeve-pid.XXXXXX";
static char path[sizeof folder + 8];

/* 0 while none is there. */
static inline pid_t pid_in_file(void)
{
    FILE *f = fopen(path, "r");
    int pid = 0;

    if (f != NULL && fscanf(f, "%d\n", &pid) != 1)
        pid = 0;
    if (f != NULL)
        fclose(f);
    return pid;
}

static inline bool pid_is_there(void)
{
    return pid_in_file() > 0;
}

static inline int make_folder(void **state)
{
    (void)state;
    snprintf(path, sizeof path, "%s/pid", mkdtemp(folder));
    return 0;
}

static inline int remove_folder(void **state)
{
    (void)state;
    unlink(path);
    rmdir(folder);
    return 0;
}

#endif
