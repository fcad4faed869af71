/* taskmaster_values: the values of a taskmaster's YAML that have rules of their own. */
#ifndef CONVERT_TASKMASTER_VALUES_H
#define CONVERT_TASKMASTER_VALUES_H

#include "convert/yaml_values.h"

/* 0 becomes 1 and a negative number its absolute value, with a note. */
yaml_make_fn taskmaster_numprocs;

/* A negative number means for ever. */
yaml_make_fn taskmaster_retries;

/* true, false, always, never, unexpected, sometimes, on-error, on-failure[:N], no. */
yaml_make_fn taskmaster_restart;

/* A list, `0,2`, `0 2`, and the `-0 -2` that dashes without a blank behind them become. */
yaml_make_fn taskmaster_codes;

/* One signal, or a list of signals and [signal, time] steps. */
yaml_make_fn taskmaster_stopsignal;

/* A path, discard, NONE, AUTO, inherit, syslog, or the map of reeve's own; with the keys for rotation beside it. */
yaml_make_fn taskmaster_output;
yaml_make_fn taskmaster_rotation;
yaml_make_fn taskmaster_redirect;

/* Arguments belong to a command. */
yaml_make_fn taskmaster_args;

yaml_make_fn taskmaster_limits;
yaml_make_fn taskmaster_spares;
yaml_make_fn taskmaster_report;

/* A setting that only Lua can say. */
yaml_make_fn taskmaster_function;

#endif
