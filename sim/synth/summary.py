# SPDX-License-Identifier: Apache-2.0
"""summary.py DIR [DOCUMENT]: the reports of DIR side by side, as DIR/summary.txt and .json. In
DOCUMENT the parts between `<!-- synth NAME -->` and `<!-- end of synth NAME -->` are replaced."""
import glob
import json
import os
import re
import sys

from devices import DEVICES

CONFIGS = ("tiny", "default", "server")
PARTS = ("area", "instances", "server", "place", "gates", "paths")


def markdown(rows):
    head, *body = [[str(cell) for cell in row] for row in rows]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in body]) + "\n"


def reports(folder):
    """{(configuration, target): report}"""
    found = {}
    for path in glob.glob(os.path.join(folder, "*.*.json")):
        config, target = os.path.basename(path).split(".", 2)[:2]
        if config in CONFIGS and os.path.basename(path) == f"{config}.{target}.json" \
                and target in (*DEVICES, "hx8k", "gates"):
            with open(path) as file:
                found[config, target] = json.load(file)
    return found


def area(found):
    rows = [("configuration", "target", "LUT", "in logic", "in LUT RAM", "in carries",
             "flip-flops", "block RAM", "levels", "longest path, cells alone")]
    for config in CONFIGS:
        for target, device in DEVICES.items():
            if (one := found.get((config, target))) is None:
                continue
            luts = dict.fromkeys(("lut", "lutram", "carry"), 0)
            for cell_type, count in one["cells"].items():
                kind, cost = device.kind(cell_type)
                if kind in luts:
                    luts[kind] += count * cost.get("lut", 0)
            total = one["total"]
            rows.append((f"`{config}`", device.title, f"{total['lut']:,} {device.lut_name}",
                         *(f"{luts[kind]:,}" for kind in luts), f"{total['ff']:,}",
                         f"{total['bram']} {device.bram_name}", one["levels"],
                         f"{one['paths'][0]['ps'] / 1000:.1f} ns"))
    return rows


def instances(found, config="default", deepest=3, least=60):
    targets = [target for target in DEVICES if (config, target) in found]
    rows = [("instance", *(f"{DEVICES[t].title} {name}" for t in targets
                           for name in ("LUT", "FF", "RAM")))]
    trees = [found[config, target]["instances"] for target in targets]
    for path in sorted(set().union(*trees)):
        depth = len(re.findall(r"(^|\.)u_", path))
        counts = [tree.get(path, {}) for tree in trees]
        if depth > deepest or (path and max((c.get("lut", 0) + c.get("ff", 0) for c in counts),
                                            default=0) < least):
            continue
        name = re.sub(r".*?((gen_[^.]*\.)*u_[^.]*)$", r"\1", path) or "dmar_top"
        rows.append(("&nbsp;" * 3 * depth + f"`{name}`",
                     *(f"{c.get(unit, 0):,}" for c in counts for unit in ("lut", "ff", "bram"))))
    return rows


def server(found):
    return instances(found, "server")


def place(found):
    rows = [("configuration", "logic cells", "of these the harness", "RAM4K", "clock")]
    for config in CONFIGS:
        if (one := found.get((config, "hx8k"))) is None:
            continue
        cells, available = one["used"]["ICESTORM_LC"]
        ram, rams = one["used"]["ICESTORM_RAM"]
        if one["placed"]:
            rows.append((f"`{config}`", f"{cells:,} of {available:,}", one["harness"],
                         f"{ram} of {rams}", f"{one['mhz']:.1f} MHz, {one['wanted']:.0f} wanted"))
        else:
            rows.append((f"`{config}`", f"{cells:,} of {available:,}", "", f"{ram} of {rams}",
                         "does not fit"))
    return rows


def gates(found):
    rows = [("configuration", "gate equivalents", "flip-flops", "SRAM", "longest path", "gates on it")]
    for config in CONFIGS:
        if (one := found.get((config, "gates"))) is None:
            continue
        longest = one["paths"][0]
        rows.append((f"`{config}`", f"{one['gate_equivalents']:,}", f"{one['flip_flops']:,}",
                     f"{one['sram_kbit']} kbit", f"{longest['ps'] / 1000:.2f} ns",
                     longest["levels"]))
    return rows


def paths(found):
    rows = [("build", "ns", "levels", "from", "through", "to")]
    titles = {**{name: device.title for name, device in DEVICES.items()},
              "hx8k": "HX8K, placed", "gates": "standard cells"}
    for config in CONFIGS:
        for target, title in titles.items():
            for one in found.get((config, target), {}).get("paths", []):
                through = ", ".join(f"`{name.split('.')[-1]}`" for name in one["through"][:4])
                rows.append((f"`{config}` {title}", f"{one['ps'] / 1000:.1f}", one["levels"],
                             f"`{one['start']}`", through, f"`{one['end']}`"))
    return rows


def replaced(document, name, part):
    begin, end = f"<!-- synth {name} -->\n", f"<!-- end of synth {name} -->\n"
    start, stop = document.find(begin), document.find(end)
    if start < 0 or stop < start:
        raise SystemExit(f"no lines for the part '{name}'")
    return document[:start + len(begin)] + part + document[stop:]


def main():
    folder, *documents = sys.argv[1:]
    found = reports(folder)
    parts = {name: markdown(globals()[name](found)) for name in PARTS}
    with open(os.path.join(folder, "summary.json"), "w") as file:
        json.dump({f"{config} {target}": report for (config, target), report
                   in sorted(found.items())}, file, indent=1)
    with open(os.path.join(folder, "summary.txt"), "w") as file:
        file.write("\n".join(parts[name] for name in PARTS))
    print(parts["area"] + "\n" + parts["place"] + "\n" + parts["gates"])
    for path in documents:
        with open(path) as file:
            text = file.read()
        for name, part in parts.items():
            text = replaced(text, name, part)
        with open(path, "w") as file:
            file.write(text)


if __name__ == "__main__":
    main()
