#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Long campaigns: the trace under many memory timings on every model, and random machines.
# SEEDS=n sets the number of random machines for each model.
set -uo pipefail
cd "$(dirname "$0")/../.."
build=${BUILD:-build}
failed=0
sim/setup/configure.sh "$build" && cmake --build "$build" -j "${JOBS:-$(nproc)}" || exit 1
trace=sim/traces/linux61-blk-lazy.trace.gz
for config in default small wide; do
  for options in "--mem-latency 1" "--mem-latency 200" "--mem-latency 40 --mem-reorder --seed 7"; do
    echo "== dmar run --config $config $options"
    # shellcheck disable=SC2086
    "$build/dmar" run "$trace" --config "$config" $options --quiet || failed=1
  done
done
echo "== random machines"
DMAR_SEEDS=${SEEDS:-400} "$build/random_tests" --gtest_brief=1 || failed=1
exit $failed
