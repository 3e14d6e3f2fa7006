#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# elaborate.sh DIR CONFIG: reads dmar_top as CONFIG, checks for latches and loops, flattens it and
# writes DIR/CONFIG.il, from which every target starts. The monitor is left out: it is for benches.
set -euo pipefail
cd "$(dirname "$0")/../.."
. sim/synth/config.sh
dir=${1:?usage: elaborate.sh DIR CONFIG}
config=${2:?usage: elaborate.sh DIR CONFIG}
mkdir -p "$dir"
read_config "$config" "Monitor=1'b0" ${SYNTH_PARAMETERS:-}
run_yosys "$dir/$config.log" "
  $read; proc; $no_latch; flatten; opt_clean; check -assert; scc -expect 0
  write_rtlil $dir/$config.il.tmp"
mv "$dir/$config.il.tmp" "$dir/$config.il"
