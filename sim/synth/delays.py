# SPDX-License-Identifier: Apache-2.0
"""Delays of the cells of a target, from the specify blocks of Yosys's models.

arcs(device, folder)[type] = {"through": [(in, out, ps)], "clock": {out: ps}, "setup": {in: ps}},
pins as (port, index).
"""
import json
import os
import subprocess


def _library(device, folder, name):
    path = os.path.join(folder, f"cells-{name}.json")
    if not os.path.exists(path):
        # Models of large blocks have memories that take long to process and no timing here.
        subprocess.run(["yosys", "-q", "-p", f"""
            read_verilog -specify {device.library}; delete DSP* MULT* *EHX* SB_MAC* *FIFO*; proc
            write_json {path}.tmp"""], check=True, capture_output=True)
        os.replace(path + ".tmp", path)
    with open(path) as file:
        return json.load(file)["modules"]


def _pins(bits, pin_of):
    return [pin_of[bit] for bit in bits if bit in pin_of]


def _most(table, key, value):
    table[key] = max(value, table.get(key, 0))


def _arcs_of(module):
    pin_of = {}
    for port, record in module["ports"].items():
        for i, bit in enumerate(record["bits"]):
            pin_of.setdefault(bit, (port, i))
    through, clock, setup = {}, {}, {}
    for cell in module["cells"].values():
        if cell["type"] not in ("$specify2", "$specify3", "$specrule"):
            continue
        value = {key: int(v, 2) for key, v in cell["parameters"].items() if set(v) <= {"0", "1"}}
        ins = _pins(cell["connections"]["SRC"], pin_of)
        outs = _pins(cell["connections"]["DST"], pin_of)
        if cell["type"] == "$specrule":
            for pin in ins:
                _most(setup, pin, value.get("T_LIMIT_MAX", 0))
            continue
        delay = max(value["T_RISE_MAX"], value["T_FALL_MAX"])
        if cell["type"] == "$specify3":
            for pin in outs:
                _most(clock, pin, delay)
        elif value.get("FULL") or len(ins) != len(outs):
            for a in ins:
                for b in outs:
                    _most(through, (a, b), delay)
        else:
            for pair in zip(ins, outs):
                _most(through, pair, delay)
    return {"through": [(a, b, ps) for (a, b), ps in through.items()],
            "clock": clock, "setup": setup}


def arcs(device, folder, name):
    table = {}
    if device.library:
        table = {kind: _arcs_of(module)
                 for kind, module in _library(device, folder, name).items()}
    for kind, pairs in device.fixed.items():
        if isinstance(pairs, dict):
            table[kind] = {"through": [((a, 0), (b, 0), ps) for (a, b), ps in pairs.items()],
                           "clock": {}, "setup": {}}
    return table
