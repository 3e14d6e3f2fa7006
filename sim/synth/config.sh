# SPDX-License-Identifier: Apache-2.0
# What the synthesis scripts share.
sources=$(grep -v '^//' rtl/files.f | tr '\n' ' ')

# read_config NAME [PARAMETER=VALUE...]: sets `read` to the Yosys commands that read dmar_top as the
# configuration NAME of tb/bench/models.txt, with other parameters set, too.
read_config() {
  local name=$1 parameter chparam=""
  shift
  grep -q "^$name\( \|\$\)" tb/bench/models.txt || { echo "no configuration $name" >&2; return 1; }
  for parameter in $(sed -n "s/^$name  *//p" tb/bench/models.txt) "$@"; do
    chparam+=" -chparam ${parameter%=*} ${parameter#*=}"
  done
  read="read_verilog -sv -Irtl $sources; hierarchy -check -top dmar_top $chparam; rename -top dmar_top"
}

# Nothing may be inferred that the source does not mean: no latch, and with `check -assert` no
# combinational loop and no net without a driver or with two.
no_latch="select -assert-none t:\$dlatch t:\$adlatch t:\$dlatchsr t:\$_DLATCH_* t:\$_DLATCHSR_*"

# run_yosys LOG COMMANDS: any warning is an error.
run_yosys() {
  nice -n 3 yosys -q -e '.' -l "$1" -p "$2" && return 0
  echo "synthesis failed, see $1" >&2
  return 1
}

# The commands that map to each target. Yosys's newer mapper, abc9, makes far less of wide
# multiplexers on ECP5 and Xilinx 7, and shorter paths on iCE40; its last step, &mfs, aborts on some
# designs, so that abc9.script leaves it out on ECP5 and Xilinx 7.
map_ice40="synth_ice40 -abc9 -device hx"
map_ecp5="scratchpad -set abc9.script sim/synth/abc9.script; synth_ecp5 -abc9"
map_xc7="scratchpad -set abc9.script sim/synth/abc9.script;
         synth_xilinx -family xc7 -flatten -abc9 -noiopad -noclkbuf"
