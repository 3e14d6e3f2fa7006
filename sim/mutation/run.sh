#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Does the test suite notice when the RTL is broken? Applies each line of mutants.txt to a copy of
# the repository, builds the default model and runs the trace, the scenarios and some random
# machines until something fails. Prints what noticed; a mutant that nothing notices fails the run.
# run.sh DIR [NAME...]: works in DIR; only the named mutants.
set -uo pipefail
cd "$(dirname "$0")/../.."
dir=${1:?usage: run.sh DIR [NAME...]}
shift
only=" $* "
list=$PWD/sim/mutation/mutants.txt
jobs=${JOBS:-$(nproc)}
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
rm -rf "$dir/src"
mkdir -p "$dir/src"
git ls-files -z | xargs -0 cp --parents -t "$dir/src"
cd "$dir/src"

# A break may leave a signal unused; that is not how it shall be noticed.
sed -i 's/set(arguments -Wall)/set(arguments -Wno-fatal -Wno-lint)/' tb/bench/DmarModel.cmake

build() { cmake --build "$dir/build" -j "$jobs" --target dmar scenario_tests random_tests; }

first_failure() {  # of a GoogleTest program
  grep -m1 -oE '^\[  FAILED  \] [^ ,]+' "$1" | sed 's/.*\] //'
}

# Prints what noticed, and succeeds, when something did.
noticed() {
  local log=$dir/log
  if ! timeout 300 "$dir/build/dmar" run sim/traces/linux61-blk-lazy.trace.gz --quiet >"$log" 2>&1; then
    echo "trace replay: $(head -n 1 "$log" | cut -c1-100)"
  elif ! timeout 600 "$dir/build/scenario_tests" --gtest_filter='*Rtl*' --gtest_brief=1 >"$log" 2>&1; then
    echo "scenario: $(first_failure "$log")"
  elif ! timeout 600 "$dir/build/random_tests" --gtest_brief=1 >"$log" 2>&1; then
    echo "random: $(first_failure "$log")"
  else
    return 1
  fi
}

sim/setup/configure.sh "$dir/build" "-DDMAR_MODELS=default" || exit 1
build >"$dir/log" 2>&1 || { tail -n 20 "$dir/log"; echo "the unbroken copy does not build"; exit 1; }
if what=$(noticed); then
  echo "the unbroken copy already fails: $what"
  exit 1
fi

survivors=0
count=0
while IFS=$'\t' read -r name file expression; do
  case "$name" in ''|'#'*) continue ;; esac
  [ "$only" = "  " ] || [[ "$only" == *" $name "* ]] || continue
  count=$((count + 1))
  cp "rtl/$file" "$dir/original"
  sed -i -e "$expression" "rtl/$file"
  if cmp -s "rtl/$file" "$dir/original"; then
    printf '%-28s NOT APPLIED: the expression matches nothing in rtl/%s\n' "$name" "$file"
    survivors=$((survivors + 1))
  elif ! build >"$dir/log" 2>&1; then
    printf '%-28s NOT BUILT: %s\n' "$name" "$(grep -m1 -iE 'error' "$dir/log")"
    survivors=$((survivors + 1))
  elif what=$(noticed); then
    printf '%-28s %s\n' "$name" "$what"
  else
    printf '%-28s SURVIVED\n' "$name"
    survivors=$((survivors + 1))
  fi
  cp "$dir/original" "rtl/$file"
done < "$list"

echo "$((count - survivors)) of $count mutants noticed"
[ "$survivors" -eq 0 ]
