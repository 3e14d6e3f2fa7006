# SPDX-License-Identifier: Apache-2.0
# Functions with device TLBs in PCI segment 1: edu behind a root port that the DMAR table names, and
# a disk on the root bus. Needs the scripts and settings of /init.
. /bin/segment.sh

ats_edu=0001:01:00.0
ats_disk=0001:00:02.0
plain_edu=0000:00:06.0  # which has none

ats_control() {
  local at
  at=$(extended "$1" | grep '^000f ' | cut -d ' ' -f 2)
  [ -n "$at" ] || { echo "no ATS capability"; return 1; }
  dword "$1" $((at + 4))
}

# Queue depth, page-aligned requests and global invalidation, ATS enabled, pages of 4 KiB.
ats_is_enabled() {  # ats_is_enabled FUNCTION DEPTH
  local control
  control=$(ats_control "$1") || { echo "$control"; return 1; }
  [ "$control" = "800000$2" ] || { echo "its registers are $control"; return 1; }
}

device_of_disk() { basename "$(ls -d "$devices/$ats_disk"/virtio*/block/*)"; }

test_ats_configuration() {
  local function
  check "edu with ATS has its capabilities" \
    has_capabilities "$ats_edu" "0001 0003 000e 000d 000f"
  check "the disk with ATS has its capabilities" \
    has_capabilities "$ats_disk" "0001 0003 000d 000f"
  check "the kernel enabled ATS of edu" ats_is_enabled "$ats_edu" 60
  check "the kernel enabled ATS of the disk" ats_is_enabled "$ats_disk" 68
  has_lspci || return
  for function in "$ats_edu" "$ats_disk"; do
    check "lspci shows ATS of $function" lspci_shows "$function" \
      'Address Translation Service (ATS)' 'ATSCtl:.*Enable+'
  done
}

# Uncached reads; what they used is unmapped, which invalidates.
read_disk() { dd if="/dev/$(device_of_disk)" of=/dev/null bs=64k count="$1" iflag=direct; }

# Something of the device TLB of the disk goes wrong; the kernel says PART and goes on.
disk_misbehaves() {  # disk_misbehaves KIND PART
  say "dmar-info: device TLB: $1"
  EDU=$ats_edu agent device-tlb "$1" 1 disk && read_disk 16 && read_disk 1 &&
    agent log-has 60 "dmar-info: device TLB: $1" "$2"
}

test_bad_answers() {
  check "a device that does not answer an invalidation is survived" \
    disk_misbehaves never-answers 'Invalidation Time-out Error'
  check "the disk goes on" read_disk 16
  check "a device that answers an invalidation twice is survived" \
    disk_misbehaves answers-twice 'Invalidation Completion Error'
  check "the disk goes on after that" read_disk 16
  check "ATS of the disk is still enabled" ats_is_enabled "$ats_disk" 68
}

# The unit has no way to know that a translated request of a function with ATS is forged; one of a
# function without it is blocked.
forged_request() {
  say "dmar-info: device TLB: forged"
  EDU=$plain_edu agent device-tlb forges-translated 1 &&
    EDU=$plain_edu agent dma read 0x100000 64 &&
    agent log-has 30 "dmar-info: device TLB: forged" "DMA Read" "[00:06.0]" "fault reason 0x0d"
}

test_device_tlbs() {
  test_ats_configuration
  EDU=$ats_edu SUBJECT="edu with ATS" agent_test test dma
  let_kernel_print_faults
  EDU=$plain_edu agent_test test dma
  let_kernel_print_faults
  if [ "$interrupt_remapping" = 1 ]; then
    EDU=$plain_edu agent_test test messages
    let_kernel_print_faults
  fi
  check "a forged translated request is blocked" forged_request
  let_kernel_print_faults
  if [ "$vfio" = 1 ]; then
    EDU=$ats_edu SUBJECT="edu with ATS" agent_test test vfio
    check "ATS of edu is enabled again" ats_is_enabled "$ats_edu" 60
  fi
  test_bad_answers
}
