# SPDX-License-Identifier: Apache-2.0
"""through.py NETLIST.json: FAILS where an input of an AXI port reaches an output of one in the same
clock (AXI4 A3.2.1 recommends that none does; two such neighbours close a loop).

NETLIST.json is a flattened netlist of Yosys before mapping. Cells that work bit by bit are followed
bit by bit, all others from every input to every output."""
import collections
import json
import re
import sys

PORT = re.compile(r"^[sm]_")
BITWISE = {"$and", "$or", "$xor", "$xnor", "$not", "$mux", "$pos", "$bwmux"}
REGISTER = re.compile(r"^\$_?(ff|dff|sdff|adff|aldff|dffsr|dlatch)", re.I)


def edges(cell):
    """(inputs, outputs) pairs of bits: each of the inputs decides each of the outputs."""
    kind, ports, ways = cell["type"], cell["connections"], cell["port_directions"]
    if REGISTER.match(kind):
        return
    if kind.startswith("$mem"):
        # A memory that is read at once leads from its addresses to its data.
        count = int(cell["parameters"]["RD_PORTS"], 2)
        clocked = cell["parameters"]["RD_CLK_ENABLE"][::-1]
        for n in range(count):
            if clocked[n] == "0":
                address, data = (len(ports[name]) // count for name in ("RD_ADDR", "RD_DATA"))
                yield (ports["RD_ADDR"][n * address:(n + 1) * address],
                       ports["RD_DATA"][n * data:(n + 1) * data])
        return
    if kind in BITWISE:
        for n, out in enumerate(ports["Y"]):
            ins = [ports[name][n] for name in ("A", "B") if name in ports and n < len(ports[name])]
            yield ins + ports.get("S", []), [out]
        return
    if kind == "$pmux":
        width = len(ports["Y"])
        for n, out in enumerate(ports["Y"]):
            yield [ports["A"][n]] + ports["B"][n::width] + ports["S"], [out]
        return
    outs = [bit for name, way in ways.items() if way == "output" for bit in ports[name]]
    ins = [bit for name, way in ways.items() if way == "input" for bit in ports[name]]
    yield ins, outs


def main(path):
    with open(path) as file:
        module = json.load(file)["modules"]["dmar_top"]
    leads = collections.defaultdict(list)
    for cell in module["cells"].values():
        for ins, outs in edges(cell):
            hub = object()
            for bit in ins:
                if isinstance(bit, int):
                    leads[bit].append(hub)
            leads[hub] = [bit for bit in outs if isinstance(bit, int)]
    ends, found, seen = {}, set(), 0
    for name, port in module["ports"].items():
        if port["direction"] == "output" and PORT.match(name):
            ends.update((bit, name) for bit in port["bits"] if isinstance(bit, int))
    for name, port in module["ports"].items():
        if port["direction"] != "input" or not PORT.match(name):
            continue
        seen += 1
        reached, stack = set(port["bits"]), list(port["bits"])
        while stack:
            bit = stack.pop()
            if bit in ends:
                found.add(f"{name} -> {ends[bit]}")
            for after in leads.get(bit, ()):
                if after not in reached:
                    reached.add(after)
                    stack.append(after)
    for line in sorted(found):
        print(f"combinational path between AXI ports: {line}", file=sys.stderr)
    if found or not seen or not ends:
        sys.exit(1)
    print(f"no combinational path from {seen} AXI inputs to an output")


main(sys.argv[1])
