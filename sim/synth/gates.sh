#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# gates.sh DIR CONFIG: maps DIR/CONFIG.il (elaborate.sh) to the standard cells of qflow's osu018
# (1.8 V, 0.18 um) and times it with OpenSTA; area, depth and longest paths go to
# DIR/CONFIG.gates.txt and .json.
# Arrays that are read at the clock edge stand for SRAM, whose area and access time are in no
# figure (sram.v). Arrays that are read at once become flip-flops.
# OpenSTA reads no concatenation on the left of an assignment, hence the way over JSON.
set -euo pipefail
cd "$(dirname "$0")/../.."
. sim/synth/config.sh
dir=${1:?usage: gates.sh DIR CONFIG}
config=${2:?usage: gates.sh DIR CONFIG}
base=$dir/$config.gates
liberty=/usr/share/qflow/tech/osu018/osu018_stdcells.lib
PERIOD_NS=5
cat > "$base.constr" <<EOT
set_driving_cell INVX4
set_load 0.03 [all_outputs]
EOT
run_yosys "$base.log" "
  read_rtlil $dir/$config.il; synth -flatten -run begin:fine -top dmar_top
  tee -q -o $base.srams dump t:\$mem_v2 r:RD_CLK_ENABLE>=1 %i
  chtype -set sram t:\$mem_v2 r:RD_CLK_ENABLE>=1 %i; techmap -autoproc -map sim/synth/sram.v
  memory_map; opt -fast -full; techmap; opt -fast; $no_latch; check -assert
  dfflibmap -liberty $liberty
  abc -liberty $liberty -constr $base.constr -D $((PERIOD_NS * 1000)); opt_clean -purge
  tee -q -o $base.stat stat -liberty $liberty
  rename -enumerate -pattern g%; read_liberty -lib $liberty; write_json $base.net.json"
run_yosys "$base.verilog.log" "
  read_json $base.net.json; splitnets; write_verilog -noattr $base.v"
cat > "$base.tcl" <<EOT
read_liberty $liberty
read_verilog $base.v
link_design dmar_top
create_clock -name clk -period $PERIOD_NS [get_ports clk_i]
set_input_delay 0 -clock clk [all_inputs]
set_output_delay 0 -clock clk [all_outputs]
report_checks -path_delay max -group_count 40 -format full -digits 3
EOT
nice -n 3 sta -exit "$base.tcl" > "$base.sta" 2>&1
if grep -m 3 '^Error' "$base.sta"; then exit 1; fi
python3 sim/synth/gates.py "$base"
