# SPDX-License-Identifier: Apache-2.0
"""Parameters have one source, rtl/parameters.json. Without options: says what differs from it, in
rtl/dmar_parameters.svh, rtl/dmar_params.sv, the headers of all modules, dmar::Config and the tables
of docs/integration.md. --write: writes what is generated anew (`make docs`)."""
import glob
import re
import sys

from parameter_source import Source, number

DOCUMENT = "docs/integration.md"
PARAMS = "rtl/dmar_params.sv"
HEADERS = "rtl/dmar_parameters.svh"
CONFIG = "tb/dmar/config.hpp"
MEMBERS = "tb/bench/DmarModel.cmake"
TITLES = {"architecture": "Architecture, reported in VER, CAP and ECAP", "size": "Sizes",
          "bus": "Attributes of `m_dma` and `m_tbl`",
          "core": "`dmar_core` only; `dmar_top` computes the numbers of tags from its slots"}


def table(source, group):
    """The rows of the document for one group."""
    rows = ["| parameter | default | legal | meaning |", "|---|---|---|---|"]
    for p in source.parameters:
        if p.group != group:
            continue
        legal = "0 or 1" if p.type == "bit" and p.single else p.legal_text()
        if p.note:
            legal += "; " + p.note
        default = re.sub(r"^1'b", "", p.default)
        meaning = f"{p.field}: {p.description}" if p.field else p.description
        rows.append(f"| `{p.name}` | {default} | {legal} | {meaning} |")
    return "\n".join(rows)


def with_tables(source, text):
    for group, title in TITLES.items():
        begin, end = f"<!-- parameters: {group} -->\n", f"<!-- end of parameters: {group} -->"
        if begin not in text or end not in text:
            sys.exit(f"{DOCUMENT}: no markers for the parameters of group '{group}'")
        head, rest = text.split(begin)
        text = f"{head}{begin}{title}:\n\n{table(source, group)}\n\n{end}{rest.split(end, 1)[1]}"
    return text


def verilog_of(parameter):
    """The expression that is true of an illegal value, and cannot draw a warning for being constant."""
    name, allowed = parameter.name, parameter.range
    if "values" in allowed:
        return " && ".join(f"{name} != {parameter.literal(v)}" for v in allowed["values"])
    parts = [f"{name} < {allowed['min']}"] if allowed["min"] > 0 else []
    parts.append(f"{name} > {allowed['max']}")
    if allowed.get("power_of_two"):
        parts.append(f"!power_of_two({name})")
    return " || ".join(parts)


def wrapped(text, indent, width=100):
    """Breaks an expression before an operator."""
    lines, line = [], ""
    for word in re.split(r" (?=&&|\|\|)", text):
        if line and len(indent) + len(line) + 1 + len(word) > width - 4:
            lines.append(line)
            line = "    " + word
        else:
            line = f"{line} {word}" if line else word
    return ("\n" + indent).join(lines + [line])


def refusal(illegal, name, message):
    """The lines of a generate block that stops elaboration where `illegal` is true."""
    lines = f"  if ({wrapped(illegal, '  ')})".split("\n")
    block = f" begin : gen_{name}"
    if len(lines[-1] + block) > 100:
        lines += ["     "]
    lines[-1] += block
    return lines + [f'    $error("{message}");', "  end"]


def params_module(source):
    out = ["// SPDX-License-Identifier: Apache-2.0",
           "// Refuses to elaborate an illegal set of parameters, and says why. Written by `make docs`",
           "// from rtl/parameters.json; do not edit.",
           "`default_nettype none",
           "module dmar_params #("]
    width = max(len(p.name) for p in source.checked())
    out.append(",\n".join(f"  parameter {p.type:<12} {p.name:<{width}} = {p.default}"
                          for p in source.checked()))
    out += [");", "",
            "  function automatic bit power_of_two(input int unsigned x);",
            "    power_of_two = (x != 0) && ((x & (x - 1)) == 0);",
            "  endfunction", ""]
    for p in source.parameters:
        if not p.single:
            snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", p.name).lower()
            out += refusal(verilog_of(p), snake, p.message())
    for i, (holds, message) in enumerate(source.rules):
        out += refusal(f"!({holds.replace('clog2', '$clog2')})", f"rule_{i}", message)
    return "\n".join(out) + "\n\nendmodule\n`default_nettype wire\n"


def macro(name, lines):
    return [f"`define {name} \\"] + [f"  {line} \\" for line in lines[:-1]] + ["  " + lines[-1], ""]


def instance_map(parameters):
    """.Name(Name) of each, in lines."""
    lines, line = [], ""
    for i, p in enumerate(parameters):
        word = f".{p.name}({p.name})" + ("," if i + 1 < len(parameters) else "")
        if line and len(line) + 1 + len(word) > 95:
            lines.append(line)
            line = ""
        line = f"{line} {word}" if line else word
    return lines + [line]


def headers(source):
    """The parameters of each module that takes more than a handful, as it declares them and as its
    instance passes them on, and those that dmar_params looks at."""
    out = ["// SPDX-License-Identifier: Apache-2.0",
           "// The parameters of dmar_top and of the blocks that get many of them: X_PARAMETERS for the",
           "// header of X, X_MAP for an instance of it where they have the same names, and X_CHECKED for",
           "// the instance of dmar_params in X. Written by `make docs` from rtl/parameters.json; do not",
           "// edit.",
           "`ifndef DMAR_PARAMETERS_SVH",
           "`define DMAR_PARAMETERS_SVH", ""]
    for module in source.modules():
        own, prefix = source.of(module), module.upper()
        width = max(len(p.name) for p in own)
        declared = [f"parameter {p.type:<12} {p.name:<{width}} = {p.default}" for p in own]
        out += macro(f"{prefix}_PARAMETERS", [d + "," for d in declared[:-1]] + declared[-1:])
        if module != "dmar_top":
            out += macro(f"{prefix}_MAP", instance_map(own))
        if module in ("dmar_top", "dmar_core"):
            out += macro(f"{prefix}_CHECKED", instance_map(source.checked(module)))
    return "\n".join(out + ["`endif  // DMAR_PARAMETERS_SVH"]) + "\n"


def header(text):
    """(name, type, default) of each parameter of a module, localparams left out."""
    match = re.search(r"^module \w+ #\((.*?)^\) ?[(;]", text, re.S | re.M)
    if not match:
        return []
    body = re.sub(r"//[^\n]*", "", match[1])
    found = []
    for m in re.finditer(r"(?<!local)parameter\s+((?:int unsigned|bit|logic\s*\[[^]]*\]))\s+(\w+)\s*="
                         r"\s*([^,\n]+?)\s*(?=,|\n|$)", body):
        found.append((m[2], re.sub(r"\s+", " ", m[1]), m[3].strip()))
    return found


def check_modules(source, say):
    by_name = {p.name: p for p in source.parameters}
    for path in sorted(glob.glob("rtl/**/*.sv", recursive=True)):
        with open(path, encoding="ascii") as file:
            text = file.read()
        declared = header(text)
        for name, kind, default in declared:
            if name not in by_name:
                continue
            if kind != by_name[name].type or default != by_name[name].default:
                say(f"{path}: {name}: {kind} = {default}, "
                    f"but {by_name[name].type} = {by_name[name].default}")
        module = path.rsplit("/", 1)[-1][:-3]
        if module in source.modules():
            prefix = "`" + module.upper()
            for name in sorted({d[0] for d in declared} & {p.name for p in source.of(module)}):
                say(f"{path}: {name} stands beside {prefix}_PARAMETERS")
            used = [prefix + "_PARAMETERS"]
            if module in ("dmar_top", "dmar_core"):
                used.append(f"dmar_params #({prefix}_CHECKED) u_params ();")
            for words in used:
                if words not in text:
                    say(f"{path}: lacks {words}")


def check_config(source, say):
    with open(CONFIG, encoding="ascii") as file:
        members = re.findall(r"^  (?:unsigned|bool) (\w+) = ([^;]+);", file.read(), re.M)
    with open(MEMBERS, encoding="ascii") as file:
        listed = re.search(r"set\(DMAR_CONFIG_MEMBERS(.*?)\)", file.read(), re.S)[1]
    pairs = dict(pair.split("=") for pair in listed.split())
    values = {name: {"true": 1, "false": 0}.get(text) if text in ("true", "false") else int(text, 0)
              for name, text in members}
    for p in source.parameters:
        if pairs.pop(p.name, None) != p.config:
            say(f"{MEMBERS}: {p.name} is not paired with {p.config}")
        if p.config and values.pop(p.config, None) != number(p.default):
            say(f"{CONFIG}: {p.config} has another default than {p.name} = {p.default}")
    for name in list(pairs) + list(values):
        say(f"{CONFIG}, {MEMBERS}: {name} is no parameter")


def main():
    source = Source()
    with open(DOCUMENT, encoding="ascii") as file:
        document = file.read()
    generated = {DOCUMENT: with_tables(source, document), PARAMS: params_module(source),
                 HEADERS: headers(source)}
    if sys.argv[1:] == ["--write"]:
        for path, text in generated.items():
            with open(path, "w", encoding="ascii") as file:
                file.write(text)
        return 0
    problems = []
    for path, text in generated.items():
        with open(path, encoding="ascii") as file:
            if file.read() != text:
                problems.append(f"{path} is not what rtl/parameters.json says: run `make docs`")
    check_modules(source, problems.append)
    check_config(source, problems.append)
    for module in ("dmar_top", "dmar_core"):
        problems += [f"default of {module}: {c}" for c in source.complaints(source.defaults(module))]
    print("\n".join(problems), end="\n" if problems else "")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
