# SPDX-License-Identifier: Apache-2.0
"""rtl/parameters.json: the parameters of dmar_top and dmar_core, and which sets of them are legal."""
import json
import math
import re

PATH = "rtl/parameters.json"


class Parameter:
    def __init__(self, record):
        self.name = record["name"]
        self.type = record["type"]
        self.default = record["default"]
        self.group = record["group"]
        self.modules = record["modules"]
        self.config = record.get("config")
        self.field = record.get("field")
        self.description = record["description"]
        self.note = record.get("legal_note")
        self.range = record.get("range", {"min": 0, "max": 1} if self.type == "bit" else None)
        if self.range is None:
            raise ValueError(f"{PATH}: {self.name}: no range")

    @property
    def single(self):
        """Whatever its type allows may be given: a bit that may be 0 and 1, a field that may be all."""
        return self.range.get("whole", self.type == "bit" and "values" not in self.range)

    def allows(self, value):
        if "values" in self.range:
            return value in self.range["values"]
        power = value > 0 and value & (value - 1) == 0
        return (self.range["min"] <= value <= self.range["max"]
                and (power or not self.range.get("power_of_two")))

    def legal_text(self):
        """Its range in words, as messages and the document have it."""
        if "text" in self.range:
            return self.range["text"]
        if "values" in self.range:
            width = re.search(r"\[(\d+):0\]", self.type)
            names = [f"{v:0{int(width[1]) + 1}b}" if width else str(v)
                     for v in self.range["values"]]
            return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " or " + names[-1]
        text = f"{self.range['min']} to {self.range['max']}"
        return "a power of two from " + text if self.range.get("power_of_two") else text

    def message(self):
        return f"{self.name} must be {self.legal_text()}"

    def literal(self, value):
        """A value as Verilog writes one of this type."""
        width = re.search(r"\[(\d+):0\]", self.type)
        if width:
            return f"{int(width[1]) + 1}'b{value:0{int(width[1]) + 1}b}"
        return f"1'b{value}" if self.type == "bit" else str(value)


def number(literal):
    """The value of a literal such as 46 or 5'b00110."""
    match = re.fullmatch(r"\d+'b([01]+)", literal)
    return int(match[1], 2) if match else int(literal)


class Source:
    def __init__(self, path=PATH):
        with open(path, encoding="ascii") as file:
            data = json.load(file)
        self.parameters = [Parameter(record) for record in data["parameters"]]
        self.rules = [(rule["holds"], rule["message"]) for rule in data["rules"]]

    def of(self, module):
        return [p for p in self.parameters if module in p.modules]

    def modules(self):
        """Those whose headers are written, from the outermost in."""
        return list(dict.fromkeys(module for p in self.parameters for module in p.modules))

    def checked(self, module=None):
        """What dmar_params looks at: all but bits that may be 0 and 1 and stand in no rule."""
        ruled = set(re.findall(r"\w+", " ".join(holds for holds, _ in self.rules)))
        return [p for p in (self.of(module) if module else self.parameters)
                if not p.single or p.name in ruled]

    def defaults(self, module):
        return {p.name: number(p.default) for p in self.of(module)}

    def complaints(self, values):
        """The messages of all that is wrong with a set; parameters not in it do not count."""
        found = [p.message() for p in self.parameters
                 if p.name in values and not p.allows(values[p.name])]
        names = {p.name for p in self.parameters}
        for holds, message in self.rules:
            expression = holds.replace("&&", " and ").replace("||", " or ")
            expression = re.sub(r"!(?!=)", " not ", expression)
            used = set(re.findall(r"\w+", expression)) & names
            if not used <= set(values):
                continue
            clog2 = lambda x: math.ceil(math.log2(x)) if x > 1 else 0
            if not eval(expression, {"clog2": clog2}, dict(values)):
                found.append(message)
        return found
