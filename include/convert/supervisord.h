/* supervisord: what the parts of its converter share. */
#ifndef CONVERT_SUPERVISORD_H
#define CONVERT_SUPERVISORD_H

#include "convert/formats.h"
#include "convert/ini_reader.h"
#include "convert/ini_values.h"

struct membership;

struct supervisord {
    struct conversion *c;
    struct ini ini;
    char host[256];
    struct expr *env;               /* the variables of [supervisord] */
    struct membership *memberships; /* of programs in groups */
    const char *folder_file;        /* whose folder `folder` is */
    char *folder;
};

/* [program:x] and [fcgi-program:x]; `group` is the group that names it. */
void supervisord_program(struct supervisord *sd, const struct ini_section *section, const char *group);

/* The settings `stdout` and `stderr` of a program. */
void supervisord_output(struct ini_values *v);

/* A path as supervisord takes it: a leading "~" is the home of who runs it. The caller's. */
char *supervisord_path(const char *path);

/* The setting `cmd` for the words that supervisord makes of a template. NULL with the reason. */
struct expr *supervisord_command(struct ini_values *v, const char *template, struct place place, struct error *e);

/* [supervisord]. */
void supervisord_settings(struct supervisord *sd);

#endif
