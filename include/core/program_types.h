/* program_types: the types of settings that only programs have. */
#ifndef CORE_PROGRAM_TYPES_H
#define CORE_PROGRAM_TYPES_H

#include "core/settings.h"

extern const struct setting_type program_command; /* struct words; the text of `cmd` for the shell if `shell` is true */
extern const struct setting_type side_command;    /* struct words; `word` NULL is unset */
extern const struct setting_type autorestart_setting;  /* int: enum autorestart */
extern const struct setting_type stop_steps_setting;   /* struct stop_steps */
extern const struct setting_type backoff_setting;      /* struct backoff */
extern const struct setting_type limits_setting;       /* struct limits, in the order of their names */
extern const struct setting_type names_setting;        /* struct name_list *, owned; NULL is unset */
extern const struct setting_type socket_names_setting; /* the same, of sockets */
extern const struct setting_type ready_setting;        /* struct ready_settings *, owned; NULL is "starttime" */
extern const struct setting_type health_setting;       /* struct health_settings *, owned; NULL is unset */
extern const struct setting_type spares_setting;       /* struct spares; both 0 is unset */
extern const struct setting_type output_setting;       /* struct output_settings */

#endif
