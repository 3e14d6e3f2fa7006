# SPDX-License-Identifier: Apache-2.0
"""report.py NETLIST.json TARGET OUT: cells of each instance, the largest registers and the longest
paths of a mapped netlist, as OUT.txt and OUT.json."""
import collections
import json
import os
import re
import sys

from devices import DEVICES, UNITS
from netlist import Netlist
from paths import longest


def cells_by_instance(netlist, device):
    """{instance path: {unit: own count}}"""
    own = collections.defaultdict(collections.Counter)
    for cell, record in netlist.cells.items():
        _, cost = device.kind(record["type"])
        if cost:
            own[netlist.owner(cell)].update(cost)
    if device.has_logic_cells:
        for cell in logic_cells(netlist, device):
            own[netlist.owner(cell)]["lc"] += 1
    return own


def logic_cells(netlist, device):
    """One cell for each logic cell of an iCE40: a LUT with the flip-flop that it alone feeds and the
    carry that shares its inputs; and all LUTs, flip-flops and carries without such company."""
    def wire(cell, port):
        return netlist.cells[cell]["connections"][port][0]

    kinds = collections.defaultdict(list)
    for cell, record in netlist.cells.items():
        kinds[device.kind(record["type"])[0]].append(cell)
    yield from kinds["lut"]
    for cell in kinds["ff"]:
        data = wire(cell, "D")
        alone = len(netlist.sinks[data]) == 1 and data not in netlist.port_bits
        if not (alone and netlist.driver.get(data) in netlist.cells
                and netlist.cells[netlist.driver[data]]["type"] == "SB_LUT4"):
            yield cell
    adders = {tuple(wire(cell, port) for port in ("I1", "I2", "I3")) for cell in kinds["lut"]}
    for cell in kinds["carry"]:
        if tuple(wire(cell, port) for port in ("I0", "I1", "CI")) not in adders:
            yield cell


def with_children(own):
    total = collections.defaultdict(collections.Counter)
    for path, counts in own.items():
        parts = path.split(".") if path else []
        seen = [""]
        for i in range(1, len(parts) + 1):
            if re.match(r"u_", parts[i - 1]):
                seen.append(".".join(parts[:i]))
        for ancestor in seen:
            total[ancestor].update(counts)
    return total


def registers(netlist, device, count=25):
    """Register vectors with the most flip-flops."""
    bits = collections.Counter()
    for cell, record in netlist.cells.items():
        if device.kind(record["type"])[0] == "ff":
            for bit in netlist.outputs(cell):
                bits[re.sub(r"(\[\d+\])+$", "", netlist.names.get(bit, "?"))] += 1
    return bits.most_common(count)


def depth(path):
    return sum(part.startswith("u_") for part in path.split("."))


def table(device, total, deepest):
    units = UNITS[:3] + (("lc", "bram") if device.has_logic_cells else ("lutram", "bram"))
    names = {"lut": device.lut_name, "ff": "FF", "carry": "carry", "lutram": "LUT RAM",
             "bram": device.bram_name, "lc": "LC"}
    lines = ["%-64s" % "instance" + "".join(" %8s" % names[unit] for unit in units)]
    for path in sorted(total):
        if depth(path) > deepest or (path and not any(total[path].values())):
            continue
        label = "  " * depth(path) + (re.sub(r".*?((gen_[^.]*\.)*u_[^.]*)$", r"\1", path) or "dmar_top")
        lines.append("%-64s" % label[:64] + "".join(" %8d" % total[path][unit] for unit in units))
    return lines


def path_lines(found):
    for i, one in enumerate(found, 1):
        yield f"{i}. {one['ps'] / 1000:.2f} ns in cells, {one['levels']} levels, " \
              f"{one['carries']} carry cells"
        yield f"   from {one['start']}"
        for name in one["through"]:
            yield f"        {name}"
        yield f"   to   {one['end']}"


def main():
    source, target, out = sys.argv[1:]
    device = DEVICES[target]
    netlist = Netlist(source)
    total = with_children(cells_by_instance(netlist, device))
    found, levels = longest(netlist, device, os.path.dirname(out), target)
    biggest = registers(netlist, device)
    types = collections.Counter(record["type"] for record in netlist.cells.values())
    with open(out + ".json", "w") as file:
        json.dump({"target": target, "cells": dict(sorted(types.items())),
                   "total": {unit: total[""][unit] for unit in (*UNITS, "lc")}, "levels": levels,
                   "instances": {path: dict(total[path]) for path in sorted(total)},
                   "registers": biggest, "paths": found}, file, indent=1)
    lines = [f"{device.title}: cells of each instance with what is inside it", ""]
    lines += table(device, total, 9)
    lines += ["", "Largest registers, in flip-flops", ""]
    lines += ["%6d  %s" % (bits, name) for name, bits in biggest]
    lines += ["", "Longest paths by the delays of cells, without wires", ""]
    lines += list(path_lines(found))
    with open(out + ".txt", "w") as file:
        file.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
