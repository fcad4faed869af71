/* descriptors: which ones are open. */
#ifndef OS_DESCRIPTORS_H
#define OS_DESCRIPTORS_H

/* Call `fn`, which may close it, for each descriptor from `first` on, for some perhaps twice. No memory is taken, no
 * lock: a handler of signals may call this, and a child that is to go on without an exec. */
void descriptors_each(int first, void (*fn)(int fd));

/* Take the places of those of stdin, stdout and stderr that are closed, before another file gets their numbers and
 * what is meant for them. What is written there still fails. */
void descriptors_take_places(void);

#endif
