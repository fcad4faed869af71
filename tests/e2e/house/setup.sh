#!/bin/sh
# setup installs what is missing in one go, does nothing when all is there, helps where it cannot install.
. "${0%/*}/../lib.sh"

# A system of its own: apt-get and its friends are played, what else the script calls is the real thing.
mkdir bin
for tool in sh cat tr grep sed sort paste env id; do
    ln -s "$(command -v $tool)" "bin/$tool"
done
play()
{
    cat >"bin/$1"
    chmod +x "bin/$1"
}
play dpkg-query <<'END'
#!/bin/sh
for package; do :; done
grep -qx "$package" "$E2E_DIR/installed" && echo installed
END
play apt-cache <<'END'
#!/bin/sh
for package; do :; done
test "$package" != pkg-config
END
play apt-get <<'END'
#!/bin/sh
echo "apt-get $*" >> "$E2E_DIR/calls"
END
play sudo <<'END'
#!/bin/sh
exec "$@"
END
setup()
{
    PATH="$dir/bin" "$root/contrib/setup" "$@"
}
: >calls

printf '%s\n' gcc libc6-dev make pkgconf liblua5.4-dev libevent-dev libjansson-dev libyaml-dev >installed
sed -n 's/^build [^ ]* *\([^ |]*\).*/\1/p' "$root/contrib/setup" | grep -v pkg-config >>installed
assert_equal '' "$(setup build 2>&1)" 'what it says when all is there'
assert_equal 0 "$(count_lines calls)" 'calls when all is there'

grep -v -e yaml -e pkgconf -e lua5.4 installed >fewer
mv fewer installed
assert_status 0 setup build
assert_equal 2 "$(count_lines calls)" calls
expect_line 'apt-get .*DPkg::Lock::Timeout=300.* update' cat calls
expect_line 'apt-get .* install -y --no-install-recommends pkgconf liblua5.4-dev libyaml-dev' cat calls

# No apt: names for other systems, unless the things themselves are there.
rm bin/apt-get bin/dpkg-query
assert_status 1 setup build
expect_line '.*dnf install .*lua-devel.*' setup build
expect_line '.*apk add .*yaml-dev.*' setup build
assert_status 1 setup --look build
expect_line ".*lua5.4.*'make setup'.*" setup --look build
assert_equal 1 "$(setup --look build 2>&1 | wc -l)" 'lines of --look'
for tool in gcc cc make pkg-config; do
    printf '#!/bin/sh\nexit 0\n' | play $tool
done
assert_status 0 setup build
assert_status 0 setup --look build
