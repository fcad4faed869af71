/* child: the supervised program of every measurement.
 *
 *   child LEDGER idle                      until it is stopped
 *   child LEDGER quit                      ends at once
 *   child LEDGER live MIN MAX              ends by SIGKILL after a random time in milliseconds
 *   child LEDGER blocks BYTES              so many bytes of 100-byte lines, in blocks of 4 KiB as stdio does
 *   child LEDGER lines PER-SECOND SECONDS  one write for each line, a burst of them each 10 ms
 *
 * Those that write begin when the ledger says so, and stay when they are done. */
#include "ledger.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LINE = 100, BLOCK = 4096, TICK = 10 };

static void sleep_until(int64_t when)
{
    struct timespec t = { when / 1000000000, when % 1000000000 };

    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) != 0)
        continue;
}

/* Twelve digits, a row of x, a newline. Counting up in place is cheap: the writer must not be the brake. */
static void first_line(char *line)
{
    memset(line, '0', 12);
    memset(line + 12, 'x', LINE - 13);
    line[LINE - 1] = '\n';
}

static void next_line(char *line)
{
    char *digit = line + 11;

    while (*digit == '9')
        *digit-- = '0';
    ++*digit;
}

static void put(const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t n = write(STDOUT_FILENO, bytes, length);

        if (n <= 0)
            _exit(1);
        bytes += n;
        length -= (size_t)n;
    }
}

static void live(int64_t began, int64_t min, int64_t max)
{
    unsigned short seed[3] = { (unsigned short)began, (unsigned short)(began >> 16), (unsigned short)getpid() };

    sleep_until(began + min * 1000000 + (int64_t)(erand48(seed) * (double)(max - min) * 1e6));
}

static int64_t write_blocks(int64_t bytes)
{
    char block[BLOCK + LINE], line[LINE];
    int64_t lines = bytes / LINE;
    size_t filled = 0;

    first_line(line);
    for (int64_t i = 0; i < lines; i++) {
        memcpy(block + filled, line, LINE);
        next_line(line);
        filled += LINE;
        if (filled >= BLOCK) {
            put(block, BLOCK);
            filled -= BLOCK;
            memcpy(block, block + BLOCK, filled);
        }
    }
    put(block, filled);
    return lines;
}

static int64_t write_lines(int64_t rate, int64_t seconds)
{
    int64_t burst = rate * TICK / 1000, ticks = seconds * 1000 / TICK, lines = 0;
    int64_t start = nanoseconds() + getpid() % TICK * 1000000; /* not all at the same moment */
    char line[LINE];

    first_line(line);
    for (int64_t tick = 0; tick < ticks; tick++) {
        sleep_until(start + tick * TICK * 1000000);
        for (int64_t i = 0; i < burst; i++, lines++) {
            put(line, LINE);
            next_line(line);
        }
    }
    return lines;
}

int main(int argc, char **argv)
{
    int64_t began = nanoseconds();
    struct ledger *ledger;
    struct ledger_entry *entry;
    const char *what;

    if (argc < 3)
        return 2;
    ledger = ledger_open(argv[1]);
    entry = ledger_begin(ledger, began);
    what = argv[2];
    if (strcmp(what, "quit") == 0)
        return 0;
    if (strcmp(what, "live") == 0 && argc == 5) {
        live(began, atol(argv[3]), atol(argv[4]));
        ledger_end(ledger, entry);
        raise(SIGKILL);
    }
    if (strcmp(what, "idle") != 0 && entry != NULL) {
        ledger_wait_for_go(ledger);
        entry->lines = argc == 5 ? write_lines(atol(argv[3]), atol(argv[4])) : write_blocks(atol(argv[3]));
        ledger_end(ledger, entry);
    }
    for (;;)
        pause();
}
