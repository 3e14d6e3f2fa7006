# SPDX-License-Identifier: Apache-2.0
# What the synthesis scripts share: `read_config NAME` sets `read` to the Yosys commands that read
# dmar_top as the configuration NAME of tb/bench/models.txt.
sources=$(grep -v '^//' rtl/files.f | tr '\n' ' ')
read_config() {
  local parameter chparam=""
  grep -q "^$1\( \|\$\)" tb/bench/models.txt || { echo "no configuration $1" >&2; return 1; }
  for parameter in $(sed -n "s/^$1  *//p" tb/bench/models.txt); do
    chparam+=" -chparam ${parameter%=*} ${parameter#*=}"
  done
  read="read_verilog -sv -Irtl $sources; hierarchy -check -top dmar_top $chparam; rename -top dmar_top"
}
# Nothing may be inferred that the source does not mean: no latch.
no_latch="select -assert-none t:\$dlatch t:\$adlatch t:\$dlatchsr t:\$_DLATCH_* t:\$_DLATCHSR_*"
