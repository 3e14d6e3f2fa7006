#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# place.sh DIR CONFIG: places and routes the iCE40 netlist of CONFIG on an HX8K in its harness, with
# the constraints of constraints/ice40_hx8k.*; cells, clock reached and longest paths go to
# DIR/CONFIG.hx8k.txt and .json. FAILS where the unit does not fit; the clock is reported.
set -euo pipefail
cd "$(dirname "$0")/../.."
dir=${1:?usage: place.sh DIR CONFIG}
config=${2:?usage: place.sh DIR CONFIG}
base=$dir/$config.hx8k
python3 sim/synth/harness.py "$dir/$config.ice40.net.json" "$base.v"
yosys -q -l "$base.yosys.log" -p "
  read_verilog $base.v; synth_ice40 -top dmar_harness; delete =dmar_top
  read_rtlil $dir/$config.ice40.net.il; hierarchy -check -top dmar_harness; flatten; check -assert
  write_json $base.net.json"
status=0
nextpnr-ice40 --hx8k --package ct256 --json "$base.net.json" --pcf constraints/ice40_hx8k.pcf \
  --freq 50 --seed 1 --timing-allow-fail \
  --report "$base.timing.json" --detailed-timing-report --sdf "$base.sdf" \
  --asc "$base.asc" -q -l "$base.log" || status=$?
python3 sim/synth/placed.py "$base" "$status"
