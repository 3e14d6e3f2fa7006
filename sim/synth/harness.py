# SPDX-License-Identifier: Apache-2.0
"""harness.py NETLIST.json OUT.v: a wrapper with four pins around a synthesized dmar_top, which has
more ports than a package has pins.

A shift register of 128 bits feeds the inputs, each bit several of them, near each other where it can
be; the outputs that are neither constant nor an input go through registers that take the parity of
four each, level by level, to one pin. nextpnr's router never finishes a LUT that has one net at two
of its inputs, so that inputs which meet in a LUT get different bits, and a net that drives several
outputs counts once.
dmar_top is a finished netlist here, so that sharing bits does not let any of its logic go.
"""
import json
import sys

SHIFT = 128
DIRECT = ("clk_i", "rst_ni")


def share_out(inputs, cells):
    """The bit of the shift register for each input net."""
    nets = {net for _, bits in inputs for net in bits}
    meets = {net: set() for net in nets}
    for cell in cells.values():
        if cell["type"] == "SB_LUT4":
            here = {net for bits in cell["connections"].values() for net in bits} & nets
            for net in here:
                meets[net] |= here - {net}
    place = {}
    for at, net in enumerate(net for _, bits in inputs for net in bits):
        taken = {place[other] for other in meets[net] if other in place}
        first = at * SHIFT // len(nets)
        place[net] = next(n % SHIFT for n in range(first, first + SHIFT) if n % SHIFT not in taken)
    return place


def main():
    source, out = sys.argv[1:]
    with open(source) as file:
        module = json.load(file)["modules"]["dmar_top"]
    ports = module["ports"]
    inputs = [(name, p["bits"]) for name, p in ports.items()
              if p["direction"] == "input" and name not in DIRECT]
    place = share_out(inputs, module["cells"])
    outputs = [(name, len(p["bits"])) for name, p in ports.items() if p["direction"] == "output"]
    used = list({bit: f"{name}[{i}]" for name, p in ports.items() if p["direction"] == "output"
                 for i, bit in enumerate(p["bits"])
                 if not isinstance(bit, str) and bit not in place}.values())
    lines = ["module dmar_harness (input clk_i, input rst_ni, input data_i, output data_o);",
             "  reg reset_q, reset_n_q;",
             "  always @(posedge clk_i) {reset_n_q, reset_q} <= {reset_q, rst_ni};",
             f"  reg [{SHIFT - 1}:0] shift_q;",
             f"  always @(posedge clk_i) shift_q <= {{shift_q[{SHIFT - 2}:0], data_i}};",
             *(f"  wire [{width - 1}:0] {name};" for name, width in outputs),
             f"  wire [{len(used) - 1}:0] level0 = {{{', '.join(used)}}};"]
    connections = [".clk_i(clk_i)", ".rst_ni(reset_n_q)"]
    for name, bits in inputs:
        fed = ", ".join(f"shift_q[{place[net]}]" for net in reversed(bits))
        connections.append(f".{name}({{{fed}}})")
    connections += [f".{name}({name})" for name, _ in outputs]
    at = len(used)
    level = 0
    while at > 1:
        groups = (at + 3) // 4
        lines.append(f"  reg [{groups - 1}:0] level{level + 1};")
        for i in range(groups):
            top = min(4 * i + 3, at - 1)
            lines.append(f"  always @(posedge clk_i) level{level + 1}[{i}] <= "
                         f"^level{level}[{top}:{4 * i}];")
        at = groups
        level += 1
    lines += [f"  assign data_o = level{level}[0];",
              "  dmar_top u_dmar (\n    " + ",\n    ".join(connections) + ");", "endmodule",
              "(* blackbox *) module dmar_top (" + ", ".join(
                  f"{p['direction']} [{len(p['bits']) - 1}:0] {name}" for name, p in ports.items())
              + "); endmodule"]
    with open(out, "w") as file:
        file.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
