#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs the Debian packages that a make target needs:
# packages.sh build|bench|test|synth|waves|coverage|linux.
# As root, or with sudo that asks no password; otherwise says what to install and fails.
# `test` goes on without the packages for a Linux guest and for a browser where they cannot be had,
# `synth` without those for standard cells; both say so.
set -euo pipefail

build="g++ make cmake ninja-build ccache verilator libcli11-dev libfmt-dev
       nlohmann-json3-dev libgtest-dev libgmock-dev zlib1g-dev"
guest="qemu-system-x86 busybox-static linux-image-amd64 e2fsprogs cpio xz-utils acpica-tools pciutils"
browser="chromium chromium-driver python3-selenium poppler-utils"

optional=
without="Tests with a Linux guest, of what tcpdump reads, or in a browser, will not run"
case "${1:-}" in
  build) required=$build ;;
  bench) required="$build gnuplot-nox" ;;
  test)  required="$build yosys iverilog python3 python3-venv git gtkwave" optional="$guest tcpdump $browser" ;;
  synth) required="yosys python3 nextpnr-ice40" optional="opensta qflow-tech-osu018"
         without="Standard cells will be left out" ;;
  waves) required="$build gtkwave" ;;
  coverage) required="$build lcov" ;;
  linux) required="$build $guest" ;;
  *) echo "usage: packages.sh build|bench|test|synth|waves|coverage|linux" >&2; exit 2 ;;
esac

if ! command -v dpkg-query >/dev/null; then
  echo "This is not a Debian system. Install by hand what these Debian packages hold:" \
       $required $optional >&2
  exit 1
fi

have_kernel() {  # an ordinary one with its modules, from whatever package
  local image version
  for image in /boot/vmlinuz-*-amd64; do
    version=${image#/boot/vmlinuz-}
    case $version in *-cloud-amd64 | *-rt-amd64) continue ;; esac
    [ -f "$image" ] && [ -d "/lib/modules/$version" ] && return 0
  done
  return 1
}

have() {  # have PACKAGE
  if [ "$1" = linux-image-amd64 ]; then have_kernel; return; fi
  if [ "$1" = gnuplot-nox ]; then command -v gnuplot >/dev/null; return; fi  # any gnuplot will do
  [ "$(dpkg-query -W -f='${Status}' "$1" 2>/dev/null)" = "install ok installed" ]
}

missing_of() {  # missing_of PACKAGE...: those that are not installed
  local package
  for package in "$@"; do have "$package" || echo "$package"; done
}

log=$(mktemp)
trap 'rm -f "$log"' EXIT
run_apt() {  # run_apt ARGUMENTS...: the end of what it says when it fails
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q "$@" >"$log" 2>&1 && return 0
  tail -n 20 "$log" >&2
  return 1
}

missing=$(missing_of $required)
missing_optional=$(missing_of $optional)
[ -z "$missing$missing_optional" ] && exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then as_root=(sudo -n); fi
if [ ${#as_root[@]} -eq 0 ] || sudo -n true 2>/dev/null; then
  echo "Installing packages that '$1' needs and this machine lacks:" $missing $missing_optional
  run_apt update || echo "apt-get could not update its lists" >&2
  # Optional ones one at a time: what keeps one away does not keep the others away.
  for packages in "$missing" $missing_optional; do
    [ -z "$packages" ] || run_apt install -y --no-install-recommends $packages || true
  done
else
  echo "Cannot install packages as this user." >&2
fi

missing=$(missing_of $required)
missing_optional=$(missing_of $optional)
if [ -n "$missing" ]; then
  echo "'$1' needs packages that are not installed. Please run:" >&2
  echo "  sudo apt-get install" $missing $missing_optional >&2
  exit 1
fi
if [ -n "$missing_optional" ]; then
  echo "**********************************************************************" >&2
  echo "$without, for want of these packages:" >&2
  echo "  sudo apt-get install" $missing_optional >&2
  echo "Everything else goes on." >&2
  echo "**********************************************************************" >&2
fi
