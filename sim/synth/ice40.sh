#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# ice40.sh DIR: synthesizes the smallest build for iCE40 and prints the cells of each module. Any
# warning, latch or loop is an error. Reports go to DIR.
set -euo pipefail
cd "$(dirname "$0")/../.."
. sim/synth/config.sh
read_config tiny
dir=${1:?usage: ice40.sh DIR}
mkdir -p "$dir"
if ! yosys -q -e '.' -l "$dir/ice40.log" -p "
    $read; proc; $no_latch; check -assert
    synth_ice40 -noflatten -top dmar_top; $no_latch; check -assert
    tee -q -o $dir/ice40.json stat -json; tee -q -o $dir/ice40.txt stat"; then
  echo "synthesis failed, see $dir/ice40.log" >&2
  exit 1
fi
sim/synth/cells.sh "$dir/ice40.txt"
