/* detect: tells formats apart, by a file's name and its content. */
#ifndef CONVERT_DETECT_H
#define CONVERT_DETECT_H

#include "base/problems.h"
#include "convert/source.h"
#include "convert/yaml_node.h"

enum format {
    FORMAT_UNKNOWN,
    FORMAT_TASKMASTER,
    FORMAT_SUPERVISORD,
    FORMAT_PROCFILE,
    FORMAT_MAGISTRATE,
    FORMAT_YAML /* taskmaster or magistrate: its content will tell, see detect_yaml */
};

/* The format of that name; FORMAT_UNKNOWN for any other word. */
enum format detect_named(const char *name);

/* FORMAT_UNKNOWN with a problem that says what to do when nobody can tell. */
enum format detect_format(const struct source *s, struct problems *problems);

/* Whose YAML this is. */
enum format detect_yaml(const struct yaml_node *root);

#endif
