#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# through.sh DIR CONFIG: fails if a combinational path leads from an AXI input of the elaborated
# design DIR/CONFIG.il (elaborate.sh) to an AXI output.
set -euo pipefail
cd "$(dirname "$0")/../.."
. sim/synth/config.sh
dir=${1:?usage: through.sh DIR CONFIG}
config=${2:?usage: through.sh DIR CONFIG}
run_yosys "$dir/$config.through.log" "read_rtlil $dir/$config.il; memory_collect; opt_clean
  write_json $dir/$config.through.json"
printf '%s: ' "$config"
python3 sim/synth/through.py "$dir/$config.through.json"
