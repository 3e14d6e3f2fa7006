#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# netlist.sh OUT.v: synthesizes the smallest build to gates (memories stay memories) and writes the
# netlist, in single bits, so that the tests can run on what Yosys understood. Any warning is an
# error. Registers stay outside the memories (-nordff): merged, they left the old read data without
# a driver.
set -euo pipefail
cd "$(dirname "$0")/../.."
. sim/synth/config.sh
read_config tiny
out=${1:?usage: netlist.sh OUT.v}
mkdir -p "$(dirname "$out")"
log=$out.log
if ! yosys -q -e '.' -l "$log" -p "
    $read; synth -flatten -nordff -run begin:fine; $no_latch; check -assert
    opt -fast -full; techmap; opt -fast; abc -fast; opt_clean -purge; $no_latch; check -assert
    iopadmap -bits -outpad dmar_port_bit A:Y dmar_top; splitnets; opt_clean -purge; write_verilog -noattr $out.tmp"; then
  echo "synthesis failed, see $log" >&2
  exit 1
fi
echo "module dmar_port_bit (input A, output Y); assign Y = A; endmodule" >> "$out.tmp"
mv "$out.tmp" "$out"
