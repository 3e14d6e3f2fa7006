#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# place.sh DIR CONFIG: places and routes the iCE40 netlist of CONFIG on an HX8K in its harness, with
# the constraints of constraints/ice40_hx8k.*; cells, clock reached and longest paths go to
# DIR/CONFIG.hx8k.txt and .json. What is reached depends on where placing starts: takes the first
# start that reaches 50 MHz, else the best of six. FAILS where the unit does not fit; the clock is
# reported.
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
best=0
for seed in 1 2 3 4 5 6; do
  try=$base.$seed
  status=0
  timeout 1200 nextpnr-ice40 --hx8k --package ct256 --json "$base.net.json" \
    --pcf constraints/ice40_hx8k.pcf --freq 50 --seed $seed --timing-allow-fail \
    --report "$try.timing.json" --detailed-timing-report --sdf "$try.sdf" --asc "$try.asc" \
    -q -l "$try.log" 2> /dev/null || status=$?
  reached=0
  [ $status -ne 0 ] || reached=$(
    sed -n "s/.*Max frequency for clock 'clk_i[^:]*: \([0-9.]*\) MHz.*/\1/p" "$try.log" | tail -n 1)
  if [ $seed -eq 1 ] || awk "BEGIN { exit !($reached > $best) }"; then
    best=$reached
    best_status=$status
    for part in timing.json sdf asc log; do mv -f "$try.$part" "$base.$part" 2> /dev/null || true; done
    echo $seed > "$base.seed"
  fi
  rm -f "$try".*
  awk "BEGIN { exit !($best >= 50) }" && break
done
python3 sim/synth/placed.py "$base" "$best_status"
