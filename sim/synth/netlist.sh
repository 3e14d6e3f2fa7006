#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# netlist.sh DIR [NAME...]: synthesizes each configuration of tb/bench/netlists.txt, or those named,
# to gates (memories stay memories) and writes DIR/NAME.v, in single bits, so that the tests can run
# on what Yosys understood. Any warning is an error. Registers stay outside the memories (-nordff):
# merged, they left the old read data without a driver.
# read_slang needs a newer Yosys than Debian 12 has: DMAR_SLANG_YOSYS, which reads the source;
# Debian's makes the gates. Where it is not set such netlists are left out, with a message.
set -euo pipefail
cd "$(dirname "$0")/../.."
. sim/synth/config.sh
dir=${1:?usage: netlist.sh DIR [NAME...]}
shift
mkdir -p "$dir"

# Sets `read` to the commands that bring in dmar_top of CONFIG through slang: as RTLIL, which both
# versions of Yosys know; $scopeinfo is a note that the older one does not.
read_slang() {  # read_slang NAME CONFIG PARAMETER=VALUE...
  local name=$1 parameter overrides=
  shift
  for parameter in $(sed -n "s/^$1  *//p" tb/bench/models.txt) "${@:2}"; do
    overrides+=" -G $parameter"
  done
  # Its file names are relative to this folder: a Yosys in a sandbox sees no other.
  local il
  il=$(realpath --relative-to=. "$dir")/$name.il
  "$DMAR_SLANG_YOSYS" -q -p "read_slang --threads 1 -DSYNTHESIS -Irtl --top dmar_top $overrides $sources
    hierarchy -check -top dmar_top; proc; $no_latch; flatten; opt_clean; check -assert
    delete t:\$scopeinfo; write_rtlil $il"
  read="read_rtlil $il; hierarchy -check -top dmar_top"
}

write_netlist() {  # write_netlist NAME CONFIG FRONT_END PARAMETER=VALUE...
  local name=$1 config=$2 front_end=$3 out=$dir/$1.v
  shift 3
  if [ "$front_end" = read_slang ]; then
    if [ -z "${DMAR_SLANG_YOSYS:-}" ]; then
      echo "*** $name is left out: no Yosys with read_slang (DMAR_SLANG_YOSYS is not set) ***" >&2
      rm -f "$out"
      [ "${CI:-}" != true ]
      return
    fi
    read_slang "$name" "$config" "$@"
  else
    read_config "$config" "$@"
  fi
  if ! yosys -q -e '.' -l "$out.log" -p "
      $read; synth -flatten -nordff -run begin:fine; $no_latch; check -assert
      opt -fast -full; techmap; opt -fast; abc -fast; opt_clean -purge; $no_latch; check -assert
      iopadmap -bits -outpad dmar_port_bit A:Y dmar_top; splitnets; opt_clean -purge
      write_verilog -noattr $out.tmp"; then
    echo "synthesis failed, see $out.log" >&2
    return 1
  fi
  echo "module dmar_port_bit (input A, output Y); assign Y = A; endmodule" >> "$out.tmp"
  # Only what is new is compiled again.
  cmp -s "$out.tmp" "$out" || mv "$out.tmp" "$out"
  rm -f "$out.tmp"
}

while read -r name config front_end parameters; do
  case "$name" in "" | "#"*) continue ;; esac
  [ $# -eq 0 ] || [[ " $* " == *" $name "* ]] || continue
  write_netlist "$name" "$config" "$front_end" $parameters
done < tb/bench/netlists.txt
