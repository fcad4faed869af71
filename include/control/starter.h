/* starter: the configuration that `reeve init` writes. */
#ifndef CONTROL_STARTER_H
#define CONTROL_STARTER_H

extern const char starter_text[];

#endif
