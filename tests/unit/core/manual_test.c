/* The manual knows every setting. Tests run in the root of the tree. */
#include "core/plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char page[] = "contrib/man/supervisor.lua.5";

static char *read_page(void)
{
    FILE *f = fopen(page, "r");
    struct buffer text = { 0 };
    size_t length;

    if (f == NULL)
        fail_msg("%s is not here: run the test in the root of the tree", page);
    do {
        buffer_reserve(&text, 4096);
        length = fread(text.data + text.length, 1, 4096, f);
        text.length += length;
    } while (length > 0);
    fclose(f);
    return buffer_take(&text);
}

/* Whether `.It Ic NAME` stands between two headings. */
static void assert_described(const char *text, const char *heading, const struct record_type *type)
{
    const char *start = strstr(text, heading);
    const char *end;
    char *section;

    assert_non_null(start);
    end = strstr(start + 1, "\n.Sh ");
    section = strndup(start, end != NULL ? (size_t)(end - start) : strlen(start));
    for (size_t i = 0; i < type->count; i++) {
        const struct setting *s = &type->settings[i];
        char line[64], with_function[64];

        snprintf(line, sizeof line, "\n.It Ic %s\n", s->name);
        snprintf(with_function, sizeof with_function, "\n.It Ic %s Pq f\n", s->name);
        if (!(s->flags & SETTING_DECLARED) &&
            strstr(section, s->flags & SETTING_COMPUTED ? with_function : line) == NULL)
            fail_msg("%s: no %s in '%s'", page, s->name, heading + 1);
    }
    free(section);
}

static void every_setting_is_in_the_manual(void **state)
{
    char *text = read_page();

    (void)state;
    assert_described(text, "\n.Sh SETTINGS OF A PROGRAM\n", &program_record);
    assert_described(text, "\n.Sh OUTPUT\n", &capture_record);
    assert_described(text, "\n.Sh SOCKETS\n", &socket_record);
    assert_described(text, "\n.Sh SETTINGS OF THE SUPERVISOR\n", &supervisor_record);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(every_setting_is_in_the_manual) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
