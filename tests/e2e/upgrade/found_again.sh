#!/bin/sh
# An upgrade runs what is now where reeve was found: by the name that it was called by, beside the folder of then, in each
# place of PATH, an empty one too; and no word of an upgrade before is left among its arguments.
. "${0%/*}/../lib.sh"

mkdir folder folder/mine file bin
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
is_found bin/mine /nowhere bin/mine
is_found mine folder:file:bin:/nowhere bin/mine
is_found mine folder::/nowhere mine
