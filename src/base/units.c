#include "base/units.h"

#include "base/text.h"

#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Decimal digits, all of them and at least one; -1 otherwise, and for more than fits. `*end` is behind them. */
static int64_t read_digits(const char *text, const char **end)
{
    int64_t value = 0;
    const char *p;

    for (p = text; *p >= '0' && *p <= '9'; p++)
        if (__builtin_mul_overflow(value, 10, &value) || __builtin_add_overflow(value, *p - '0', &value))
            return -1;
    *end = p;
    return p > text ? value : -1;
}

/* How often a unit doubles a byte: 10 for "K" and "KB"; -1 if it is none. */
static int doublings(const char *unit)
{
    static const char *const names[][2] = { { "", "B" }, { "K", "KB" }, { "M", "MB" }, { "G", "GB" }, { "T", "TB" } };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcasecmp(unit, names[i][0]) == 0 || strcasecmp(unit, names[i][1]) == 0)
            return (int)(10 * i);
    return -1;
}

bool size_parse(const char *text, int64_t *out, struct error *e)
{
    size_t digits = strspn(text, "0123456789");
    int shift = doublings(text + digits);
    const char *end;
    int64_t count;

    if (digits == 0 || shift < 0)
        return failure(e, "'%.60s' is not a size: write bytes as \"512\", or \"64KB\", \"10MB\", \"1GB\"", text);
    count = read_digits(text, &end);
    if (count < 0 || count > INT64_MAX >> shift)
        return failure(e, "'%.60s' is too large for a size", text);
    *out = count << shift;
    return true;
}

/* The names of signals, each number's own one before its other ones. */
static const struct signal_word {
    const char *name;
    int number;
} signals[] = {
    { "HUP", SIGHUP },       { "INT", SIGINT },     { "QUIT", SIGQUIT }, { "ILL", SIGILL },   { "TRAP", SIGTRAP },
    { "ABRT", SIGABRT },     { "BUS", SIGBUS },     { "FPE", SIGFPE },   { "KILL", SIGKILL }, { "USR1", SIGUSR1 },
    { "SEGV", SIGSEGV },     { "USR2", SIGUSR2 },   { "PIPE", SIGPIPE }, { "ALRM", SIGALRM }, { "TERM", SIGTERM },
#ifdef SIGSTKFLT
    { "STKFLT", SIGSTKFLT },
#endif
    { "CHLD", SIGCHLD },     { "CONT", SIGCONT },   { "STOP", SIGSTOP }, { "TSTP", SIGTSTP }, { "TTIN", SIGTTIN },
    { "TTOU", SIGTTOU },     { "URG", SIGURG },     { "XCPU", SIGXCPU }, { "XFSZ", SIGXFSZ }, { "VTALRM", SIGVTALRM },
    { "PROF", SIGPROF },     { "WINCH", SIGWINCH }, { "IO", SIGIO },     { "PWR", SIGPWR },   { "SYS", SIGSYS },
    { "IOT", SIGABRT },      { "CLD", SIGCHLD },    { "POLL", SIGIO },
};

enum { SIGNAL_WORDS = sizeof signals / sizeof *signals };

/* The number of a real-time signal: "RTMIN", "RTMIN+2", "RTMAX-2"; -1 if it is none. */
static int read_real_time(const char *name)
{
    bool from_first = strncasecmp(name, "RTMIN", 5) == 0;
    const char *p = name + 5, *end;
    int64_t offset = 0;

    if (!from_first && strncasecmp(name, "RTMAX", 5) != 0)
        return -1;
    if (*p != '\0') {
        if (*p != (from_first ? '+' : '-') || (offset = read_digits(p + 1, &end)) < 0 || *end != '\0')
            return -1;
    }
    if (offset > SIGRTMAX - SIGRTMIN)
        return -1;
    return from_first ? SIGRTMIN + (int)offset : SIGRTMAX - (int)offset;
}

/* The library keeps the numbers between SYS and RTMIN for itself. */
static bool may_be_sent(int64_t number)
{
    return (number >= 1 && number <= SIGSYS) || (number >= SIGRTMIN && number <= SIGRTMAX);
}

static bool read_signal_number(const char *text, int *out, struct error *e)
{
    const char *end;
    int64_t number = read_digits(text, &end);

    if (!may_be_sent(number))
        return failure(e, "there is no signal %.20s: use a name such as TERM, or a number from 1 to %d", text, SIGSYS);
    *out = (int)number;
    return true;
}

static bool unknown_signal(const char *text, const char *name, struct error *e)
{
    const char *names[SIGNAL_WORDS + 1] = { NULL };
    const char *nearest;

    for (int i = 0; i < SIGNAL_WORDS; i++)
        names[i] = signals[i].name;
    nearest = text_nearest(name, names);
    if (nearest != NULL)
        return failure(e, "unknown signal '%.60s', did you mean %s?", text, nearest);
    return failure(e, "unknown signal '%.60s': use a name such as TERM or USR1, or a number from 1 to %d", text,
                   SIGSYS);
}

bool signal_parse(const char *text, int *out, struct error *e)
{
    const char *name = strncasecmp(text, "SIG", 3) == 0 ? text + 3 : text;
    int real_time = read_real_time(name);

    if (text_is_digits(text))
        return read_signal_number(text, out, e);
    for (int i = 0; i < SIGNAL_WORDS; i++) {
        if (strcasecmp(name, signals[i].name) == 0) {
            *out = signals[i].number;
            return true;
        }
    }
    if (real_time < 0)
        return unknown_signal(text, name, e);
    *out = real_time;
    return true;
}

/* Each number has its own place, so that two names may stand in one line. */
static const char *made_name(int number)
{
    static char names[65][16];
    static char other[16];
    char *name = number >= 0 && number < 65 ? names[number] : other;

    if (number == SIGRTMIN)
        snprintf(name, 16, "RTMIN");
    else if (number > SIGRTMIN && number <= SIGRTMAX)
        snprintf(name, 16, "RTMIN+%d", number - SIGRTMIN);
    else
        snprintf(name, 16, "%d", number);
    return name;
}

const char *signal_name(int number)
{
    for (int i = 0; i < SIGNAL_WORDS; i++)
        if (signals[i].number == number)
            return signals[i].name;
    return made_name(number);
}

bool octal_parse(const char *text, unsigned limit, unsigned *out, struct error *e)
{
    const char *digits = strncasecmp(text, "0o", 2) == 0 ? text + 2 : text;
    unsigned value = 0;

    if (*digits == '\0' || digits[strspn(digits, "01234567")] != '\0')
        return failure(e, "'%.60s' is not octal: write digits from 0 to 7, such as \"022\"", text);
    for (; *digits != '\0'; digits++) {
        value = value * 8 + (unsigned)(*digits - '0');
        if (value > limit)
            return failure(e, "'%.60s' is more than 0%o", text, limit);
    }
    *out = value;
    return true;
}
