# SPDX-License-Identifier: Apache-2.0
"""memories.py CONFIG.il LOG TARGET CONFIG OUT: what became of each array, into OUT.txt and
OUT.json. FAILS where one of more than LIMIT bits became flip-flops and memories.txt, beside this
program, does not allow it."""
import fnmatch
import json
import os
import re
import sys

LIMIT = 256  # bits

ALLOWED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "memories.txt")


def declared(il):
    """{array: (words, width)} before mapping"""
    with open(il) as file:
        found = re.findall(r"^  memory(?: width (\d+))?(?: size (\d+))? .*?\\(\S+)$", file.read(), re.M)
    return {name: (int(size or 1), int(width or 1)) for width, size, name in found}


def mapped(log):
    """{array: what Yosys mapped it to, None for flip-flops}"""
    with open(log) as file:
        text = file.read()
    kinds = {name: kind.strip("$_") for name, kind
             in re.findall(r"^mapping memory \w+\.(\S+) via (\S+)$", text, re.M)}
    kinds.update((name, None) for name
                 in re.findall(r"^using FF mapping for memory \w+\.(\S+)$", text, re.M))
    return kinds


def allowance(target, config, name):
    """Bits that may be flip-flops."""
    with open(ALLOWED) as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                targets, configs, pattern, bits, _ = line.split(None, 4)
                if (fnmatch.fnmatch(target, targets) and fnmatch.fnmatch(config, configs)
                        and fnmatch.fnmatch(name, pattern)):
                    return int(bits)
    return LIMIT


def main():
    il, log, target, config, out = sys.argv[1:]
    sizes = declared(il)
    rows, refused = [], []
    for name, kind in sorted(mapped(log).items()):
        words, width = sizes[name]
        rows.append({"name": name, "words": words, "width": width, "in": kind or "flip-flops"})
        if kind is None and words * width > allowance(target, config, name):
            refused.append(f"{name}: {words} x {width} = {words * width} bits became flip-flops, "
                           f"{allowance(target, config, name)} are allowed")
    with open(out + ".json") as file:
        report = json.load(file)
    report["memories"] = rows
    with open(out + ".json", "w") as file:
        json.dump(report, file, indent=1)
    with open(out + ".txt", "a") as file:
        file.write("\nMemories\n\n")
        for row in rows:
            file.write("%6d x %-4d %-26s %s\n"
                       % (row["words"], row["width"], row["in"], row["name"]))
    for line in refused:
        print(f"{config} for {target}: {line}", file=sys.stderr)
    sys.exit(1 if refused else 0)


if __name__ == "__main__":
    main()
