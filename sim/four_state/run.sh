#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run.sh DIR: the four-state smoke test. Icarus runs tb/four_state on what Yosys reads, without any
# optimisation: memories stay memories, X stays X.
set -euo pipefail
cd "$(dirname "$0")/../.."
. sim/synth/config.sh
dir=${1:?usage: run.sh DIR}
mkdir -p "$dir"
read_config default
run_yosys "$dir/yosys.log" "verilog_defines -DSYNTHESIS; $read; proc -noopt; flatten
  memory -nomap -nordff; check -assert; write_verilog -noattr $dir/dmar_top.v"
iverilog -g2005 -o "$dir/smoke.vvp" tb/four_state/*.v "$dir/dmar_top.v"
vvp -n "$dir/smoke.vvp" | tee "$dir/smoke.log"
grep -qx "four-state: passed" "$dir/smoke.log"
