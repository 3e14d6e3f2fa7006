# SPDX-License-Identifier: Apache-2.0
# A physical function in PCI segment 1 and its virtual functions; $sriov is their kind, $ari says
# whether they are behind a port with alternative routing ids.

. /bin/segment.sh

physical=0001:00:01.0
[ "$ari" = 1 ] && physical=0001:01:00.0
count=4

# --- configuration space ---

test_configuration() {
  local arid=''
  [ "$ari" = 1 ] && arid='000e '
  check "the physical function has 4096 bytes of configuration space" has_all_bytes "$physical"
  check "they hold the list of extended capabilities" \
    has_capabilities "$physical" "0001 0003 ${arid}000d 0010"
  if has_lspci; then
    check "lspci shows the extended capabilities" lspci_shows "$physical" \
      'Advanced Error Reporting' 'Device Serial Number' 'Access Control Services' \
      'Single Root I/O Virtualization' 'Total VFs: 4'
  fi
}

# --- virtual functions ---

virtual() { local link; link=$(readlink "$devices/$physical/virtfn$1") && echo "${link##*/}"; }
numbers() { seq 0 $((count - 1)); }

set_count() { echo "$1" > "$devices/$physical/sriov_numvfs"; }

expected_address() {
  if [ "$ari" = 1 ]; then echo "0001:01:0$(($1 + 1)).0"; else echo "0001:00:01.$(($1 + 1))"; fi
}

are_there() {
  local i
  for i in $(numbers); do
    [ "$(virtual "$i")" = "$(expected_address "$i")" ] && [ -d "$devices/$(virtual "$i")" ] ||
      { echo "number $i is $(virtual "$i")"; return 1; }
  done
}

are_gone() {
  local i
  for i in $(numbers); do
    [ ! -e "$devices/$(expected_address "$i")" ] || { expected_address "$i"; return 1; }
  done
}

# Each alone in its group, with a domain that translates, all behind the unit of the segment.
have_domains() {
  local i folder unit
  unit=$(readlink "$devices/$physical/iommu")
  for i in $(numbers); do
    folder=$devices/$(virtual "$i")
    [ "$(ls "$folder/iommu_group/devices" | wc -l)" = 1 ] ||
      { echo "$i shares its group"; return 1; }
    case $(cat "$folder/iommu_group/type") in
      DMA*) ;;
      *) echo "$i has type $(cat "$folder/iommu_group/type")"; return 1 ;;
    esac
    [ "$(readlink "$folder/iommu")" = "$unit" ] &&
      [ "$unit" != "$(readlink "$devices/0000:00:05.0/iommu")" ] ||
      { echo "$i is behind $(readlink "$folder/iommu")"; return 1; }
  done
}

make_them() {
  check "four virtual functions are made" set_count "$count" || return
  check "each has its place" are_there
  check "each has a group and a domain of its own" have_domains
  check "a virtual function has 4096 bytes of configuration space" \
    has_all_bytes "$(virtual 0)"
}

command_of() { hexdump -s 4 -n 2 -e '"%04x"' "$devices/$1/config"; }

# --- edu ---

# pci-pf-stub is the driver of the kernel for functions that are nothing but a source of others.
take_physical() {
  echo pci-pf-stub > "$devices/$physical/driver_override" &&
    echo "$physical" > /sys/bus/pci/drivers/pci-pf-stub/bind
}

edu_number() {  # NUMBER AGENT-WORDS...
  local number=$1
  shift
  EDU=$(virtual "$number") SUBJECT="virtual function $number" agent_test "$@"
}

others_stay() { [ "$(command_of "$(virtual 1)")" = "$1" ] && are_there; }

# The unit of the segment raises no fault event any more.
unit_of() { basename "$(readlink "$devices/$1/iommu")"; }
events() { grep "$(unit_of "$physical")\$" /proc/interrupts; }
no_more_faults() {
  local before
  before=$(events)
  sleep 2
  [ "$before" = "$(events)" ] || { events; return 1; }
}

flood_with_all() {
  local i before
  before=$(events)
  for i in $(numbers); do edu_number "$i" flood 0xdead0000 20000; done
  sleep 1
  [ "$before" != "$(events)" ] || { echo "no fault event"; return 1; }
}

test_edu() {
  local i before
  check "pci-pf-stub takes the physical function" take_physical || return
  make_them
  for i in $(numbers); do
    edu_number "$i" attack read "0xcafe${i}000" "a read without permission"
  done
  let_kernel_print_faults
  edu_number 2 test dma
  if [ "$interrupt_remapping" = 1 ]; then
    # Each unit has a table of its own; that of the segment has no entry yet.
    edu_number 1 attack-interrupts 0 8 "interrupts by entries that are not there"
    edu_number 1 attack-compatible "an interrupt in compatibility format"
    let_kernel_print_faults
    agent_test test messages  # by edu in segment 0, whose unit has entries
    let_kernel_print_faults
  fi
  # Maps pages, moves data, interrupts, resets the function: the others do not notice.
  before=$(command_of "$(virtual 1)")
  edu_number 0 test vfio
  check "reset of one virtual function leaves the others" others_stay "$before"
  check "all virtual functions write at once" flood_with_all
  check "virtual functions go while they write" set_count 0
  check "none of them is left" are_gone
  check "and none of them writes any more" no_more_faults
  check "virtual functions can be made again" set_count "$count"
  check "each has its place again" are_there
  edu_number 3 attack read 0xcafe7000 "a read after it came back"
  let_kernel_print_faults
  agent_test test dma  # edu in segment 0 is not disturbed
}

# --- network cards ---

peer=10.77.0.1

card_of() { ls "$devices/$1"/virtio*/net 2>/dev/null; }
wait_for_card() {
  local tenth
  for tenth in $(seq 300); do
    [ -n "$(card_of "$1")" ] && return
    sleep 0.1
  done
  echo "no network card at $1"
  return 1
}

# reaches FUNCTION HOST-NUMBER: by this card and no other.
reaches() {
  local card status
  wait_for_card "$1" || return
  card=$(card_of "$1")
  ip link set "$card" up
  ip addr add "10.77.0.$2/32" dev "$card"
  ip route add "$peer" dev "$card"
  ping -A -c 3 -W 10 -s 1400 -I "$card" "$peer"
  status=$?
  ip addr flush dev "$card"
  ip route flush dev "$card"
  return $status
}

cards_are_remapped() {
  local number
  for number in $(numbers); do
    grep -q "IR-PCI-MSI.* $(basename "$(ls -d "$devices/$(virtual "$number")"/virtio*)")-input" \
      /proc/interrupts || { cat /proc/interrupts; return 1; }
  done
}

reset_card() {
  local function=$1
  echo "$function" > "$devices/$function/driver/unbind" &&
    echo 1 > "$devices/$function/reset" &&
    echo "$function" > /sys/bus/pci/drivers/virtio-pci/bind
}

# Frames without a pause until the card is gone.
flood_from() {
  local card
  card=$(card_of "$1")
  ip link set "$card" up
  ip addr add "10.77.0.$2/32" dev "$card"
  ip route add "$peer" dev "$card" metric "$2"
  ( while [ -d "/sys/class/net/$card" ]; do
      ping -A -c 1000 -W 1 -s 1400 -I "$card" "$peer"
    done ) > /dev/null 2>&1 &
}

sent_by() { cat "/sys/class/net/$(card_of "$1")/statistics/tx_packets"; }

flood_with_cards() {
  local i before
  for i in $(numbers); do flood_from "$(virtual "$i")" $((100 + i)); done
  before=$(sent_by "$(virtual 0)")
  sleep 1
  [ "$(sent_by "$(virtual 0)")" -gt "$before" ] || { echo "nothing leaves"; return 1; }
}

test_cards() {
  local i
  check "the physical function reaches the network" reaches "$physical" 50
  make_them
  for i in $(numbers); do
    check "virtual function $i reaches the network" reaches "$(virtual "$i")" $((60 + i))
  done
  if [ "$interrupt_remapping" = 1 ]; then
    check "interrupts of virtual functions are remapped" cards_are_remapped
  fi
  check "virtual function 2 is reset" reset_card "$(virtual 2)"
  check "it reaches the network again" reaches "$(virtual 2)" 70
  check "the others reach it as before" reaches "$(virtual 1)" 71
  check "all virtual functions send at once" flood_with_cards
  check "virtual functions go while they send" set_count 0
  check "none of them is left" are_gone
  check "the physical function goes on" reaches "$physical" 51
  check "virtual functions can be made again" set_count "$count"
  check "each has its place again" are_there
  check "one that came back reaches the network" reaches "$(virtual 3)" 72
  # What is hostile is in segment 0 here.
  agent_test test dma
  if [ "$interrupt_remapping" = 1 ]; then
    let_kernel_print_faults
    agent_test test messages
  fi
}

test_virtual_functions() {
  test_configuration
  case $sriov in
    edu) test_edu ;;
    *) test_cards ;;
  esac
}
