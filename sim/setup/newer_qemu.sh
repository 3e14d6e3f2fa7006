#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# newer_qemu.sh FOLDER: puts the QEMU of a newer Debian into a folder of this machine, with its own
# libraries, and prints the program to run. Nothing is installed. SUITE is trixie-backports unless
# the variable says something else; it comes from the mirror that apt uses here.
set -euo pipefail
folder=${1:?usage: newer_qemu.sh FOLDER}
suite=${SUITE:-trixie-backports}
keys=/usr/share/keyrings/debian-archive-keyring.gpg
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)

command -v apt-get >/dev/null || { echo "newer_qemu.sh: no apt-get here" >&2; exit 1; }
mirror=$(apt-get indextargets --no-release-info --format '$(REPO_URI) $(COMPONENT)' |
         awk '$1 ~ /\/debian\/?$/ && $2 == "main" { print $1; exit }')
[ -n "$mirror" ] || { echo "newer_qemu.sh: apt has no Debian mirror here" >&2; exit 1; }

# An apt of its own: with other sources, and nothing installed as far as it knows.
mkdir -p "$folder"/apt/{state/lists,cache/archives}/partial "$folder/root"
: > "$folder/apt/status"
for each in "$suite" "${suite%-backports}"; do
  echo "deb [signed-by=$keys] $mirror $each main"
done | sort -u > "$folder/apt/sources"
own_apt() {
  apt-get -q -o Dir::Etc::sourcelist="$folder/apt/sources" -o Dir::Etc::sourceparts=- \
    -o Dir::State="$folder/apt/state" -o Dir::Cache="$folder/apt/cache" \
    -o Dir::State::status="$folder/apt/status" -o Debug::NoLocking=1 "$@" >> "$folder/log" 2>&1
}
if ! own_apt update ||
   ! own_apt install -y --download-only --no-install-recommends -t "$suite" qemu-system-x86; then
  tail -n 5 "$folder/log" >&2
  exit 1
fi
for package in "$folder"/apt/cache/archives/*.deb; do dpkg -x "$package" "$folder/root"; done
rm -rf "$folder/apt"

cat > "$folder/qemu" <<END
#!/bin/sh
export QEMU_MODULE_DIR='$folder/root/usr/lib/x86_64-linux-gnu/qemu'
exec '$folder/root/usr/lib64/ld-linux-x86-64.so.2' \\
  --library-path '$folder/root/usr/lib/x86_64-linux-gnu' \\
  '$folder/root/usr/bin/qemu-system-x86_64' \\
  -L '$folder/root/usr/share/qemu' -L '$folder/root/usr/share/seabios' "\$@"
END
chmod +x "$folder/qemu"
"$folder/qemu" -version | sed -n 's/.*version \(.*\)/QEMU \1/p' >&2
echo "$folder/qemu"
