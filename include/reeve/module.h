/* module: what the source of a C module includes. It defines, once,
 *
 *     const struct module reeve_module = { MODULE_ABI, "name", &functions };
 *
 * and is linked by -shared to NAME.so. Compiled with -fvisibility=hidden it may use any name, also one that reeve has. */
#ifndef REEVE_MODULE_H
#define REEVE_MODULE_H

#include "os/module.h"

extern const struct module reeve_module __attribute__((visibility("default")));

#endif
