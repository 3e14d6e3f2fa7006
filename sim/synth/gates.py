# SPDX-License-Identifier: Apache-2.0
"""gates.py BASE: area, depth and the five longest paths of a standard-cell run, from BASE.stat,
BASE.sta (OpenSTA), BASE.net.json and BASE.srams, as BASE.txt and BASE.json."""
import collections
import json
import re
import sys

from netlist import Netlist

FLIP_FLOP_AREA = 96.0  # of the library's DFFPOSX1
NAND2_AREA = 24.0      # a gate equivalent is one NAND2X1
# The library's areas are in units of its own grid; only ratios mean anything here.


def srams(path):
    with open(path) as file:
        text = file.read()
    rows = []
    for cell in re.findall(r"cell \$mem_v2 (.*?)\n  end", text, re.S):
        value = {key: int(re.search(rf"\\{key} (\d+)", cell)[1]) for key in ("SIZE", "WIDTH")}
        rows.append({"name": cell.split("\n")[0].lstrip("\\"), "words": value["SIZE"],
                     "width": value["WIDTH"]})
    return rows


def paths(sta, netlist, count=5):
    with open(sta) as file:
        text = file.read()
    name_of = {}
    for cell in netlist.cells:
        names = [netlist.names[bit] for bit in netlist.outputs(cell) if bit in netlist.names]
        if names:
            name_of[cell] = names[0]
    found, seen = [], set()
    for block in text.split("Startpoint: ")[1:]:
        start = block.split()[0]
        end = re.search(r"Endpoint: (\S+)", block)[1]
        key = tuple(re.sub(r"\[\d+\]$", "", name_of.get(one, one)) for one in (start, end))
        if key in seen:
            continue
        seen.add(key)
        steps = re.findall(r"^ +[\d.]+ +[\d.]+ [v^] (\S+)/(\w+) \((\w+)\)$",
                           block.split("data arrival time")[0], re.M)
        through = []
        for cell, _, _ in steps[1:]:
            name = re.sub(r"\[\d+\]$", "", name_of.get(cell, "$"))
            if not re.search(r"\$[^.]*$|^g\d+$", name) and name not in through:
                through.append(name)
        gates = [cell for cell, pin, _ in steps if pin == "Y"]
        found.append({"ps": round(1000 * float(re.search(r"([\d.]+) +data arrival", block)[1])),
                      "levels": len(gates), "start": name_of.get(start, start),
                      "end": name_of.get(end, end), "through": through})
        if len(found) == count:
            break
    return found


def main():
    base = sys.argv[1]
    netlist = Netlist(base + ".net.json")
    with open(base + ".stat") as file:
        area = float(re.search(r"Chip area .*: ([\d.]+)", file.read())[1])
    types = collections.Counter(record["type"] for record in netlist.cells.values())
    flip_flops = [cell for cell, record in netlist.cells.items()
                  if record["type"].startswith("DFF")]
    cut = sum(any("sram_in_q" in netlist.names.get(bit, "") or
                  "sram_data_q" in netlist.names.get(bit, "") for bit in netlist.outputs(cell))
              for cell in flip_flops)
    area -= cut * FLIP_FLOP_AREA
    rams = srams(base + ".srams")
    kbit = sum(row["words"] * row["width"] for row in rams) / 1024
    found = paths(base + ".sta", netlist)
    report = {"area": area, "gate_equivalents": round(area / NAND2_AREA),
              "flip_flops": len(flip_flops) - cut, "sram_kbit": round(kbit, 1), "srams": rams,
              "cells": dict(sorted(types.items())), "paths": found}
    lines = ["Standard cells (osu018, 0.18 um, no wire model)", "",
             f"{report['gate_equivalents']:,} gate equivalents (NAND2X1), "
             f"{report['flip_flops']:,} flip-flops, {kbit:.1f} kbit of SRAM not counted", ""]
    for i, one in enumerate(found, 1):
        lines.append(f"{i}. {one['ps'] / 1000:.2f} ns, {one['levels']} gates")
        lines.append(f"   from {one['start']}")
        lines += [f"        {name}" for name in one["through"]]
        lines.append(f"   to   {one['end']}")
    lines += ["", "SRAM", ""]
    lines += ["%6d x %-4d %s" % (row["words"], row["width"], row["name"]) for row in rams]
    with open(base + ".json", "w") as file:
        json.dump(report, file, indent=1)
    with open(base + ".txt", "w") as file:
        file.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
