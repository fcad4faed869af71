/* Many start the same at the same time, each in a process of its own, and only one of them may win. */
#ifndef TESTS_UNIT_OS_RACE_H
#define TESTS_UNIT_OS_RACE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STARTERS = 20 };

/* Whether we have won: asked in each process. What was won is kept until all were asked. */
typedef bool race_fn(void);

/* Start when `go` has ended, say whether we won, live until `stop` has ended. */
static inline void __attribute__((noreturn)) race_start(race_fn *wins, int go, int said, int stop)
{
    char c;

    while (read(go, &c, 1) > 0)
        continue;
    c = wins() ? 'w' : 'l';
    if (write(said, &c, 1) != 1)
        _exit(1);
    while (read(stop, &c, 1) > 0)
        continue;
    _exit(0);
}

static inline void assert_one_wins(race_fn *wins)
{
    int go[2], said[2], stop[2], winners = 0;
    char c;

    assert_int_equal(pipe(go) + pipe(said) + pipe(stop), 0);
    for (int i = 0; i < STARTERS; i++) {
        if (fork() == 0) {
            close(go[1]);
            close(stop[1]);
            race_start(wins, go[0], said[1], stop[0]);
        }
    }
    close(go[1]);
    for (int i = 0; i < STARTERS; i++) {
        assert_int_equal(read(said[0], &c, 1), 1);
        winners += c == 'w';
    }
    close(stop[1]);
    while (wait(NULL) > 0)
        continue;
    assert_int_equal(winners, 1);
    close(go[0]);
    close(said[0]);
    close(said[1]);
    close(stop[0]);
}

#endif
