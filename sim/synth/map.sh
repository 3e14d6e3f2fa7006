#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# map.sh DIR CONFIG TARGET: maps DIR/CONFIG.il (elaborate.sh) to the cells of ice40, ecp5 or xc7.
# Cells of each instance, longest paths and memories go to DIR/CONFIG.TARGET.txt and .json. FAILS
# on a warning, a latch, a loop, or a memory in flip-flops that memories.txt does not allow.
set -euo pipefail
cd "$(dirname "$0")/../.."
. sim/synth/config.sh
dir=${1:?usage: map.sh DIR CONFIG TARGET}
config=${2:?usage: map.sh DIR CONFIG TARGET}
target=${3:?usage: map.sh DIR CONFIG TARGET}
base=$dir/$config.$target
command=map_$target
run_yosys "$base.log" "
  read_rtlil $dir/$config.il; ${!command} -top dmar_top -run begin:check; $no_latch; check -assert
  blackbox =A:whitebox; write_json $base.net.json; select dmar_top; write_rtlil -selected $base.net.il"
python3 sim/synth/report.py "$base.net.json" "$target" "$base"
python3 sim/synth/memories.py "$dir/$config.il" "$base.log" "$target" "$config" "$base"
