#include "logs.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PATH_ROOM = 4096 };

/* The folder of a logger that keeps its files in one, `current` being the newest; false where there is none. */
static int is_folder(char *path, const char *folder, unsigned number)
{
    struct stat st;

    snprintf(path, PATH_ROOM, "%s/%u.log", folder, number);
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static FILE *open_log(const char *folder, unsigned number, int backup)
{
    char path[PATH_ROOM];
    size_t length;

    if (is_folder(path, folder, number)) {
        length = strlen(path);
        snprintf(path + length, sizeof path - length, "/current");
    } else if (backup > 0) {
        length = strlen(path);
        snprintf(path + length, sizeof path - length, ".%d", backup);
    }
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

/* Each line that is not the next one is an offence; after it the count goes on from there. One that was cut in two, by
 * a rotation, is missing. */
static int64_t offences(FILE *file, int64_t *next)
{
    char line[4096];
    int64_t found = 0;

    while (fgets(line, sizeof line, file) != NULL) {
        int64_t number = atoll(line);

        if (strlen(line) != LOGS_LINE)
            continue;
        if (*next >= 0 && number != *next)
            found += number > *next ? number - *next : 1;
        *next = number + 1;
    }
    return found;
}

/* Rotated files are called @ and a time that sorts: before `current`. */
static int is_log(const struct dirent *entry)
{
    return entry->d_name[0] == '@' || strcmp(entry->d_name, "current") == 0;
}

static int64_t offences_of_folder(const char *folder, int64_t *next)
{
    struct dirent **entry;
    int count = scandir(folder, &entry, is_log, alphasort);
    int64_t lost = 0;

    *next = -1; /* the ones before were removed */
    for (int i = 0; i < count; i++) {
        char path[PATH_ROOM + sizeof entry[i]->d_name];
        FILE *file;

        snprintf(path, sizeof path, "%s/%s", folder, entry[i]->d_name);
        file = fopen(path, "re");
        if (file != NULL) {
            lost += offences(file, next);
            fclose(file);
        }
        free(entry[i]);
    }
    if (count >= 0)
        free(entry);
    return lost;
}

static int64_t offences_of_files(const char *folder, unsigned number, int64_t *next)
{
    int64_t lost = 0;

    for (int backup = LOGS_BACKUPS; backup >= 0; backup--) {
        FILE *file = open_log(folder, number, backup);

        if (file == NULL)
            continue;
        if (backup == LOGS_BACKUPS)
            *next = -1; /* the ones before were removed */
        lost += offences(file, next);
        fclose(file);
    }
    return lost;
}

int64_t logs_lost(const char *folder, unsigned number, int64_t lines)
{
    char path[PATH_ROOM];
    int64_t next = 0;
    int64_t lost =
        is_folder(path, folder, number) ? offences_of_folder(path, &next) : offences_of_files(folder, number, &next);

    return lost + (next < lines ? lines - next : 0);
}
