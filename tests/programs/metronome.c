/* metronome RATE LINES REPORT: writes so many numbered lines to stdout, RATE in each second by the clock: whoever makes it
 * wait finds it hurrying afterwards. Then it writes into REPORT how many lines a second it came to, and by how many
 * milliseconds it was late at worst, and stays. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { LINE = 32, STEP = 1024 };

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void put(const char *data, size_t length)
{
    while (length > 0) {
        ssize_t n = write(STDOUT_FILENO, data, length);

        if (n < 0)
            exit(1);
        data += n;
        length -= (size_t)n;
    }
}

static void put_lines(long from, long to)
{
    char text[STEP * LINE];
    size_t length = 0;

    for (long i = from + 1; i <= to; i++)
        length += (size_t)snprintf(text + length, LINE, "line %ld of many\n", i);
    put(text, length);
}

int main(int argc, char **argv)
{
    const struct timespec beat = { .tv_nsec = 1000000 };
    double rate = argc == 4 ? atof(argv[1]) : 0;
    long most = argc == 4 ? atol(argv[2]) : 0, done = 0;
    double begun = now(), late = 0;
    FILE *report;

    while (done < most) {
        long due = (long)((now() - begun) * rate);

        due = due < most ? due : most;
        due = due < done + STEP ? due : done + STEP;
        if (due > done)
            put_lines(done, due);
        done = due;
        if (now() - begun - (double)done / rate > late)
            late = now() - begun - (double)done / rate;
        if ((double)done / rate >= now() - begun - 0.001)
            nanosleep(&beat, NULL);
    }
    report = argc == 4 ? fopen(argv[3], "w") : NULL;
    if (report == NULL)
        return 2;
    fprintf(report, "%.0f lines a second, at worst %.0f ms late\n", (double)done / (now() - begun), late * 1000);
    fclose(report);
    for (;;)
        pause();
}
