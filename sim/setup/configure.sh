#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# configure.sh BUILD [--if-new] [CMake options]: configures the build folder, with ccache and Ninja
# where present. Keeps options given earlier. --if-new: only when an option has another value, or the
# RTL has other files.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${1:?usage: configure.sh BUILD [options]}
shift
if_new=0
if [ "${1:-}" = --if-new ]; then if_new=1; shift; fi
options=("$@")
# The build reconfigures itself when a CMake file changed. When the list of the RTL did, that comes
# too late: before it the models would be translated again, with the old list.
stale=0
[ rtl/files.f -nt "$build/configured" ] && stale=1
if [ ! -f "$build/CMakeCache.txt" ]; then
  command -v ninja >/dev/null && options+=(-G Ninja)
  command -v ccache >/dev/null && options+=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
elif [ $if_new -eq 1 ]; then
  new=$stale
  for option in "${options[@]}"; do
    name=${option%%=*}
    [ "$(sed -n "s/^${name#-D}:[A-Z]*=//p" "$build/CMakeCache.txt")" = "${option#*=}" ] || new=1
  done
  [ $new -eq 1 ] || exit 0
elif [ ${#options[@]} -eq 0 ] && [ $stale -eq 0 ]; then
  exit 0
fi
mkdir -p "$build"
if ! cmake -S . -B "$build" "${options[@]}" > "$build/configure.log" 2>&1; then
  tail -n 30 "$build/configure.log" >&2
  echo "configuring failed, see $build/configure.log" >&2
  exit 1
fi
touch "$build/configured"
