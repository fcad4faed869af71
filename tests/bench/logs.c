#include "logs.h"

#include <stdio.h>
#include <stdlib.h>

static FILE *open_log(const char *folder, unsigned number, int backup)
{
    char path[4096];
    int length = snprintf(path, sizeof path, "%s/%u.log", folder, number);

    if (backup > 0)
        snprintf(path + length, sizeof path - (size_t)length, ".%d", backup);
    return fopen(path, "re");
}

int64_t logs_last(const char *folder, unsigned number)
{
    FILE *file = open_log(folder, number, 0);
    char line[LOGS_LINE + 1] = "";
    int64_t last = -1;

    if (file == NULL)
        return -1;
    if (fseek(file, -LOGS_LINE, SEEK_END) == 0 && fread(line, LOGS_LINE, 1, file) == 1 && line[LOGS_LINE - 1] == '\n')
        last = atoll(line);
    fclose(file);
    return last;
}

/* Each line that is not the next one is an offence; after it the count goes on from there. */
static int64_t offences(FILE *file, int64_t *next)
{
    char line[4096];
    int64_t found = 0;

    while (fgets(line, sizeof line, file) != NULL) {
        int64_t number = atoll(line);

        if (*next >= 0 && number != *next)
            found += number > *next ? number - *next : 1;
        *next = number + 1;
    }
    return found;
}

int64_t logs_lost(const char *folder, unsigned number, int64_t lines)
{
    int64_t lost = 0, next = 0;

    for (int backup = LOGS_BACKUPS; backup >= 0; backup--) {
        FILE *file = open_log(folder, number, backup);

        if (file == NULL)
            continue;
        if (backup == LOGS_BACKUPS)
            next = -1; /* the ones before were removed */
        lost += offences(file, &next);
        fclose(file);
    }
    return lost + (next < lines ? lines - next : 0);
}
