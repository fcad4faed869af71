/* descriptors: which ones are open. */
#ifndef OS_DESCRIPTORS_H
#define OS_DESCRIPTORS_H

/* Call `fn`, which may close it, for each descriptor from `first` on, for some perhaps twice. No memory is taken, no
 * lock: a handler of signals may call this, and a child that is to go on without an exec. */
void descriptors_each(int first, void (*fn)(int fd));

#endif
