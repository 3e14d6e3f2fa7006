#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run.sh DIR: every configuration for every target, place and route, standard cells; reports and
# their sum (summary.txt, summary.json) go to DIR, the tables of docs/fpga.md are written anew.
# run.sh DIR CONFIG...: only these configurations; the document stays as it is.
# Without the cell library the standard cells are left out, and the document stays as it is.
# Goes on after a failure and fails at the end.
set -uo pipefail
cd "$(dirname "$0")/../.."
dir=${1:?usage: run.sh DIR [CONFIG...]}
shift
configs=("${@:-tiny}")
document=()
[ $# -gt 0 ] || { configs=(tiny default server); document=(docs/fpga.md); }
failed=0

step() {  # step NAME COMMAND...
  local name=$1 start=$SECONDS
  shift
  if "$@"; then
    echo "ok    $name ($((SECONDS - start)) s)"
  else
    echo "FAIL  $name"
    failed=1
    return 1
  fi
}

for config in "${configs[@]}"; do
  targets="ecp5 xc7"
  [ "$config" = tiny ] && targets="ice40 ecp5 xc7"
  step "$config: read" sim/synth/elaborate.sh "$dir" "$config" || continue
  for target in $targets; do
    step "$config: $target" sim/synth/map.sh "$dir" "$config" "$target"
  done
  [ "$config" != tiny ] || step "$config: HX8K placed and routed" sim/synth/place.sh "$dir" tiny
  if [ -e /usr/share/qflow/tech/osu018/osu018_stdcells.lib ]; then
    step "$config: standard cells" sim/synth/gates.sh "$dir" "$config"
  else
    echo "skip  $config: standard cells: no qflow-tech-osu018, which Debian 12 has and 13 has not"
  fi
done
[ -e /usr/share/qflow/tech/osu018/osu018_stdcells.lib ] || document=()
step "a memory in flip-flops is noticed" sim/synth/memory_test.sh "$dir"
python3 sim/synth/summary.py "$dir" "${document[@]}" || failed=1
exit $failed
