# SPDX-License-Identifier: Apache-2.0
# Part of the host: machines end and begin, devices change their owners, memory is taken away.

take_back() {  # take_back FUNCTION: from VFIO, to no driver
  local folder=/sys/bus/pci/devices/$1
  echo "$1" > /sys/bus/pci/drivers/vfio-pci/unbind || return
  echo on > "$folder/power/control"
  [ ! -e "$folder/driver" ]
}

# The user machine is destroyed while its device keeps writing to its memory. A broken device goes
# on, whatever the host does to it; the memory is somebody else's by then.
destruction() {
  local occupier
  order user "stray 0x2000000 50000"
  destroy user
  agent occupy 300 /tmp/check "memory of the machine that is gone belongs to its new owner alone" \
    > /tmp/occupied &
  occupier=$!
  check "the host takes memory for itself" agent wait-line /tmp/occupied 60 " 300 MiB taken"
  check "the host takes the device back" take_back "$edu"
  agent stray-end blocked "writes of the device after the end of its machine" 2>&1 | report_lines
  touch /tmp/check
  wait "$occupier"
  grep dmar-check /tmp/occupied | report_lines
  check "the device can be given away again" give_away "$edu"
}

# The disk of the machine that is gone comes to the other one, at work, and goes again.
moved_disk() {
  monitor services "device_add vfio-pci,host=$disk,bus=slot1,id=moved"
  order services find-disk
  monitor services "device_del moved"
  order services lose-disk
}

# Memory goes back to the host while the device writes to another part.
less_memory() {
  local extra=0x100000000
  order user "reach $extra 'a read of memory that can be taken away'"
  order user "stray 0x2000000 50000"
  monitor user "qom-set memory requested-size 0"
  order user "less-memory"
  order user "stray-end arrived 'writes to the memory that stays'"
  attack "a read of memory that was taken away" read "$extra" ""
}

lives() {
  destruction
  moved_disk
  start user "$disk" "$edu"
  ready user
  order user "look-at-disk"
  order user "attack-control 'a write to its own buffer, by the machine after it,'"
  less_memory
}
