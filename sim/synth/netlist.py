# SPDX-License-Identifier: Apache-2.0
"""A mapped, flattened netlist (Yosys write_json): what drives what, and whose each cell is.

Flattening keeps the instance path in the names of nets. A flip-flop or a RAM belongs to the
instance whose net it drives; a LUT on a net without a name belongs to whom it feeds most.
"""
import collections
import json
import re

SCOPE = re.compile(r"u_\w+(\[\d+\])?$")


def instance_of(name):
    """The instance path of a net or cell: everything up to the last instance name in it."""
    parts = name.split(".")[:-1]
    while parts and not SCOPE.match(parts[-1]):
        parts.pop()
    return ".".join(parts)


def rank(name):
    """Of several names of one net the one in the driving module is wanted: a register, else not an
    input port, else the deepest."""
    last = re.sub(r"\[\d+\]$", "", name.rsplit(".", 1)[-1])
    return (last.endswith("_q"), not last.endswith("_i"), name.count("."), -len(name))


class Netlist:
    def __init__(self, path, top="dmar_top"):
        with open(path) as file:
            module = json.load(file)["modules"][top]
        # $scopeinfo is no hardware: newer versions of Yosys keep the names of modules in it.
        self.cells = {name: record for name, record in module["cells"].items()
                      if record["type"] != "$scopeinfo"}
        self.ports = module["ports"]
        self.port_bits = {bit for port in self.ports.values() for bit in port["bits"]}
        self.names = {}
        for name, net in module["netnames"].items():
            if net.get("hide_name"):
                continue
            wide = len(net["bits"]) > 1
            for i, bit in enumerate(net["bits"]):
                if isinstance(bit, str):
                    continue
                full = f"{name}[{i}]" if wide else name
                if bit not in self.names or rank(full) > rank(self.names[bit]):
                    self.names[bit] = full
        self.driver = {}
        self.sinks = collections.defaultdict(list)
        for name, cell in self.cells.items():
            for port, direction in cell["port_directions"].items():
                for bit in cell["connections"].get(port, []):
                    if isinstance(bit, str):
                        continue
                    if direction == "output":
                        self.driver[bit] = name
                    else:
                        self.sinks[bit].append(name)
        self._owners = {}

    def outputs(self, cell):
        record = self.cells[cell]
        for port, direction in record["port_directions"].items():
            if direction == "output":
                for bit in record["connections"].get(port, []):
                    if not isinstance(bit, str):
                        yield bit

    def owner(self, cell):
        """Instance path of a cell, '' for the top."""
        if cell in self._owners:
            return self._owners[cell]
        stack = [cell]
        open_cells = set()
        while stack:
            now = stack[-1]
            if now in self._owners:
                stack.pop()
                continue
            named = self._named_owner(now)
            if named is not None:
                self._owners[now] = named
                stack.pop()
                continue
            users = {sink for bit in self.outputs(now) for sink in self.sinks[bit]}
            wait = [s for s in users if s not in self._owners and s not in open_cells]
            if wait and now not in open_cells:
                open_cells.add(now)
                stack.extend(wait)
                continue
            votes = collections.Counter(self._owners[s] for s in users if s in self._owners)
            best = max(votes.values(), default=0)
            self._owners[now] = min((o for o, n in votes.items() if n == best), default="")
            stack.pop()
        return self._owners[cell]

    def _named_owner(self, cell):
        if not cell.startswith("$"):  # RAMs keep the name of the array
            return instance_of(cell)
        names = [self.names[bit] for bit in self.outputs(cell) if bit in self.names]
        return instance_of(max(names, key=rank)) if names else None
