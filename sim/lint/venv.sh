#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# venv.sh DIR: a virtual environment in DIR with the pinned programs of requirements.txt. Does nothing
# when it is there already. Exit status 77: PyPI cannot be reached, or Python makes no environment.
set -uo pipefail
dir=${1:?usage: venv.sh DIR}
wanted=$(cd "$(dirname "$0")" && pwd)/requirements.txt
# Its programs begin with the path of its Python: one that was moved is made anew.
made=$(realpath -m "$dir"; cat "$wanted")
[ "$(cat "$dir/installed.txt" 2>/dev/null)" = "$made" ] && "$dir/bin/python" -c '' 2>/dev/null &&
  exit 0

mkdir -p "$(dirname "$dir")"
log=$dir.log
: > "$log"
for python in python3 /usr/bin/python3; do
  rm -rf "$dir"
  "$python" -m venv "$dir" >> "$log" 2>&1 &&
    "$dir/bin/python" -m pip install --disable-pip-version-check --quiet --only-binary :all: \
      -r "$wanted" >> "$log" 2>&1 &&
    echo "$made" > "$dir/installed.txt" && exit 0
done
tail -n 5 "$log" >&2
exit 77
