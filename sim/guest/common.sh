# SPDX-License-Identifier: Apache-2.0
# Functions of all scripts of the guest.
#
# Results go to the kernel log, whose lines stay whole on the console:
#   dmar-check: PASS NAME              NAME has no colon
#   dmar-check: FAIL NAME: DETAIL
#   dmar-check: SKIP NAME: REASON
#   dmar-checksum: DISK FILE SHA256    contents of a file as the guest read it back
#   dmar-disk: DISK UUID               of the file system, 32 digits: which image this is
#   dmar-bounce-domain: TYPE           of the device that is measured; none: no unit translates
#   dmar-bounce: DIRECTION MEBIBYTES MICROSECONDS BUSY BUFFERS BYTES COPIES BYTES
#                                      BUSY: microseconds of the CPU; -1: not known
#   dmar-reserved: FUNCTION FIRST LAST  memory that firmware keeps for it, by the kernel
#   dmar-info: TEXT
#   dmar-end                           the test came to its end

prepare_system() {
  /bin/busybox --install -s /bin
  mount -t proc proc /proc
  mount -t sysfs sysfs /sys
  mount -t devtmpfs devtmpfs /dev
  echo on > /proc/sys/kernel/printk_devkmsg  # or the kernel drops most of the lines
}

say() { echo "<5>$*" > /dev/kmsg; }

# check NAME COMMAND...: passes when the command does.
check() {
  local name=$1 output
  shift
  if output=$("$@" 2>&1); then
    say "dmar-check: PASS $name"
  else
    say "dmar-check: FAIL $name: $(echo "$output" | tail -n 3 | tr '\n' ' ')"
    return 1
  fi
}

# Modules of one folder, in the order of their names.
load() {
  local file
  for file in "/modules/$1"/*.ko; do
    [ -e "$file" ] || continue  # all of it is in the kernel
    insmod "$file" || echo "$file"
  done
}

load_boot() { [ -z "$(load boot 2>&1 | tee /dev/console)" ]; }

wait_for_disk() {  # virtio finds its devices in the background
  local seconds
  for seconds in $(seq 300); do
    [ -b "/dev/$1" ] && return
    sleep 1
  done
  echo "no /dev/$1 after $seconds s"
  return 1
}

# disk_name PREFIX NUMBER: vda, vdb ... or sda, sdb ...
disk_name() { echo "$1$(printf "\\$(printf %o $((97 + $2)))")"; }

# Those of this guest, virtio first.
disk_names() {
  local i
  for i in $(seq 0 $((disks - 1))); do disk_name vd "$i"; done
  for i in $(seq 0 $((ahci_disks - 1))); do disk_name sd "$i"; done
}

# agent_test WORDS...: the lines of the agent become results.
agent_test() {
  {
    agent "$@" 2>&1
    status=$?  # 1: it has said itself what failed
    [ "$status" -le 1 ] || echo "dmar-check: FAIL agent $* ends by itself: status $status"
  } | while read -r line; do say "$line"; done
}

# The kernel prints about three faults in 5 s in full and counts the rest.
let_kernel_print_faults() { sleep 6; }

# The address, the only card's, comes from the server of the network.
network_is_up() {
  local tenth card=''
  for tenth in $(seq 300); do  # virtio finds its devices in the background
    card=$(ls /sys/class/net | grep -v '^lo$')
    [ -n "$card" ] && break
    sleep 0.1
  done
  ip link set lo up
  udhcpc -i "$card" -f -q -n -t 20 -T 3 -s /bin/udhcpc.sh && cat /tmp/address
}
