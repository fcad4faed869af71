/* client: one verb, said to a supervisor from the command line. */
#ifndef CONTROL_CLIENT_H
#define CONTROL_CLIENT_H

/* `reeve VERB … [-s ADDRESS] [--json] [--password-file FILE]`: returns the exit status, 0 to 6. */
int client_main(int argc, char **argv);

#endif
