/* habit: what users of other supervisors say for the verbs and settings that reeve has by another name. */
#ifndef CORE_HABIT_H
#define CORE_HABIT_H

/* What stands for "list", "logs", "reread" …, as it is to be said: "status", "tail -f", "reload --dry-run". NULL: it is
 * nobody's word. */
const char *habit_verb(const char *word);

/* The verbs that do to a program what this one does to everything, for who names one; NULL: there are none. */
const char *habit_for_program(const char *verb);

/* What stands for a setting, in whatever case, if that is one of `names` (NULL at the end): "stoptime" for
 * "stopwaitsecs", or how it is to be said, 'stderr = "stdout"'; else NULL. */
const char *habit_setting(const char *word, const char *const *names);

#endif
