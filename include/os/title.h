/* title: what ps shows of this process. */
#ifndef OS_TITLE_H
#define OS_TITLE_H

/* Once, at the start: where the arguments lie, which a title takes the place of. They are still those of main. */
void title_open(int argc, char **argv);

/* "reeve: NAME" in the place of the command line, as much of it as there is room for, and NAME for top. */
void title_set(const char *name);

#endif
