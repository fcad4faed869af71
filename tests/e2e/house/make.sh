#!/bin/sh
# make help lists what can be made, install and uninstall are a pair, and a release has notes, or there is none.
. "${0%/*}/../lib.sh"

unset MAKEFLAGS MFLAGS MAKELEVEL BUILD # of the make that runs the tests
build=${REEVE%/*}
make_here() { make -s -C "$root" BUILD="$build" PREFIX=/usr/local DESTDIR="$dir/root" -o all "$@"; }

make_here help >listed
sed -n 's/^\([a-z0-9]*\):.*## .*/\1/p' "$root/Makefile" | while read -r target; do
    grep -q "^  make $target " listed || fail "make help does not know $target"
done

# What is installed works where it was put, and finds its library.
make_here install >/dev/null
cat >alert.lua <<'END'
require("reeve.alert").syslog {}
program "web" { cmd = "true" }
END
expect_line 'alert.lua: no problems, 1 program' root/usr/local/bin/reeve check -c alert.lua
for file in share/man/man1/reeve.1 share/doc/reeve/release-notes.md share/doc/reeve/examples/01-hello.lua \
    share/doc/reeve/lua/README.md \
    share/reeve/lua/reeve/meta/config.lua share/bash-completion/completions/reeve; do
    test -f "root/usr/local/$file" || fail "no $file"
done
make_here uninstall >/dev/null
assert_equal '' "$(find root -type f)" 'what uninstall left'

# A repository of two releases. The clock of git's commits is not asked.
command -v git >/dev/null || skip 'there is no git'
mkdir tree
(cd "$root" && cp -R Makefile README.md LICENSE contrib "$dir/tree")
cd tree
export GIT_AUTHOR_NAME=x GIT_AUTHOR_EMAIL=x@localhost GIT_COMMITTER_NAME=x GIT_COMMITTER_EMAIL=x@localhost
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
commit() { git add -A && git commit -q -m "$1"; }
git init -q
commit 'base: the first stone'
git tag v7.0
printf '## 7.1\n\nWindows.\n\n## 7.0\n\nA roof.\n' >contrib/release-notes.md
commit 'os: a window'

# In between two releases it is what comes next; the version counts the commits.
make -s dist >said
version=$(sed -n 's,^build/reeve-\(.*\)\.tar\.gz$,\1,p' said)
case $version in
7.0-1-g*) ;;
*) fail "the version is '$version'" ;;
esac
assert_equal "# reeve $version

Windows.

## All changes since v7.0

- os: a window" "$(cat "build/reeve-$version.md")" 'the notes'
assert_equal "$version" "$(tar -xOf "build/reeve-$version.tar.gz" "reeve-$version/VERSION")" 'VERSION in the tarball'
tar -tf "build/reeve-$version.tar.gz" | grep -qx "reeve-$version/contrib/release-notes.md" || fail 'no release notes'

git tag v7.1
make -s dist >/dev/null
grep -qx 'Windows\.' build/reeve-7.1.md || fail "the notes of 7.1: $(cat build/reeve-7.1.md)"

# A release of which nobody wrote a word is none.
git tag -d v7.1 >/dev/null
git tag v8
assert_status 2 make -s dist
make -s dist 2>&1 | grep -q "no section '## 8'" || fail 'the missing section is not told'
test ! -e build/reeve-8.tar.gz || fail 'there is a tarball all the same'
