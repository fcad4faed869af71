/* ledger: a file that the supervised programs and the one that measures map together. A program notes there
 * when it began and ended: no pipe and no signal, nothing that a supervisor could notice or help along. */
#ifndef BENCH_LEDGER_H
#define BENCH_LEDGER_H

#include <stdatomic.h>
#include <stdint.h>
#include <sys/types.h>

enum { LEDGER_ROOM = 65536 };

struct ledger_entry {
    pid_t pid;
    _Atomic int64_t began; /* nanoseconds of the monotonic clock; 0: not yet */
    _Atomic int64_t ended;
    int64_t lines; /* that it wrote */
};

struct ledger {
    _Atomic uint32_t go; /* writers wait for it */
    _Atomic uint32_t begun;
    _Atomic uint32_t ended;
    struct ledger_entry entries[LEDGER_ROOM];
};

/* Map the file at `path`, made if it is not there. Ends the program on failure. */
struct ledger *ledger_open(const char *path);

/* A new entry for this process, which began at `began`. NULL if the ledger is full. */
struct ledger_entry *ledger_begin(struct ledger *l, int64_t began);

/* Note the end. NULL is welcome. */
void ledger_end(struct ledger *l, struct ledger_entry *e);

/* How many entries there are. */
unsigned ledger_count(struct ledger *l);

/* Wait for the word, and give it. */
void ledger_wait_for_go(struct ledger *l);
void ledger_go(struct ledger *l);

int64_t nanoseconds(void);

#endif
