#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# format.sh [--check]: lays out all C++ by .clang-format, or says what is not laid out so. Other
# releases of clang-format break lines elsewhere, so it is the one of requirements.txt on every
# system, and Debian 12's (the same release) where PyPI cannot be reached. Exit status 77: neither.
set -uo pipefail
cd "$(dirname "$0")/../.."
venv=${BUILD:-build}/front-ends
if sim/lint/venv.sh "$venv" 2>/dev/null; then
  program=$venv/bin/clang-format
elif command -v clang-format-14 >/dev/null; then
  program=clang-format-14
else
  echo "No clang-format 14: PyPI cannot be reached, and this system has no clang-format-14." >&2
  exit 77
fi
if [ "${1:-}" = --check ]; then mode=(--dry-run --Werror); else mode=(-i); fi
find tb sim -name '*.cpp' -o -name '*.hpp' | sort | xargs "$program" "${mode[@]}"
