#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# cells.sh STAT: LUTs, flip-flops, carries and block RAMs of each module in a report of `stat`,
# without its submodules, and the sum over the design.
set -euo pipefail
awk '
  /^=== / {
    name = $2
    if (name == "design") name = "(whole design)"
    n = split(name, part, "\\")
    name = part[n]; sub(/^\$paramod.*\\/, "", name)
    # A parameter list may follow the module name.
    for (i = 1; i <= n; i++) if (part[i] ~ /^dmar_/) { name = part[i]; break }
    current = name
    if (!(name in seen)) { seen[name] = 1; order[++count] = name }
  }
  /^ +SB_LUT4/   { lut[current] += $2 }
  /^ +SB_DFF/    { ff[current] += $2 }
  /^ +SB_CARRY/  { carry[current] += $2 }
  /^ +SB_RAM40/  { ram[current] += $2 }
  END {
    printf "%-24s %8s %8s %8s %8s\n", "module", "LUT4", "FF", "carry", "RAM4K"
    for (i = 1; i <= count; i++)
      printf "%-24s %8d %8d %8d %8d\n", order[i], lut[order[i]], ff[order[i]], carry[order[i]], ram[order[i]]
  }' "$1"
