#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# configure.sh BUILD [CMake options]: configures the build folder, with ccache and Ninja where
# present. Keeps options given earlier.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${1:?usage: configure.sh BUILD [options]}
shift
options=("$@")
if [ ! -f "$build/CMakeCache.txt" ]; then
  command -v ninja >/dev/null && options+=(-G Ninja)
  command -v ccache >/dev/null && options+=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
elif [ ${#options[@]} -eq 0 ]; then
  exit 0  # the build reconfigures itself when a list file changed
fi
mkdir -p "$build"
if ! cmake -S . -B "$build" "${options[@]}" > "$build/configure.log" 2>&1; then
  tail -n 30 "$build/configure.log" >&2
  echo "configuring failed, see $build/configure.log" >&2
  exit 1
fi
