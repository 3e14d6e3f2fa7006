#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# through_test.sh DIR: a design whose READY is that of its neighbour, by way of a memory that is read
# at once. Fails unless through.sh refuses it and names the two ports, and takes the same design
# with a register in between.
set -euo pipefail
cd "$(dirname "$0")/../.."
dir=${1:?usage: through_test.sh DIR}
mkdir -p "$dir"

design() {  # design NAME DRIVER
  cat > "$dir/$1.sv" <<EOT
module dmar_top (
  input  logic       clk_i,
  input  logic       s_reg_wdata_i,
  input  logic       m_dma_awready_i,
  input  logic [1:0] m_dma_bid_i,
  output logic       s_dma_awready_o
);
  logic table_q [4];
  logic ready_q;
  always_ff @(posedge clk_i) table_q[m_dma_bid_i] <= s_reg_wdata_i;
  always_ff @(posedge clk_i) ready_q <= m_dma_awready_i;
  assign s_dma_awready_o = $2;
endmodule
EOT
  yosys -q -p "read_verilog -sv $dir/$1.sv; hierarchy -top dmar_top; proc; flatten
               write_rtlil $dir/$1.il"
  sim/synth/through.sh "$dir" "$1" 2>&1
}

refuses() {  # refuses NAME DRIVER INPUT
  local out
  if out=$(design "$1" "$2"); then
    echo "a path from $3 to s_dma_awready_o was not noticed" >&2
    exit 1
  fi
  if ! grep -q "$3 -> s_dma_awready_o" <<<"$out"; then
    printf 'refused for another reason:\n%s\n' "$out" >&2
    exit 1
  fi
}
refuses through_gate "m_dma_awready_i && ready_q" m_dma_awready_i
refuses through_memory "table_q[m_dma_bid_i]" m_dma_bid_i
if ! out=$(design through_none "ready_q"); then
  printf 'a design without such a path was refused:\n%s\n' "$out" >&2
  exit 1
fi
