#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# quick.sh DIR: the part of `make synth` that `make test` runs: `tiny` for iCE40 with all checks; no
# combinational path from an AXI input to an output in `tiny` and `default`; and that the checks of
# memories and of such paths can fail.
set -euo pipefail
cd "$(dirname "$0")/../.."
dir=${1:?usage: quick.sh DIR}
sim/synth/elaborate.sh "$dir" tiny
sim/synth/map.sh "$dir" tiny ice40
sed -n '/^instance/,/^$/p' "$dir/tiny.ice40.txt" | grep -v '^      '
sim/synth/elaborate.sh "$dir" default
for config in tiny default; do sim/synth/through.sh "$dir" "$config"; done
sim/synth/memory_test.sh "$dir"
sim/synth/through_test.sh "$dir"
