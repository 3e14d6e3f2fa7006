#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run.sh DIR: builds every model with coverage in DIR/build, runs the tests, random machines and the
# recorded drivers on them, and writes the report to DIR/index.html. Fails when a test fails or a
# threshold is missed. SEEDS=n random machines for each model.
set -uo pipefail
cd "$(dirname "$0")/../.."
dir=${1:?usage: run.sh DIR}
jobs=${JOBS:-$(nproc)}
seeds=${SEEDS:-20}
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
build=$dir/build
data=$dir/data
failed=0

# narrow and client have nothing that the others lack, apart from widths, numbers of slots and what
# goes with what.
sim/setup/configure.sh "$build" -DDMAR_COVERAGE=ON "-DDMAR_MODELS=default;tiny;server;bare" || exit 1
if ! cmake --build "$build" -j "$jobs" \
    --target dmar scenario_tests bench_rtl_tests random_tests sweep_tests coverage_report \
    > "$dir/build.log" 2>&1; then
  grep -m 20 -E 'error|FAILED' "$dir/build.log"
  echo "the build failed, see $dir/build.log"
  exit 1
fi

rm -rf "$data"
mkdir -p "$data"
export DMAR_COVERAGE_DIR=$data
export DMAR_SEEDS=$seeds

# One line for each program: name and command. They run $jobs at a time; the long ones first.
shards() {  # shards NAME COMMAND...: a test program in as many parts as jobs
  local name=$1 part
  shift
  for part in $(seq 0 $((jobs - 1))); do
    echo "$name-$part env GTEST_TOTAL_SHARDS=$jobs GTEST_SHARD_INDEX=$part $build/$*"
  done
}
programs() {
  shards random random_tests --gtest_brief=1
  shards scenario scenario_tests "--gtest_filter=*Rtl_*" --gtest_brief=1
  shards sweep sweep_tests --gtest_brief=1
  echo "bench $build/bench_rtl_tests --gtest_brief=1"
  local trace
  for trace in sim/traces/*.trace.gz; do
    echo "$(basename "$trace" .trace.gz) $build/dmar run $trace --quiet"
  done
}

run_one() {  # run_one NAME COMMAND...
  local name=$1 start=$SECONDS
  shift
  if "$@" > "$data/$name.log" 2>&1; then
    printf 'ok    %-28s %4d s\n' "$name" $((SECONDS - start))
  else
    printf 'FAIL  %-28s see %s\n' "$name" "$data/$name.log"
    return 1
  fi
}
export -f run_one
export data

programs | xargs -P "$jobs" -d '\n' -I LINE bash -c 'set -f; run_one $0' LINE || failed=1

"$build/coverage_report" --data "$data" --root "$PWD" --waivers sim/coverage/waivers.txt \
  --out "$dir" || failed=1
genhtml --quiet --branch-coverage --prefix "$PWD" --output-directory "$dir/lines" \
  --title OpenDMAR "$dir/lines.info" > "$dir/genhtml.log" 2>&1 ||
  { tail -n 5 "$dir/genhtml.log"; failed=1; }
echo "report: $dir/index.html"
exit $failed
