# SPDX-License-Identifier: Apache-2.0
# dmar_top for tools that read SDC (Quartus, Libero, OpenSTA). Of these OpenSTA alone runs here, with
# constraints of its own (sim/synth/gates.sh); this file was not run.
# One clock, everything synchronous, no false path and no multicycle path inside.
# Set the period to your fabric's.
create_clock -name clk -period 10.0 [get_ports clk_i]

# A third of the period outside the unit on each side; every port is an on-chip bus.
set_input_delay  3.3 -clock clk [remove_from_collection [all_inputs] [get_ports clk_i]]
set_output_delay 3.3 -clock clk [all_outputs]

# rst_ni is synchronous. Where it comes from another clock, put two flip-flops in front and cut the
# path to the first one.
