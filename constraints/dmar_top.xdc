# SPDX-License-Identifier: Apache-2.0
# dmar_top out of context in Vivado (Xilinx 7). Not run here: no Vivado was at hand.
# One clock, everything synchronous, no false path and no multicycle path inside.
# Set the period to your fabric's.
create_clock -name clk -period 10.000 [get_ports clk_i]

# A third of the period outside the unit on each side; every port is an on-chip bus.
set_input_delay  -clock clk 3.300 [get_ports -filter {DIRECTION == IN && NAME != clk_i}]
set_output_delay -clock clk 3.300 [get_ports -filter {DIRECTION == OUT}]

# rst_ni is synchronous: hold it for at least two clocks. Where
# it comes from another clock, put two flip-flops in front and cut the path to the first:
#   set_false_path -to [get_pins reset_sync_q_reg[0]/D]
# The monitor outputs are for benches; build with Monitor = 0, or cut them:
#   set_false_path -to [get_ports mon_*]
