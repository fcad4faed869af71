#include "base/duration.h"

#include <math.h>
#include <stddef.h>

static const msec SECOND = 1000, MINUTE = 60 * 1000, HOUR = 3600 * 1000, DAY = 24 * 3600 * 1000;

/* Ten years with their leap days. Far from any overflow of sums of times. */
static const msec LONGEST = 3653LL * 24 * 3600 * 1000;

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Decimal digits with an optional fraction; not strtod, which reads "inf", "0x1p3" and the locale's comma. */
static const char *read_number(const char *p, double *out)
{
    const char *start = p;
    double value = 0, place = 1;
    bool fraction = false;

    for (; is_digit(*p) || (*p == '.' && !fraction); p++) {
        if (*p == '.') {
            fraction = true;
            continue;
        }
        value = value * 10 + (*p - '0');
        place *= fraction ? 10 : 1;
        if (place > 1e15 || value > 1e30)
            return NULL;
    }
    *out = value / place;
    return p > start && is_digit(p[-1]) && is_digit(*start) ? p : NULL;
}

/* The unit at `p` in milliseconds, 0 if there is none; what follows it is returned. */
static const char *read_unit(const char *p, msec *out)
{
    switch (*p) {
    case 'd':
        *out = DAY;
        return p + 1;
    case 'h':
        *out = HOUR;
        return p + 1;
    case 's':
        *out = SECOND;
        return p + 1;
    case 'm':
        *out = p[1] == 's' ? 1 : MINUTE;
        return p + (p[1] == 's' ? 2 : 1);
    default:
        *out = 0;
        return p;
    }
}

/* The milliseconds of "1h30m"; negative for what is no time. Units come in falling order, each once. */
static double read_time(const char *p)
{
    msec unit, last = LONGEST;
    double number, sum = 0;

    if ((p = read_number(p, &number)) == NULL)
        return -1;
    if (*p == '\0')
        return number * (double)SECOND;
    for (;;) {
        p = read_unit(p, &unit);
        if (unit == 0 || unit >= last)
            return -1;
        sum += number * (double)unit;
        last = unit;
        if (*p == '\0')
            return sum;
        if ((p = read_number(p, &number)) == NULL)
            return -1;
    }
}

static msec rounded(double milliseconds)
{
    return milliseconds > 0 && milliseconds < 1 ? 1 : llround(milliseconds);
}

bool duration_parse(const char *text, msec *out, struct error *e)
{
    double milliseconds = read_time(text);

    if (text[0] == '-' && read_time(text + 1) >= 0)
        return failure(e, "'%.60s' is negative: a time is 0 or more", text);
    if (milliseconds < 0)
        return failure(
            e, "'%.60s' is not a time: write \"500ms\", \"10s\", \"5m\", \"2h\", \"1d\", or seconds as \"0.5\"", text);
    if (milliseconds > (double)LONGEST)
        return failure(e, "'%.60s' is too long: a time is at most ten years", text);
    *out = rounded(milliseconds);
    return true;
}

bool duration_from_seconds(double seconds, msec *out, struct error *e)
{
    if (isnan(seconds))
        return failure(e, "a time must be a number of seconds, this is not a number");
    if (seconds < 0)
        return failure(e, "%g is negative: a time is 0 or more seconds", seconds);
    if (seconds > (double)(LONGEST / SECOND))
        return failure(e, "%g is too long: a time is at most ten years", seconds);
    *out = rounded(seconds * (double)SECOND);
    return true;
}

static void add_unit(struct buffer *b, msec count, const char *unit)
{
    buffer_add_number(b, count);
    buffer_add_text(b, unit);
}

/* "3m20s"; "3m" when nothing of the smaller unit is left. */
static void add_two(struct buffer *b, msec duration, msec large, const char *name, msec small, const char *small_name)
{
    add_unit(b, duration / large, name);
    if (duration % large / small > 0)
        add_unit(b, duration % large / small, small_name);
}

static void add_seconds(struct buffer *b, msec duration)
{
    buffer_add_number(b, duration / SECOND);
    if (duration % SECOND >= 100) {
        buffer_add_char(b, '.');
        buffer_add_number(b, duration % SECOND / 100);
    }
    buffer_add_char(b, 's');
}

void duration_format(struct buffer *b, msec duration)
{
    if (duration <= 0)
        buffer_add_text(b, "0s");
    else if (duration < SECOND)
        add_unit(b, duration, "ms");
    else if (duration < MINUTE)
        add_seconds(b, duration);
    else if (duration < HOUR)
        add_two(b, duration, MINUTE, "m", SECOND, "s");
    else if (duration < DAY)
        add_two(b, duration, HOUR, "h", MINUTE, "m");
    else
        add_two(b, duration, DAY, "d", HOUR, "h");
}

static void add_two_digits(struct buffer *b, msec n)
{
    buffer_add_char(b, ':');
    buffer_add_char(b, (char)('0' + n / 10));
    buffer_add_char(b, (char)('0' + n % 10));
}

void uptime_format(struct buffer *b, msec uptime)
{
    msec shown = uptime > 0 ? uptime : 0;
    msec days = shown / DAY;

    if (days > 0) {
        buffer_add_number(b, days);
        buffer_add_text(b, days == 1 ? " day, " : " days, ");
    }
    buffer_add_number(b, shown % DAY / HOUR);
    add_two_digits(b, shown % HOUR / MINUTE);
    add_two_digits(b, shown % MINUTE / SECOND);
}

void duration_format_seconds(struct buffer *b, msec duration)
{
    buffer_addf(b, "%.10gs", (double)duration / 1000);
}
