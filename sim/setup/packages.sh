#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs the Debian packages that a make target needs: packages.sh build|test|waves|coverage.
# As root, or with sudo that asks no password; otherwise says what to install and fails.
set -euo pipefail

build="g++ make cmake ninja-build ccache verilator libcli11-dev libfmt-dev
       nlohmann-json3-dev libgtest-dev libgmock-dev zlib1g-dev"
test="$build yosys clang-format-14 git gtkwave"
waves="$build gtkwave"
coverage="$build lcov"

case "${1:-}" in
  build) wanted=$build ;;
  test)  wanted=$test ;;
  waves) wanted=$waves ;;
  coverage) wanted=$coverage ;;
  *) echo "usage: packages.sh build|test|waves|coverage" >&2; exit 2 ;;
esac

if ! command -v dpkg-query >/dev/null; then
  echo "This is not a Debian system. Install by hand what these Debian 12 packages hold:" $wanted >&2
  exit 1
fi

missing=()
for package in $wanted; do
  state=$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null || true)
  [ "$state" = "install ok installed" ] || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

echo "Installing: ${missing[*]}"
run=()
if [ "$(id -u)" -ne 0 ]; then
  if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    run=(sudo -n)
  else
    echo "Cannot install packages as this user. Please run:" >&2
    echo "  sudo apt-get install ${missing[*]}" >&2
    exit 1
  fi
fi
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { "${run[@]}" apt-get -q update && "${run[@]}" apt-get -q install -y --no-install-recommends \
       "${missing[@]}"; } >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  echo "apt-get could not install: ${missing[*]}" >&2
  exit 1
fi
