#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# pack.sh DOCUMENT PROGRAM...: holds the table of real bugs in DOCUMENT against the tests that the
# programs contain: every row from 1 to 55 is there once and has a test or says what it waits for;
# every test that it names exists; every test RealBugNN_... is named in row NN.
set -euo pipefail
document=${1:?usage: pack.sh DOCUMENT PROGRAM...}
shift
failed=0
complain() { echo "$*"; failed=1; }

rows=$(grep -E '^\| [0-9]+ \| ' "$document")
named=$(grep -oE '`[A-Za-z]+\.RealBug[0-9]{2}_[A-Za-z0-9_]+`' <<<"$rows" | tr -d '`' | sort -u)
# A suite stands on a line of its own, as Prefix/Suite.; its tests follow as Name/parameter.
built=$(for program in "$@"; do "$program" --gtest_list_tests; done |
  sed -E 's/ *#.*//' |
  awk '/^[^ ]/ { sub(/^.*\//, ""); suite = $1 } /^ / { sub(/\/.*/, "", $1); print suite $1 }' |
  grep -E '\.RealBug[0-9]{2}_' | sort -u)

[ -n "$built" ] || complain "no program has a test RealBugNN_..."
for name in $(comm -23 <(echo "$named") <(echo "$built")); do
  complain "$document names $name, which no program has"
done
for ((row = 1; row <= 55; ++row)); do
  line=$(grep -E "^\| $row \| " <<<"$rows" || true)
  [ "$(grep -c . <<<"$line")" -eq 1 ] || { complain "$document: row $row is there not once"; continue; }
  number=$(printf '%02d' "$row")
  for name in $(grep -E "\.RealBug${number}_" <<<"$built" || true); do
    grep -qF "\`$name\`" <<<"$line" || complain "$document: row $row does not name $name"
  done
  grep -qE '`[A-Za-z]+\.RealBug|\| waits for [^|]+ \|$' <<<"$line" ||
    complain "$document: row $row has no test and waits for nothing"
done
[ "$failed" -eq 0 ] && echo "$(wc -l <<<"$built") tests of real bugs, all in the table"
exit "$failed"
