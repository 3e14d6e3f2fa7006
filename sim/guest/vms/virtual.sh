# SPDX-License-Identifier: Apache-2.0
# Part of the host: its machines own virtual functions. Number 0 belongs to the services machine,
# number 1 is what the user machine attacks with, number 2 stays with the host; sriov_test.sh has
# the rest.

make_virtual_functions() {
  ari=$([ -d "$devices/0001:01:00.0" ] && echo 1)
  [ "$ari" != 1 ] || physical=0001:01:00.0
  check "pci-pf-stub takes the physical function" take_physical || return
  make_them
  given=$(virtual 0)
  edu=$(virtual 1)
  export EDU=$edu  # for what the host does with it between two owners
}

# From now on the host works with one, while the machines have theirs.
virtual_functions_work() {
  order services "attack-control 'DMA of its virtual function to its own buffer'"
  EDU=$(virtual 2) agent keep /tmp/enough "the virtual function of the host works all the time" \
    > /tmp/kept 2>&1 &
  check "the host works with a virtual function" agent wait-line /tmp/kept 120 "is at work"
}

# The machines are off.
end_virtual_functions() {
  local number
  touch /tmp/enough
  agent wait-line /tmp/kept 120 "works all the time" > /dev/null
  grep dmar-check /tmp/kept | report_lines
  for number in 0 1; do take_back "$(virtual "$number")"; done
  check "all virtual functions write at once" flood_with_all
  check "one of them is reset" eval "echo 1 > $devices/$(virtual 0)/reset"
  check "virtual functions go while they write" set_count 0
  check "none of them is left" are_gone
  check "and none of them writes any more" no_more_faults
}
