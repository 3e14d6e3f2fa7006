# SPDX-License-Identifier: Apache-2.0
# dmar_top out of context: one clock, everything synchronous. Set the period to your fabric's.
create_clock -name clk -period 10.000 [get_ports clk_i]
# A third of the period outside the unit on each side; every port is an on-chip bus.
set_input_delay  -clock clk 3.300 [get_ports -filter {DIRECTION == IN && NAME != clk_i}]
set_output_delay -clock clk 3.300 [get_ports -filter {DIRECTION == OUT}]
