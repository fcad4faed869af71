#!/bin/sh
# An upgrade runs what is now where reeve was found: by the name that it was called by, beside the folder of then, in each
# place of PATH, an empty one too, or else where the file that runs is; and no word of an upgrade before is left among its
# arguments.
. "${0%/*}/../lib.sh"

mkdir folder folder/mine file place
: >file/mine
cp "$REEVE" old
cat >new <<'END'
#!/bin/sh
echo "this is the new one" >&2
exit 1
END
chmod 755 new
config <<'END'
supervisor { workingdir = "/" }
END

# NAME PATH LINK: called by this name, with this PATH, which leads to LINK.
is_found()
{
    ln -sf "$dir/old" "$3"
    REEVE=$1 PATH=$2:$PATH run_reeve
    expect_line 'upgraded.*' "$dir/old" upgrade -s "$socket"
    expect_line 'upgraded.*' "$dir/old" upgrade -s "$socket"
    assert_equal 1 "$(tr '\0' '\n' <"/proc/$reeve_pid/cmdline" | grep -c -e --resume=)" 'words of upgrades'
    ln -sf "$dir/new" "$3"
    expect_line '.*this is the new one.*' "$dir/old" upgrade -s "$socket"
    stop_reeve
}
is_found place/mine /nowhere place/mine
is_found mine folder:file:place:/nowhere place/mine
is_found mine "$dir/folder:$dir/file:$dir/place" place/mine
is_found mine folder::/nowhere mine

# Called by a name that leads nowhere.
cp old running
cat >launcher <<'END'
#!/usr/bin/env python3
import os, sys
os.execv("running", ["somebody"] + sys.argv[1:])
END
chmod 755 launcher
REEVE=./launcher run_reeve
expect_line 'upgraded.*' "$dir/old" upgrade -s "$socket"
mv new running
expect_line '.*this is the new one.*' "$dir/old" upgrade -s "$socket"
