# SPDX-License-Identifier: Apache-2.0
# Configuration space of functions in PCI segment 1, as the kernel shows it. Needs say of common.sh.

devices=/sys/bus/pci/devices

dword() { hexdump -s "$2" -n 4 -e '"%08x"' "$devices/$1/config"; }

# extended FUNCTION: id and offset of each extended capability, in the order of the list.
extended() {
  local at=256 header
  while [ "$at" -ne 0 ]; do
    header=$(dword "$1" "$at")
    echo "$(printf '%04x' $((0x$header & 0xffff))) $at"
    at=$((0x$header >> 20))
  done
}
ids() { echo $(extended "$1" | cut -d ' ' -f 1); }

has_all_bytes() {
  local bytes
  bytes=$(wc -c < "$devices/$1/config")
  [ "$bytes" = 4096 ] || { echo "$bytes bytes"; return 1; }
}

# has_capabilities FUNCTION IDS
has_capabilities() {
  [ "$(ids "$1")" = "$2" ] || { echo "its capabilities are $(ids "$1")"; return 1; }
}

# lspci FUNCTION shows all of these.
lspci_shows() {
  local function=$1 out part
  shift
  out=$(lspci -n -vvv -s "$function" 2>&1)
  echo "$out" | grep -E 'Capabilities|VF|SR-?IOV|Initial|ATS' | while read -r part; do
    say "dmar-info: lspci $function $part"
  done
  for part; do
    echo "$out" | grep -q "$part" || { echo "no $part"; return 1; }
  done
}

# The small one of busybox knows no options like these.
has_lspci() { [ -x /bin/lspci ] && [ ! -L /bin/lspci ]; }
