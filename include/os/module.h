/* module: code that is opened when it is first needed, so that reeve starts without its libraries.
 *
 * A module is a shared object NAME.so with the symbol `reeve_module`. It finds reeve's functions in the binary that
 * opens it, and stays open. */
#ifndef OS_MODULE_H
#define OS_MODULE_H

#include "base/error.h"

/* Goes up whenever a module that was built before could no longer be trusted. */
enum { MODULE_ABI = 1 };

struct module {
    unsigned abi; /* MODULE_ABI as the module was built; stays the first member */
    const char *name;
    const void *functions; /* a struct of functions that the module and its users agree upon */
};

/* The module `name`, from $REEVE_MODULES, from `modules` beside the running binary, or from where it was installed.
 * The same one each time; NULL, with what is missing and how to mend it, on failure. */
const struct module *module_open(const char *name, struct error *e);

#endif
