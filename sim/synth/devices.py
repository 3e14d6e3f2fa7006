# SPDX-License-Identifier: Apache-2.0
"""What the cells of each target are, and what they cost.

`cost` is in the units that a data sheet counts: LUTs (of RAM and carries too where they take some),
flip-flops, carries, block RAMs. Delays come from the models that Yosys has of the cells
(`library`, read by delays.py), in picoseconds; `fixed` are those that it lacks.
"""
import re

UNITS = ("lut", "ff", "carry", "lutram", "bram")


class Device:
    def __init__(self, title, lut_name, bram_name, kinds, library, fixed):
        self.title = title
        self.lut_name = lut_name
        self.bram_name = bram_name
        self.kinds = [(re.compile(pattern + "$"), kind, cost) for pattern, kind, cost in kinds]
        self.library = library
        self.fixed = fixed
        self.has_logic_cells = library is None

    def kind(self, cell_type):
        for pattern, kind, cost in self.kinds:
            if pattern.match(cell_type):
                return kind, cost
        raise SystemExit(f"{self.title}: unknown cell {cell_type}")


# SB_CARRY and MUXF7 ride along with LUTs. A CCU2C takes the place of two LUT4; a DPR16X4 takes
# three slices: four LUT4 that store and two for its write port.
DEVICES = {
    "ice40": Device("iCE40 HX", "LUT4", "RAM4K", [
        (r"SB_LUT4", "lut", {"lut": 1}),
        (r"SB_CARRY", "carry", {"carry": 1}),
        (r"SB_DFF\w*", "ff", {"ff": 1}),
        (r"SB_RAM40_4K\w*", "bram", {"bram": 1}),
    ], None, {
        "SB_LUT4": {("I0", "O"): 449, ("I1", "O"): 400, ("I2", "O"): 379, ("I3", "O"): 316},
        "SB_CARRY": {("CI", "CO"): 126, ("I0", "CO"): 259, ("I1", "CO"): 231},
        "ff": 540, "bram": 2146}),
    "ecp5": Device("ECP5", "LUT4", "DP16KD", [
        (r"LUT4", "lut", {"lut": 1}),
        (r"PFUMX|L6MUX21", "mux", {}),
        (r"CCU2C", "carry", {"carry": 1, "lut": 2}),
        (r"TRELLIS_FF", "ff", {"ff": 1}),
        (r"TRELLIS_DPR16X4", "lutram", {"lutram": 1, "lut": 6}),
        (r"DP16KD|PDPW16KD", "bram", {"bram": 1}),
    ], "+/ecp5/cells_sim.v", {"bram": 5730}),
    "xc7": Device("Xilinx 7", "LUT", "RAMB18", [
        (r"LUT[1-6]", "lut", {"lut": 1}),
        (r"INV", "lut", {"lut": 1}),
        (r"MUXF[789]", "mux", {}),
        (r"CARRY4", "carry", {"carry": 1}),
        (r"FD[RSCP]E(_1)?", "ff", {"ff": 1}),
        (r"RAM64M|RAM32M", "lutram", {"lutram": 1, "lut": 4}),
        (r"RAM(32|64)X1D", "lutram", {"lutram": 1, "lut": 2}),
        (r"RAM128X1D", "lutram", {"lutram": 1, "lut": 4}),
        (r"RAM256X1D", "lutram", {"lutram": 1, "lut": 8}),
        (r"SRL16E", "lutram", {"lutram": 1, "lut": 1}),
        (r"SRLC32E", "lutram", {"lutram": 1, "lut": 1}),
        (r"RAMB18E1", "bram", {"bram": 1}),
        (r"RAMB36E1", "bram", {"bram": 2}),
    ], "+/xilinx/cells_sim.v", {"INV": {("I", "O"): 127}}),
}
