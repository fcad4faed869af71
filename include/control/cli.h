/* cli: the command line. Each verb of ours takes its own words; what is none of ours is said to a supervisor. */
#ifndef CONTROL_CLI_H
#define CONTROL_CLI_H

#include <stddef.h>

/* All of `reeve`: returns the exit status. */
int cli_main(int argc, char **argv);

/* The verbs that are not said to a supervisor, one by one, with their usage; NULL: past the end. */
const char *cli_verb_at(size_t i, const char **arguments);

/* `reeve run …`: become the supervisor. */
int run_main(int argc, char **argv);

/* The file that -c means: `said`, or the first default that is there; ./supervisor.lua if none is. */
const char *cli_file(const char *said);

/* getopt has said which option of the verb is wrong: say where to look, and return 2. */
int cli_wrong_option(const char *verb);

/* Say "reeve: …" on stderr, and return 2: the words were wrong. */
int cli_misuse(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
