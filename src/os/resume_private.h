/* The half of os/resume.h that knows which descriptors there are. */
#ifndef OS_RESUME_PRIVATE_H
#define OS_RESUME_PRIVATE_H

/* All of them, from 3 on, survive the next exec, or those that come from the life before, as long as this one has not
 * gone on from there. Asks the kernel alone. */
void resume_keep_descriptors(void);

/* All of them, from 3 on, are closed on the next exec. */
void resume_mark_descriptors(void);

/* Those that are open now come from the life before. */
void resume_note_descriptors(void);

/* This life has gone on from there, and has written down itself what it has open. */
void resume_own_descriptors(void);

#endif
