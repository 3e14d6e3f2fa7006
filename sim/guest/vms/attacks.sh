# SPDX-License-Identifier: Apache-2.0
# Part of the host: what the user machine tries with its device, and what becomes of it.

same() { [ "$1" = "$2" ] || { echo "it was $1 and is $2"; return 1; }; }

# The kernel's line about a fault, or what the agent says instead.
reported() { case $1 in DMAR*) ;; *) echo "$1"; return 1 ;; esac; }

# told NAME PART...: what the kernel has said since the attack NAME, with every PART.
told() {
  local name=$1
  shift
  agent log-has 30 "dmar-info: attack: $name" "[${edu#000?:}]" "$@"
}

finish_attack() {  # finish_attack NAME WHERE REPORT
  check "$1 is reported to the host" reported "$3"
  say "dmar-attack: $1; $2; $3"
  let_kernel_print_faults
}

# attack NAME read|write ADDRESS MEMORY: of the device. MEMORY: a physical address whose bytes have
# to stay, or none.
attack() {
  local name=$1 way=$2 address=$3 memory=$4 reason=0x05 before report
  [ "$way" = write ] || reason=0x06
  [ -z "$memory" ] || before=$(agent physical "$memory" 64)
  say "dmar-info: attack: $name"
  order user "attack $way $address '$name'"
  report=$(told "$name" "fault addr $(printf 0x%x $((address & ~4095))) " "[fault reason $reason]")
  [ -z "$memory" ] ||
    check "$name leaves memory as it was" same "$before" "$(agent physical "$memory" 64)"
  finish_attack "$name" "$address" "$report"
}

# The user machine does not know which entries the other one has, so it tries many.
interrupt_attack() {
  local name="interrupts by entries of others" report
  say "dmar-info: attack: $name"
  order user "attack-interrupts 0 $1 '$name'"
  report=$(told "$name" INTR-REMAP "[fault reason 0x26]")
  finish_attack "$name" "$(echo "$report" | sed -n 's/.*fault index \(0x[0-9a-f]*\).*/\1/p')" \
    "$report"
}

compatible_attack() {
  local name="an interrupt in compatibility format" report
  say "dmar-info: attack: $name"
  order user "attack-compatible '$name'"
  report=$(told "$name" INTR-REMAP "[fault reason 0x25]")
  finish_attack "$name" 0 "$report"
}

# The device floods the unit with blocked writes while the other machine works.
flood() {
  local name="a flood of writes beyond its memory" report
  say "dmar-phase: without flood"
  transfer 8
  say "dmar-phase: none"
  say "dmar-info: attack: $name"
  order user "stray 0x31000000 4000"
  say "dmar-phase: with flood"
  transfer 8
  say "dmar-phase: none"
  order user "stray-end blocked '$name'"
  report=$(told "$name" "fault addr 0x31000000 " "[fault reason 0x05]")
  finish_attack "$name" 0x31000000 "$report"
}

acpi_table() { dmesg | sed -n "s/.*ACPI: $1 0x0*\([0-9A-F]*\) .*/0x\1/p" | head -n 1; }

attacks() {
  local secret page kernel table beyond=$((vm_megabytes << 20))
  order user "attack-control 'a write to its own buffer'"
  order services keep-secret
  secret=$(sed -n 's/.*secret at //p' /tmp/services.log | tail -n 1)
  page=$(address_of services "$secret")
  attack "a write to the secret of the other machine" write "$page" "$page"
  attack "a write beyond its memory" write 0x30000000 ""
  if [ "$complete" = 1 ]; then
    attack "a read of the secret of the other machine" read "$page" "$page"
    kernel=$(agent kernel-page "$beyond")
    attack "a write to the ${kernel#* } of the host kernel" write "${kernel% *}" "${kernel% *}"
    table=$(acpi_table DMAR)
    attack "a write to the DMAR table" write "$table" "$table"
    interrupt_attack 48
    compatible_attack
    flood
  fi
  order services tell-secret
}
