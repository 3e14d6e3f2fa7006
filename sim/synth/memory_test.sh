#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# memory_test.sh DIR: maps a design with an array of 64 x 32 bits that is read at once, which no
# memory of an iCE40 can do. Fails unless map.sh refuses it and names the array.
set -euo pipefail
cd "$(dirname "$0")/../.."
dir=${1:?usage: memory_test.sh DIR}
mkdir -p "$dir"
cat > "$dir/memory_test.sv" <<'EOT'
module dmar_top (
  input  logic        clk_i,
  input  logic        write_i,
  input  logic [5:0]  addr_i,
  input  logic [31:0] data_i,
  output logic [31:0] data_o
);
  logic [31:0] table_q [64];
  always_ff @(posedge clk_i) if (write_i) table_q[addr_i] <= data_i;
  assign data_o = table_q[addr_i];
endmodule
EOT
yosys -q -p "read_verilog -sv $dir/memory_test.sv; hierarchy -top dmar_top; proc; flatten
             write_rtlil $dir/memory_test.il"
if out=$(sim/synth/map.sh "$dir" memory_test ice40 2>&1); then
  echo "2,048 bits in flip-flops were not noticed" >&2
  exit 1
fi
if ! grep -q "table_q: 64 x 32 = 2048 bits became flip-flops" <<<"$out"; then
  printf 'refused for another reason:\n%s\n' "$out" >&2
  exit 1
fi
