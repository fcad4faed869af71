/* The manual knows every verb. Tests run in the root of the tree. */
#include "base/buffer.h"
#include "control/cli.h"
#include "core/command.h"
#include "os/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char page[] = "contrib/man/reeve.1";

/* `.It Ic status` or the like begins a line. */
static void look_for(const struct buffer *text, const char *macro, const char *verb)
{
    char line[64];

    for (const char *end = " \n"; *end != '\0'; end++) {
        snprintf(line, sizeof line, "\n.It %s %s%c", macro, verb, *end);
        if (strstr(text->data, line) != NULL)
            return;
    }
    fail_msg("%s: no %s", page, verb);
}

static void read_page(struct buffer *text)
{
    struct error e;

    if (!file_read(page, 1 << 20, text, &e))
        fail_msg("%s: run the test in the root of the tree", e.text);
}

static void every_verb_is_in_the_manual(void **state)
{
    struct buffer text = { 0 };

    (void)state;
    read_page(&text);
    for (size_t i = 0; command_at(i) != NULL; i++)
        look_for(&text, "Ic", command_at(i)->verb);
    buffer_free(&text);
}

static void every_verb_of_the_command_line_is_in_the_manual(void **state)
{
    struct buffer text = { 0 };
    const char *verb, *arguments;

    (void)state;
    read_page(&text);
    for (size_t i = 0; (verb = cli_verb_at(i, &arguments)) != NULL; i++)
        look_for(&text, "Cm", verb);
    buffer_free(&text);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_verb_is_in_the_manual),
        cmocka_unit_test(every_verb_of_the_command_line_is_in_the_manual),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
