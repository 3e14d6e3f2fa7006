#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Does the test suite notice when the RTL is broken? Builds the models of MODELS once, with many
# mutants in them, and lets the killers try each. Goes on where the last run stopped; results of
# another RTL do not count.
# run.sh DIR: works in DIR. COUNT=n mutants (0: all, needs hours), SEED=n another sample,
# FILES=axi/dmar_x.sv,... mutants of these sources alone, KILLERS=a,b these killers alone,
# TIME=minutes, JOBS=n.
set -euo pipefail
cd "$(dirname "$0")/../.."
dir=${1:?usage: run.sh DIR}
jobs=${JOBS:-$(nproc)}
models=${MODELS:-default;server;bare;tiny}
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)

build() {  # build FOLDER TARGET...
  local folder=$1
  shift
  cmake --build "$folder" -j "$jobs" --target "$@" > "$dir/build.log" 2>&1 && return
  tail -n 30 "$dir/build.log"
  exit 1
}

# The program first: it writes the RTL that the models are built from.
sim/setup/configure.sh "$dir/tool" -DDMAR_RTL=OFF
build "$dir/tool" dmar_mutation
"$dir/tool/dmar_mutation" write --rtl rtl --out "$dir" --named sim/mutation/mutants.txt \
  --equivalent sim/mutation/equivalent.txt --count "${COUNT:-270}" --seed "${SEED:-1}" \
  --files "${FILES:-}"

# A break may leave a signal unused; that is not how it shall be noticed.
sim/setup/configure.sh "$dir/build" "-DDMAR_MODELS=$models" "-DDMAR_RTL_ROOT=$dir" \
  "-DDMAR_RTL_WARNINGS=-Wno-fatal;-Wno-lint"
only=${KILLERS:-}
mapfile -t programs < <(
  awk -v only=",$only," '!/^#/ && (only == ",," || index(only, "," $1 ","))' \
    sim/mutation/killers.txt | grep -o '{build}/[a-z_]*' | cut -d/ -f2 | sort -u)
build "$dir/build" "${programs[@]}"

exec "$dir/tool/dmar_mutation" run --dir "$dir" --build "$dir/build" --only "$only" \
  --killers sim/mutation/killers.txt --jobs "$jobs" --minutes "${TIME:-0}"
