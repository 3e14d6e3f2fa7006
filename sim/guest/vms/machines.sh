# SPDX-License-Identifier: Apache-2.0
# Part of the host: starts virtual machines and tells them what to do.

vm_megabytes=128

# start NAME FUNCTION...: a virtual machine that owns these, with a free port and with memory that
# can be taken away again: its monitor takes commands in /tmp/NAME.monitor.in.
start() {
  local name=$1 devices='' function
  shift
  # Linux takes memory in pieces of 128 MiB.
  [ "$name" != user ] || devices="-object memory-backend-ram,id=more,size=256M
    -device virtio-mem-pci,id=memory,memdev=more,requested-size=128M"
  for function in "$@"; do devices="$devices -device vfio-pci,host=$function"; done
  rm -f "/tmp/$name".*
  mkfifo "/tmp/$name.in" "/tmp/$name.monitor.in" "/tmp/$name.monitor.out"
  # Both ends of its input stay open, so that it never ends.
  case $name in
    services) exec 3<> /tmp/services.in 5<> /tmp/services.monitor.out ;;
    user) exec 4<> /tmp/user.in 6<> /tmp/user.monitor.out ;;
  esac
  echo 0 > "/tmp/$name.number"
  # Its own state of the processor is too old for the newest extensions: noxsave.
  # shellcheck disable=SC2086
  vmm -L /usr/share/qemu -M q35,memory-backend=ram -accel kvm -cpu host -m "${vm_megabytes}M,maxmem=1024M" \
    -object "memory-backend-memfd,id=ram,size=${vm_megabytes}M,share=on" \
    -nodefaults -no-user-config -display none -serial stdio -no-reboot \
    -monitor "pipe:/tmp/$name.monitor" -device pcie-root-port,id=slot1,slot=1 \
    -pidfile "/tmp/$name.pid" -kernel /vm/kernel -initrd /vm/initramfs \
    -append "console=ttyS0 loglevel=6 noxsave panic=-1 memhp_default_state=online_movable role=$name" $devices \
    < "/tmp/$name.in" 2> "/tmp/$name.err" | agent relay "$name" "/tmp/$name.log" &
}

report_lines() { while read -r line; do say "$line"; done; }

ready() {  # ready NAME
  check "the $1 machine is up" agent wait-line "/tmp/$1.log" 200 dmar-ready && return
  while read -r line; do say "dmar-info: $1: $line"; done < "/tmp/$1.err"
  return 1
}

# begin NAME COMMAND: lets a machine do it; done_with NAME SECONDS: until it has.
begin() {
  local name=$1
  shift
  echo $(($(cat "/tmp/$name.number") + 1)) > "/tmp/$name.number"
  echo "$*" > "/tmp/$name.in"
}
done_with() {
  agent wait-line "/tmp/$1.log" "${2:-120}" "dmar-done $(cat "/tmp/$1.number")" | report_lines
}
order() { begin "$@" && done_with "$1"; }

# is_gone NAME: its process has ended. A monitor that ends by itself takes its file along.
is_gone() {
  local tenth pid
  for tenth in $(seq 300); do
    pid=$(cat "/tmp/$1.pid" 2> /dev/null) || return 0
    readlink "/proc/$pid/exe" > /dev/null || return 0  # it may wait for its parent
    sleep 0.1
  done
  return 1
}

# stop NAME: it switches itself off. destroy NAME: it is taken down at work.
stop() {
  begin "$1" off
  check "the $1 machine switches itself off" is_gone "$1"
}
destroy() {
  kill -KILL "$(cat "/tmp/$1.pid")"
  check "the $1 machine is gone" is_gone "$1"
}

monitor() {  # monitor NAME COMMAND
  local name=$1
  shift
  echo "$*" > "/tmp/$name.monitor.in"
}

address_of() {  # address_of MACHINE BYTE: where a byte of its memory is in this machine's
  agent host-address "$(cat "/tmp/$1.pid")" memory-backend-memfd "$2"
}
