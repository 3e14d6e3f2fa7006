#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# quick.sh DIR: the part of `make synth` that `make test` runs: `tiny` for iCE40 with all checks, and
# that the check of memories can fail.
set -euo pipefail
cd "$(dirname "$0")/../.."
dir=${1:?usage: quick.sh DIR}
sim/synth/elaborate.sh "$dir" tiny
sim/synth/map.sh "$dir" tiny ice40
sed -n '/^instance/,/^$/p' "$dir/tiny.ice40.txt" | grep -v '^      '
sim/synth/memory_test.sh "$dir"
