/* The manual knows every verb. Tests run in the root of the tree. */
#include "base/buffer.h"
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

static void every_verb_is_in_the_manual(void **state)
{
    struct buffer text = { 0 };
    struct error e;

    (void)state;
    if (!file_read(page, 1 << 20, &text, &e))
        fail_msg("%s: run the test in the root of the tree", e.text);
    for (size_t i = 0; command_at(i) != NULL; i++) {
        const struct command *c = command_at(i);
        char line[64];

        snprintf(line, sizeof line, "\n.It Ic %s%s", c->verb, *c->arguments != '\0' ? " " : "\n");
        if (strstr(text.data, line) == NULL)
            fail_msg("%s: no %s", page, c->verb);
    }
    buffer_free(&text);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_verb_is_in_the_manual),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
