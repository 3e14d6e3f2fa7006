#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# posting_kernel.sh FOLDER: builds a Linux that has the interrupts of devices posted by the remapping
# unit (X86_POSTED_MSI, which no kernel of Debian has) and prints the image to boot. The source is a
# package of Debian 12, VERSION says which; sim/guest/posting.config is the configuration. Nothing
# is installed, and nothing is built again that is in FOLDER already. JOBS=n: compilers at a time.
set -euo pipefail
folder=${1:?usage: posting_kernel.sh FOLDER}
package=linux-source-6.12
version=${VERSION:-6.12.117-1~deb12u1}
config=$(cd "$(dirname "$0")/../guest" && pwd)/posting.config
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)

say() { echo "posting_kernel.sh: $*" >&2; }
fail() { say "$@"; exit 1; }
# quietly COMMAND...: its output goes to the log, whose end is shown when it fails.
quietly() {
  "$@" >> "$folder/log" 2>&1 || { tail -n 5 "$folder/log" >&2; fail "failed: $*"; }
}

for need in apt-get:apt dpkg:dpkg xz:xz-utils make:make gcc:gcc flex:flex bison:bison bc:bc \
  depmod:kmod; do
  PATH=$PATH:/sbin:/usr/sbin command -v "${need%:*}" >/dev/null ||
    fail "no ${need%:*} here (package ${need#*:})"
done
echo '#include <libelf.h>' | gcc -E - >/dev/null 2>&1 || fail "no libelf.h here (package libelf-dev)"

source=$folder/$package
if [ ! -e "$source/Makefile" ]; then
  say "fetching $package $version"
  (cd "$folder" && quietly apt-get -q download "$package=$version")
  quietly dpkg -x "$folder/${package}_"*.deb "$folder/package"
  rm -f "$folder/${package}_"*.deb
  quietly tar -C "$folder" -xf "$folder/package/usr/src/$package.tar.xz"
  rm -rf "$folder/package"
fi

build() { quietly make -s -C "$source" O="$folder/build" -j "${JOBS:-$(nproc)}" "$@"; }
mkdir -p "$folder/build"
say "building, which takes a while"
KCONFIG_ALLCONFIG=$config build allnoconfig
# An option that this source does not know, or whose conditions are not met, is left out.
for option in $(sed -n '/=n$/d; s/^CONFIG_/CONFIG_/p' "$config"); do
  grep -qxF "$option" "$folder/build/.config" || fail "$option does not take in this source"
done
build bzImage modules
rm -rf "$folder/root"
release=$(cat "$folder/build/include/config/kernel.release")
quietly make -s -C "$source" O="$folder/build" INSTALL_MOD_PATH="$folder/root" modules_install
mkdir -p "$folder/root/boot"
cp "$folder/build/arch/x86/boot/bzImage" "$folder/root/boot/vmlinuz-$release"
echo "$folder/root/boot/vmlinuz-$release"
