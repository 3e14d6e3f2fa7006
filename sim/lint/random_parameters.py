# SPDX-License-Identifier: Apache-2.0
"""Holds what rtl/parameters.json calls legal against what elaborates.

Illegal sets, one for each border and each rule: dmar_params must stop elaboration with its message,
in Verilator, Yosys and slang. Legal sets, drawn at random with a liking for the ends of each range:
dmar_top and dmar_core must elaborate without a message in Verilator and slang, some in Yosys.

random_parameters.py [--count N] [--yosys N] [--seed S] [--slang PYTHON]
random_parameters.py --only TOP NAME=VALUE ...    one set, in all tools
slang is that of a Python with pyslang (DMAR_SLANG_PYTHON); without one it is left out.
"""
import argparse
import os
import random
import re
import subprocess
import sys

from parameter_source import Source, number

with open("rtl/files.f", encoding="ascii") as listing:
    FILES = [line.strip() for line in listing if line.strip() and not line.startswith("//")]



def files(top):
    return ["rtl/dmar_params.sv"] if top == "dmar_params" else FILES


SLANG = """
import sys, pyslang
driver = pyslang.driver.Driver()
driver.addStandardArgs()
driver.parseCommandLine(" ".join(["slang"] + sys.argv[1:]), pyslang.driver.CommandLineOptions())
sys.exit(not (driver.processOptions() and driver.parseAllSources() and driver.runFullCompilation()))
"""


def run(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.returncode, done.stdout


class Tools:
    def __init__(self, source, slang):
        self.source = source
        self.slang_python = slang
        # A release that reports its own times even when it finds nothing knows how not to.
        knows = run(["verilator", "--lint-only", "--quiet", "rtl/dmar_pkg.sv"])[0] == 0
        self.quiet = ["--quiet"] if knows else []

    def options(self, values, form):
        by_name = {p.name: p for p in self.source.parameters}
        return [form.format(name, by_name[name].literal(value)) for name, value in values.items()]

    def verilator(self, top, values):
        return run(["verilator", "--lint-only", "-Wall", "--assert"] + self.quiet
                   + ["-Irtl", "rtl/lint.vlt"]
                   + files(top) + ["--top-module", top] + self.options(values, "-G{}={}"))

    def yosys(self, top, values):
        chparam = " ".join(self.options(values, "-chparam {} {}"))
        script = (f"read_verilog -sv -Irtl {' '.join(files(top))}; hierarchy -check -top {top} {chparam};"
                  " proc; opt_clean; select -assert-none t:$dlatch t:$adlatch; check -assert")
        return run(["yosys", "-q", "-e", ".", "-p", script])

    def slang(self, top, values):
        code, out = run([self.slang_python, "-c", SLANG, "-Irtl", "--top", top]
                        + [option.replace("'", "\\'") for option in self.options(values, "-G{}={}")]
                        + files(top))
        expected = ("", "Top level design units:", top, "Build succeeded: 0 errors, 0 warnings")
        return code, "\n".join(line for line in out.split("\n") if line.strip() not in expected)

    def all(self):
        tools = [self.verilator, self.yosys]
        return tools + [self.slang] if self.slang_python else tools


def ends(parameter):
    allowed = parameter.range
    if "values" in allowed:
        return [allowed["values"][0], allowed["values"][-1]]
    return [allowed["min"], allowed["max"]]


def draw(random_numbers, parameter):
    allowed = parameter.range
    if random_numbers.random() < 0.25:
        return random_numbers.choice(ends(parameter))
    if "values" in allowed:
        return random_numbers.choice(allowed["values"])
    if allowed.get("power_of_two"):
        powers = [1 << i for i in range(17) if allowed["min"] <= 1 << i <= allowed["max"]]
        return random_numbers.choice(powers)
    # Small ones are likely: large machines take long to elaborate and differ little.
    width = random_numbers.randint(0, (allowed["max"] - allowed["min"]).bit_length())
    return min(allowed["max"], allowed["min"] + random_numbers.getrandbits(width))


def legal_set(source, top, random_numbers):
    """Some parameters drawn, the others at their defaults."""
    while True:
        values = source.defaults(top)
        for parameter in source.of(top):
            if random_numbers.random() < 0.7:
                values[parameter.name] = draw(random_numbers, parameter)
        if not source.complaints(values):
            return values


def illegal_sets(source):
    """(values, message): beyond each end of each range, and one for each rule."""
    found = []
    for parameter in source.checked():
        allowed = parameter.range
        if "values" in allowed:
            field = re.search(r"\[(\d+):0\]", parameter.type)
            bits = int(field[1]) + 1 if field else 1
            outside = (set(range(1 << bits)) if parameter.type != "int unsigned" else
                       set(range(max(allowed["values"]) + 2))) - set(allowed["values"])
            wrong = sorted(outside)[:1] + sorted(outside)[-1:]
        else:
            wrong = [allowed["min"] - 1, allowed["max"] + 1]
            if allowed.get("power_of_two"):
                wrong.append(3 * max(allowed["min"], 1))
        for value in sorted({v for v in wrong if v >= 0}):
            if not parameter.single and not parameter.allows(value):
                found.append(({parameter.name: value}, parameter.message()))
    random_numbers = random.Random(1)
    for holds, message in source.rules:
        for _ in range(20000):
            values = {p.name: draw(random_numbers, p) for p in source.checked()
                      if p.name in holds or random_numbers.random() < 0.3}
            complete = {**{p.name: number(p.default) for p in source.checked()}, **values}
            if source.complaints(complete) == [message]:
                found.append((values, message))
                break
        else:
            sys.exit(f"no set of parameters breaks the rule '{holds}' alone")
    return found


def replay(top, values):
    return f"python3 sim/lint/random_parameters.py --only {top} " + " ".join(
        f"{name}={value}" for name, value in values.items())


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--count", type=int, default=24, help="legal sets")
    parser.add_argument("--yosys", type=int, default=4, help="how many of them Yosys reads, too")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--slang", default=os.environ.get("DMAR_SLANG_PYTHON"), metavar="PYTHON")
    parser.add_argument("--only", nargs="+", metavar="WORD")
    options = parser.parse_args()
    source = Source()
    tools = Tools(source, options.slang)
    failures = []

    def judge(tool, top, values, message=None):
        code, out = tool(top, values)
        good = message in out and code != 0 if message else code == 0 and not out
        if not good:
            wanted = f"no message '{message}'" if message else "no clean elaboration"
            failures.append(f"{tool.__name__}: {wanted} with\n  {replay(top, values)}\n"
                            + "\n".join("  " + line for line in out.split("\n")[:6]))

    if options.only:
        top, *pairs = options.only
        values = {name: int(value) for name, value in (pair.split("=") for pair in pairs)}
        complaints = source.complaints({**source.defaults(top), **values})
        for tool in tools.all():
            judge(tool, top, values, complaints[0] if complaints else None)
    else:
        for values, message in illegal_sets(source):
            for tool in tools.all():
                judge(tool, "dmar_params", values, message)
        random_numbers = random.Random(options.seed)
        for i in range(options.count):
            top = ("dmar_top", "dmar_core")[i % 2]
            values = legal_set(source, top, random_numbers)
            judge(tools.verilator, top, values)
            if options.slang:
                judge(tools.slang, top, values)
            if i < options.yosys:
                judge(tools.yosys, top, values)
    if failures:
        print("\n".join(failures))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
