#include "control/configuration.h"

#include "control/foreign.h"
#include "modules/gearman.h"
#include "script/script.h"

#include <stdio.h>

void configuration_prepare(void)
{
    foreign_enable();
    gearman_register();
}

void configuration_print_problems(const struct problems *problems)
{
    struct buffer text = { 0 };

    problems_print(problems, &text);
    if (text.length > 0)
        fwrite(text.data, 1, text.length, stderr);
    buffer_free(&text);
}

struct plan *configuration_load(const char *path)
{
    struct problems problems = { 0 };
    struct plan *plan;

    configuration_prepare();
    plan = script_load(path, &problems);
    configuration_print_problems(&problems);
    problems_free(&problems);
    return plan;
}
