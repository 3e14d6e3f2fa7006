#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""bounce.py BUILD [MEBIBYTES]: bounce buffers with the unit, with pass-through and without it.

Boots three times and prints the table of docs/bounce-buffers.md. Exit status 1 when a boot failed.
"""

import json
import pathlib
import subprocess
import sys

CASES = (
    ("unit on", []),
    ("pass-through (`iommu=pt`)", ["--passthrough"]),
    ("unit off (`intel_iommu=off`)", ["--no-dma-remapping"]),
)
HEAD = (
    "| case | domain | direction | MiB | bounce buffers | bytes in them | copies "
    "| bytes copied | ms/MiB | CPU ms/MiB |",
    "|---|---|---|" + "--:|" * 7,
)


def number(value):
    return "-" if value is None else f"{value:,}"


def row(case, domain, run):
    per_mib = [f"{run[name] / 1000 / run['megabytes']:.0f}"
               for name in ("microseconds", "busy_microseconds")]
    counts = [number(run[name])
              for name in ("megabytes", "buffers", "buffer_bytes", "copies", "copied_bytes")]
    return "| " + " | ".join([case, domain, run["direction"], *counts, *per_mib]) + " |"


def measure(build, megabytes, name, options):
    """The JSON of one boot, or None."""
    result = build / "bounce.json"
    command = [build / "dmar", "vm", "--bounce", "--memory", "3072", "--megabytes", megabytes,
               "--quiet", "--json", result, *options]
    print(f"{name} ...", file=sys.stderr)
    status = subprocess.run([str(word) for word in command], check=False).returncode
    return json.loads(result.read_text()) if status == 0 else None


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    build = pathlib.Path(sys.argv[1])
    megabytes = sys.argv[2] if len(sys.argv) == 3 else "32"
    results = [(name, measure(build, megabytes, name, options)) for name, options in CASES]
    print("\n".join(HEAD))
    for name, result in results:
        for run in result["bounce"]["runs"] if result else []:
            print(row(name, result["bounce"]["domain"], run))
    good = [result for _, result in results if result]
    if good:
        print(f"\nLinux {good[0]['kernel']}, {sum(r['mismatches'] for r in good)} mismatches "
              f"between RTL and golden model in {sum(r['dma_reads'] + r['dma_writes'] for r in good):,} "
              "DMA requests")
    sys.exit(0 if len(good) == len(CASES) else 1)


if __name__ == "__main__":
    main()
