# SPDX-License-Identifier: Apache-2.0
"""placed.py BASE STATUS: what nextpnr-ice40 made of BASE.net.json, from its log, report and SDF:
cells, clock reached and the five longest paths by RTL names, as BASE.txt and BASE.json. FAILS
where nextpnr did (STATUS)."""
import collections
import json
import re
import sys

from netlist import Netlist

CLOCKS = ("CLK", "RCLK", "WCLK")
ENTRY = re.compile(
    r'\(CELLTYPE "(?P<type>[^"]+)"|\(INSTANCE (?P<instance>[^)]*)\)'
    r"|\(INTERCONNECT (?P<a>\S+)/(?P<ap>\S+) (?P<b>\S+)/(?P<bp>\S+) \((?P<wire>\d+)"
    r"|\(IOPATH (?P<i>\S+) (?P<o>\S+) \((?P<cell>\d+)"
    r"|\(SETUPHOLD \(\w+ (?P<d>\w+(\[\d+\])?)\) \(posedge \w+\) \((?P<setup>\d+)")


class Delays:
    """Arcs between pins (cell, port) of the placed design."""

    def __init__(self, sdf):
        self.after = collections.defaultdict(list)  # pin: [(pin, ps)]
        self.pending = collections.Counter()
        self.starts = {}                            # pin: ps after the clock
        self.ends = {}                              # pin: set-up ps
        self.types = {}
        with open(sdf) as file:
            text = file.read().replace("\\", "")
        cell_type = instance = None
        for m in ENTRY.finditer(text):
            if m["type"]:
                cell_type = m["type"]
            elif m["instance"] is not None:
                instance = m["instance"]
                self.types[instance] = cell_type
            elif m["wire"]:
                self._add((m["a"], m["ap"]), (m["b"], m["bp"]), int(m["wire"]))
            elif m["cell"]:
                if m["i"] in CLOCKS:
                    self.starts[instance, m["o"]] = int(m["cell"])
                else:
                    self._add((instance, m["i"]), (instance, m["o"]), int(m["cell"]))
            else:
                pin = (instance, m["d"])
                self.ends[pin] = max(int(m["setup"]), self.ends.get(pin, 0))

    def _add(self, source, sink, ps):
        if sink[1] in CLOCKS:
            return
        self.after[source].append((sink, ps))
        self.pending[sink] += 1

    def arrivals(self):
        """{pin: (ps, levels, ps in wires, pin before)}"""
        best = {pin: (ps, 0, 0, None) for pin, ps in self.starts.items()}
        pending = dict(self.pending)
        ready = [pin for pin in self.after if not pending.get(pin)]
        while ready:
            pin = ready.pop()
            here = best.get(pin)
            for sink, ps in self.after[pin]:
                if here is not None and sink not in self.starts:
                    inside = sink[0] == pin[0]
                    there = (here[0] + ps, here[1] + (inside and sink[1] == "O"),
                             here[2] + (0 if inside else ps), pin)
                    if sink not in best or there[0] > best[sink][0]:
                        best[sink] = there
                pending[sink] -= 1
                if not pending[sink]:
                    ready.append(sink)
        return best


def vector(name):
    return re.sub(r"\[\d+\]$", "", name)


def longest(base, count=5):
    with open(base + ".timing.json") as file:
        timing = json.load(file)
    netlist = Netlist(base + ".net.json", "dmar_harness")
    alias = {}
    with open(base + ".net.json") as file:
        nets = json.load(file)["modules"]["dmar_harness"]["netnames"]
    for name, net in nets.items():
        for i, bit in enumerate(net["bits"]):
            full = f"{name}[{i}]" if len(net["bits"]) > 1 else name
            alias[full] = netlist.names.get(bit, full)
    # The SDF writes names with other backslashes than the report: both go without.
    net_of = {(n["driver"].replace("\\", ""), n["port"]): alias.get(n["net"], n["net"])
              for n in timing["detailed_net_timings"]}
    delays = Delays(base + ".sdf")
    best = delays.arrivals()
    ends = sorted(((best[pin][0] + setup, pin) for pin, setup in delays.ends.items()
                   if pin in best), reverse=True)
    found, seen = [], set()
    for ps, pin in ends:
        trail = [pin]
        while best[trail[-1]][3] is not None:
            trail.append(best[trail[-1]][3])
        start = net_of.get(trail[-1], trail[-1][0])
        cell, port = pin
        start, end = (name if "$" not in name else "(a register without a name)"
                      for name in (start, net_of.get((cell, "O"), cell)))
        if not re.match(r"I\d", port):
            end += f" ({port})"
        if (key := (vector(start), vector(end))) in seen:
            continue
        seen.add(key)
        through = []
        for step in reversed(trail):
            name = vector(net_of.get(step, "$"))
            if "$" not in name and name not in through:
                through.append(name)
        found.append({"ps": ps, "wire_ps": best[pin][2], "start": start, "end": end,
                      "levels": best[pin][1] + bool(re.match(r"I\d", port)),
                      "through": through[1:]})
        if len(found) == count:
            break
    cells = [name for name, kind in delays.types.items() if kind == "ICESTORM_LC"]
    clock = next(iter(timing["fmax"].values()))
    return found, clock, sum("u_dmar." not in name for name in cells)


def main():
    base, status = sys.argv[1], int(sys.argv[2])
    with open(base + ".log") as file:
        log = file.read()
    used = {name: (int(n), int(of)) for name, n, of
            in re.findall(r"Info:\s+(ICESTORM_LC|ICESTORM_RAM|SB_IO|SB_GB): +(\d+)/ *(\d+)", log)}
    report = {"used": used, "placed": status == 0}
    lines = ["iCE40 HX8K, placed and routed by nextpnr-ice40 in a harness", ""]
    lines += ["%-14s %6d of %6d" % (name, n, of) for name, (n, of) in used.items()]
    if status == 0:
        found, clock, harness = longest(base)
        with open(base + ".seed") as file:
            seed = int(file.read())
        report.update(mhz=clock["achieved"], wanted=clock["constraint"], harness=harness,
                      paths=found, seed=seed)
        lines += [f"{harness} logic cells of these are the harness", "",
                  f"{clock['achieved']:.1f} MHz reached, {clock['constraint']:.0f} MHz wanted "
                  f"(start {seed})", ""]
        for i, one in enumerate(found, 1):
            lines.append(f"{i}. {one['ps'] / 1000:.2f} ns, {one['wire_ps'] / 1000:.2f} ns of it in "
                         f"wires, {one['levels']} levels")
            lines.append(f"   from {one['start']}")
            lines += [f"        {name}" for name in one["through"]]
            lines.append(f"   to   {one['end']}")
    else:
        report["error"] = re.findall(r"ERROR: (.*)", log)[:3]
        lines += report["error"]
    with open(base + ".json", "w") as file:
        json.dump(report, file, indent=1)
    with open(base + ".txt", "w") as file:
        file.write("\n".join(lines) + "\n")
    print("\n".join(lines[2:8]))
    sys.exit(status != 0)


if __name__ == "__main__":
    main()
