#!/bin/sh
# Who jumps the stairs: tests/layers.sh [ROOT]
#
# A room includes headers of its own and of the rooms to its left in
#     base < os < core < script < modules, convert < control
# where modules and convert are neighbours that do not know each other; src/main.c may include all.
# Only os and modules see libevent, only script and modules see Lua, and uthash is seen through base/hash.h.
# Headers have include guards named ROOM_NAME_H. Prints FILE:LINE: message for each offence; exit status 1 if there is one.
set -eu
cd "${1:-$(dirname "$0")/..}"

files=$(find src include -name '*.[ch]' 2>/dev/null | sort)
test -n "$files" || exit 0
# shellcheck disable=SC2086 # names without spaces
awk '
    BEGIN {
        split("base os core script modules control", names)
        for (i in names) level[names[i]] = i + 0
        level["convert"] = level["reeve"] = level["modules"] # include/reeve: the header for modules
    }

    function complain(line, message) {
        print FILENAME ":" line ": " message
        offences++
    }

    function expected_guard(   name) {
        name = FILENAME
        sub(/^include\//, "", name)
        gsub(/[^A-Za-z0-9]/, "_", name)
        return toupper(name)
    }

    function check_room(target) {
        if (target == room || room == "main")
            return
        if (target == "modules" && room == "reeve" || target == "reeve" && room == "modules")
            return
        if (!(target in level))
            complain(FNR, "there is no room \"" target "\"")
        else if (level[target] >= level[room])
            complain(FNR, room " may not include " target)
    }

    FNR == 1 {
        split(FILENAME, part, "/")
        room = FILENAME == "src/main.c" ? "main" : part[2]
        guard = FILENAME ~ /^include\// ? expected_guard() : ""
        if (room != "main" && !(room in level))
            complain(1, "there is no room \"" room "\"")
        if (guard != "")
            guards[FILENAME] = guard
    }

    guard != "" && $1 == "#ifndef" && $2 == guard { opened = FILENAME }
    guard != "" && $1 == "#define" && $2 == guard && opened == FILENAME { delete guards[FILENAME] }

    match($0, /^[ \t]*#[ \t]*include[ \t]*["<][^">]+/) {
        header = substr($0, RSTART, RLENGTH)
        sub(/.*["<]/, "", header)
        split(header, step, "/")
        if (header ~ /^event2\// || header ~ /^event\.h$/) {
            if (room != "os" && room != "modules")
                complain(FNR, room " may not see libevent: only os and modules do")
        } else if (header ~ /^(lua|lualib|lauxlib|luaconf)\.h(pp)?$/) {
            if (room != "script" && room != "modules" && room != "reeve")
                complain(FNR, room " may not see Lua: only script and modules do")
        } else if (header == "uthash.h" && FILENAME != "include/base/hash.h") {
            complain(FNR, "uthash ends us where there is no memory: include base/hash.h")
        } else if (header ~ /\.\.\//) {
            complain(FNR, "includes begin with a room, as in \"core/plan.h\"")
        } else if (step[2] != "" && ($0 ~ /"/ || step[1] in level)) {
            check_room(step[1])
        }
    }

    END {
        for (file in guards)
            printf "%s:1: no include guard named %s\n", file, guards[file] | "sort"
        close("sort")
        for (file in guards)
            offences++
        exit offences > 0
    }
' $files
