/* taskmaster_keys: what a program of a taskmaster's YAML may say, in the spellings of all who wrote one. */
#ifndef CONVERT_TASKMASTER_KEYS_H
#define CONVERT_TASKMASTER_KEYS_H

#include "convert/yaml_values.h"

extern const struct yaml_key taskmaster_keys[];

#endif
