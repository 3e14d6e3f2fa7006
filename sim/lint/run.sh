#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every static check: format, licence lines, ASCII, RTL lint in Verilator and Yosys and in the newer
# front ends of front_ends.sh, and that legal parameters elaborate and illegal ones do not. Prints
# one line for each; fails at the end if any failed.
set -uo pipefail
cd "$(dirname "$0")/../.."
. sim/lint/steps.sh

cxx_files() { find tb sim -name '*.cpp' -o -name '*.hpp' | sort; }
rtl_files() { find rtl tb/check -name '*.sv' -o -name '*.svh' -o -name '*.f' -o -name '*.vlt' | sort; }
text_files() { cxx_files; rtl_files; find sim docs -name '*.sh' -o -name '*.md'; echo README.md; }

format() {
  local said status
  said=$(sim/lint/format.sh --check 2>&1)
  status=$?
  [ $status -eq 77 ] && [ "${CI:-}" != true ] && return 0  # front_ends.sh says it aloud
  printf '%s' "$said"
  return $status
}
licence() { { cxx_files; rtl_files; } | xargs grep -L 'SPDX-License-Identifier: Apache-2.0'; true; }
ascii() { ! text_files | xargs grep -nP '[^\x00-\x7F]' ; }
columns() { ! rtl_files | xargs grep -nE '^.{101,}|	' ; }
listed() {  # every source is in files.f, and the other way round
  diff <(grep -v '^//' rtl/files.f | sort) <(find rtl -name '*.sv' | sort)
}
no_implicit_nets() {  # none inside each source, and none left behind for the sources of others
  find rtl -name '*.sv' | sort | while read -r file; do
    grep -q '^`default_nettype none$' "$file" && [ "$(tail -n 1 "$file")" = '`default_nettype wire' ] ||
      echo "$file: no \`default_nettype none, or no wire at the end"
  done
}
banned() {  # what Yosys 0.23 accepts and silently gets wrong; it does not see DMAR_WIDTH
  ! rtl_files | grep -v '^tb/' | xargs grep -nE '\$bits\(|_t +[a-z_0-9]+ *\[|_t *\[|\bbind\b' |
    grep -vE '^rtl/(lint.vlt|dmar_assert.svh):'
}
# What every read_verilog gets wrong. That it is found, and what it is, stands in cast_cases/.
casts() {
  python3 sim/lint/cast_operands.py --self-test sim/lint/cast_cases &&
    python3 sim/lint/cast_operands.py $(find rtl -name '*.sv' -o -name '*.svh')
}

verilator_lint() {
  verilator --lint-only $quiet -Wall --assert -Irtl rtl/lint.vlt $sources --top-module dmar_top "$@"
}
yosys_lint() {
  yosys -q -e '.' -p "read_verilog -sv -Irtl $sources
    hierarchy -check -top dmar_top ${1//$'\n'/ }; proc; opt_clean
    select -assert-none t:\$dlatch t:\$adlatch; check -assert"
}

step "clang-format" format
step "licence lines" licence
step "ASCII only" ascii
step "RTL: 100 columns, no tabs" columns
step "RTL: files.f is complete" listed
step "RTL: no implicit nets" no_implicit_nets
step "RTL: no construct that Yosys silently drops" banned
step "RTL: no size cast as an operand in a concatenation" casts
step "Verilator -Wall: default build" verilator_lint
step "Verilator -Wall: smallest build" verilator_lint -GReadSlots=1 -GWriteSlots=1 -GWalks=1 \
  -GContextSets=1 -GContextWays=1 -GIotlb4kSets=1 -GIotlb4kWays=1 -GIotlb2mSets=1 -GIotlb2mWays=1 \
  -GIotlb1gSets=1 -GIotlb1gWays=1 -GPagingCacheSets=1 -GPagingCacheWays=1 -GFaultRecords=1
step "Verilator -Wall: widest build" verilator_lint -GHostAddrWidth=52 -GGuestAddrWidth=57 \
  -GVersionMajor=7 "-GAbortMode=1'b1" "-GWriteBufferFlush=1'b1" "-GSagaw=5'b01110" "-GProtectedLow=1'b1" "-GProtectedHigh=1'b1" "-GCollapseFaults=1'b0" \
  "-GDeviceTlb=1'b1" "-GNoWriteFlag=1'b1" "-GTableAtomics=1'b1" "-GPostedInterrupts=1'b1" \
  -GFaultRecords=160 -GWalks=32 -GReadSlots=32 -GWriteSlots=16 -GIotlb4kSets=1024
step "Verilator -Wall: barest build" verilator_lint "-GSagaw=5'b00100" "-GSuperPages=2'b00" \
  "-GPassThrough=1'b0" "-GSnoopControl=1'b0" "-GZeroLengthRead=1'b0" "-GPageSelective=1'b0" \
  -GHostAddrWidth=39 -GDomainIdCode=2 "-GInterruptRemapping=1'b0" "-GExtendedInterruptMode=1'b0" \
  -GMaxInterruptMask=0
step "Verilator -Wall: checks of the bench" verilator_lint tb/check/dmar_drain_check.sv \
  tb/check/drain_bind.sv
step "Yosys: default build" yosys_lint ""
step "Yosys: widest build" yosys_lint "-chparam HostAddrWidth 52 -chparam GuestAddrWidth 57
  -chparam Sagaw 5'b01110 -chparam VersionMajor 4 -chparam ProtectedLow 1 -chparam ProtectedHigh 1 -chparam Walks 8
  -chparam DeviceTlb 1 -chparam NoWriteFlag 1 -chparam TableAtomics 1 -chparam PostedInterrupts 1"

sim/lint/front_ends.sh
case $? in
  0) export DMAR_SLANG_PYTHON=${BUILD:-build}/front-ends/bin/python ;;
  77) echo "slang looks at no set of parameters" >&2 ;;  # front_ends.sh has said why
  *) failed=1 ;;
esac
step "parameters: headers, documents and C++ say the same" python3 sim/lint/parameters.py
step "parameters: what is legal elaborates, what is not is refused" \
  python3 sim/lint/random_parameters.py
exit $failed
