/* shell: commands to a supervisor, one after the other: edited on a terminal, or read from a file. */
#ifndef CONTROL_SHELL_H
#define CONTROL_SHELL_H

/* `reeve shell [-s ADDRESS] [--json] [--password-file FILE]`: returns the exit status. */
int shell_main(int argc, char **argv);

/* `reeve complete WORD…`: print what the last of the words that would follow `reeve` may become, for the completion of
 * bash, zsh and fish. Returns 0, or 3 if the name of a file may stand there too. */
int complete_main(int argc, char **argv);

#endif
