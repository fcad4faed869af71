/* reeve.state: what reeve's own modules keep below state_dir. */
#include "base/xalloc.h"
#include "unit/script/scene.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/reeve-state.XXXXXX";

static void start_with(const char *body, const char *expected)
{
    char *configuration = xasprintf("supervisor { state_dir = \"%s\" }\n"
                                    "local state = require \"reeve.state\"\n"
                                    "local function becomes(text)\n"
                                    "  while state.read(\"a.json\") ~= text do reeve.sleep(0.001) end\n"
                                    "end\n"
                                    "reeve.task(function() %s reeve.log(\"notice\", \"done\") end)",
                                    folder, body);

    start(configuration);
    free(configuration);
    wait_for(expected);
    finish();
}

static void what_is_written_is_read_again(void **state)
{
    struct stat st;
    char path[100];

    (void)state;
    start_with("assert(state.write(\"a.json\", \"one\\0two\") == true)", "done");
    start_with("assert(state.read(\"a.json\") == \"one\\0two\")\n"
               "assert(state.write(\"a.json\", \"\")) becomes(\"\")\n"
               "assert(state.remove(\"a.json\")) becomes(nil) assert(select(\"#\", state.read(\"a.json\")) == 0)\n"
               "assert(state.remove(\"a.json\")) assert(state.write(\"b\", \"x\"))",
               "done");
    snprintf(path, sizeof path, "%s/b", folder);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    unlink(path);
}

static void a_failure_says_why(void **state)
{
    char path[100];

    (void)state;
    snprintf(path, sizeof path, "%s/taken", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    start_with("assert(state.write(\"taken\", \"x\"))",
               "/taken': it is no regular file: what it keeps is forgotten at the end");
    rmdir(path);
}

static void nothing_is_written_elsewhere(void **state)
{
    (void)state;
    start_with(
        "for _, name in ipairs { \"\", \".\", \"..\", \"a/b\", \"../a\", \"a\\0b\" .. (\"x\"):rep(300), \"ü\" } do\n"
        "  local good, why = pcall(state.write, name, \"x\")\n"
        "  assert(not good and why:find(\"expected the name of a file\"), name)\n"
        "end",
        "done");
}

static void without_a_folder_nothing_is_kept(void **state)
{
    (void)state;
    start("local state = require \"reeve.state\"\n"
          "local _, why = state.write(\"a\", \"x\") reeve.log(\"notice\", \"early: %s\", why)\n"
          "reeve.task(function() local _, w = state.read(\"a\") reeve.log(\"notice\", \"late: %s\", w) end)");
    wait_for("late: there is no state_dir");
    finish();
    assert_refused("assert(require(\"reeve.state\").write(\"a\", \"x\"))",
                   "t.lua:1: nothing is kept before reeve runs\n");
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) != NULL ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read_again),
        cmocka_unit_test(a_failure_says_why),
        cmocka_unit_test(nothing_is_written_elsewhere),
        cmocka_unit_test(without_a_folder_nothing_is_kept),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
