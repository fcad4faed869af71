#!/bin/sh
# layers.sh sees every kind of jump up the stairs, and nothing where there is none.
. "${0%/*}/../lib.sh"

mkdir -p src/base src/os src/core src/script src/modules src/convert src/control include/core tests
cat >include/core/plan.h <<'END'
#ifndef CORE_PLAN_H
#define CORE_PLAN_H
#include "os/loop.h"
#endif
END
echo '#include "control/server.h"' >src/main.c
printf '#include "core/plan.h"\n#include <sys/types.h>\n#include "base/text.h"\n' >src/core/plan.c
echo '#include <event2/event.h>' >src/os/loop.c
printf '#include <lua.h>\n#include "core/plan.h"\n' >src/script/state.c
layers()
{
    "$root/tests/layers.sh" "$dir"
}
assert_status 0 layers

echo '#include "core/plan.h"' >src/os/bad.c
echo '#include <lauxlib.h>' >src/core/bad.c
echo '#include <event2/event.h>' >src/control/bad.c
echo '#include "modules/curl.h"' >src/convert/bad.c
echo '#include "convert/yaml.h"' >src/modules/bad.c
printf '\n#include "../os/loop.h"\n' >src/base/bad.c
echo '#include "cellar/wine.h"' >src/script/bad.c
echo '#pragma once' >include/core/bad.h
assert_status 1 layers
expect_line 'src/os/bad.c:1: os may not include core' layers
expect_line 'src/core/bad.c:1: core may not see Lua.*' layers
expect_line 'src/control/bad.c:1: control may not see libevent.*' layers
expect_line 'src/convert/bad.c:1: convert may not include modules' layers
expect_line 'src/modules/bad.c:1: modules may not include convert' layers
expect_line 'src/base/bad.c:2: includes begin with a room.*' layers
expect_line 'src/script/bad.c:1: there is no room "cellar"' layers
expect_line 'include/core/bad.h:1: no include guard named CORE_BAD_H' layers
assert_equal 8 "$(layers | wc -l)" offences
