/* intern: one copy of a text that many name, such as the path of a file. Kept for ever: for few different texts. */
#ifndef BASE_INTERN_H
#define BASE_INTERN_H

/* The one copy. Equal texts give equal pointers. */
const char *intern(const char *text);

#endif
