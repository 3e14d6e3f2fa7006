# SPDX-License-Identifier: Apache-2.0
"""The longest register-to-register paths of a mapped netlist, by the delays of its cells alone:
wires are not known before placement. Levels are the LUTs and LUT RAMs on the way."""
import collections
import re

from delays import arcs


class Graph:
    """Arcs between net bits through combinational cells."""

    def __init__(self, netlist, device, folder, name):
        self.netlist = netlist
        self.device = device
        self.after = collections.defaultdict(list)   # bit: [(bit, cell, ps)]
        self.pending = collections.Counter()         # arcs into a bit
        self.starts = {}                             # bit: ps after the clock
        self.ends = []                               # (bit, cell, port, set-up ps)
        table = arcs(device, folder, name)
        for port, record in netlist.ports.items():
            for bit in record["bits"]:
                if record["direction"] == "input":
                    self.starts[bit] = 0
                else:
                    self.ends.append((bit, None, port, 0))
        for cell, record in netlist.cells.items():
            self._add(cell, record, table.get(record["type"]))

    def _add(self, cell, record, timing):
        kind, _ = self.device.kind(record["type"])
        wires = record["connections"]
        timing = timing or {"through": [], "clock": {}, "setup": {}}
        if kind == "ff":
            # The library of ECP5 counts on asynchronous resets, of which the unit has none.
            timing = {**timing, "through": []}
        for (a, i), (b, j), ps in timing["through"]:
            if i < len(wires.get(a, [])) and j < len(wires.get(b, [])):
                source, sink = wires[a][i], wires[b][j]
                if not isinstance(source, str) and not isinstance(sink, str):
                    self.after[source].append((sink, cell, ps))
                    self.pending[sink] += 1
        if kind not in ("ff", "bram", "lutram"):
            return
        passed = {a for a, _, _ in timing["through"]}
        for port, direction in record["port_directions"].items():
            for i, bit in enumerate(wires.get(port, [])):
                if isinstance(bit, str):
                    continue
                if direction == "output":
                    late = timing["clock"].get((port, i), self.device.fixed.get(kind, 0))
                    self.starts[bit] = max(late, self.starts.get(bit, 0))
                elif (port, i) not in passed:
                    self.ends.append((bit, cell, port, timing["setup"].get((port, i), 0)))

    def arrivals(self):
        """(ps, levels, carries, bit before, cell) of each bit that something reaches."""
        best = {bit: (ps, 0, 0, None, None) for bit, ps in self.starts.items()}
        pending = dict(self.pending)
        bits = set(self.after) | set(pending)
        ready = [bit for bit in bits if not pending.get(bit)]
        done = 0
        kinds = {cell: self.device.kind(r["type"])[0] for cell, r in self.netlist.cells.items()}
        while ready:
            bit = ready.pop()
            done += 1
            here = best.get(bit)
            for sink, cell, ps in self.after[bit]:
                if here is not None:
                    kind = kinds[cell]
                    there = (here[0] + ps, here[1] + (kind in ("lut", "lutram")),
                             here[2] + (kind == "carry"), bit, cell)
                    if sink not in best or there[:2] > best[sink][:2]:
                        best[sink] = there
                pending[sink] -= 1
                if not pending[sink]:
                    ready.append(sink)
        if done != len(bits):
            stuck = [self.netlist.names.get(bit, str(bit)) for bit in bits if pending.get(bit)]
            raise SystemExit("combinational loop through " + ", ".join(sorted(stuck)[:8]))
        return best


def _vector(name):
    return re.sub(r"\[\d+\]$", "", name)


def longest(netlist, device, folder, name, count=5):
    """One path for each pair of register vectors, the longest first."""
    graph = Graph(netlist, device, folder, name)
    best = graph.arrivals()
    ends = sorted(((best[bit][0] + setup, best[bit][1], bit, cell, port)
                   for bit, cell, port, setup in graph.ends if bit in best),
                  key=lambda end: (-end[0], -end[1], str(end[3]), end[4]))
    found, seen = [], set()
    for ps, levels, bit, cell, port in ends:
        trail = [bit]
        while best[trail[-1]][3] is not None:
            trail.append(best[trail[-1]][3])
        start = netlist.names.get(trail[-1], str(trail[-1]))
        end = port if cell is None else _end_name(netlist, cell, port)
        if (key := (_vector(start), _vector(end))) in seen:
            continue
        seen.add(key)
        through = []
        for step in reversed(trail):
            if step in netlist.names and _vector(netlist.names[step]) not in through:
                through.append(_vector(netlist.names[step]))
        found.append({"ps": ps, "levels": levels, "carries": best[bit][2], "start": start,
                      "end": end, "through": through[1:]})
        if len(found) == count:
            break
    return found, max((best[bit][1] for bit, *_ in graph.ends if bit in best), default=0)


def _end_name(netlist, cell, port):
    kind = netlist.cells[cell]["type"]
    if not cell.startswith("$"):
        return f"{cell} ({port})"
    names = [netlist.names[bit] for bit in netlist.outputs(cell) if bit in netlist.names]
    name = names[0] if names else f"({kind} without a name)"
    return name if port in ("D", "DI") else f"{name} ({port})"
