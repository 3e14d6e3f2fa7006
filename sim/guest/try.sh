#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# try.sh BUILD [--shell] [KERNEL OPTIONS...]: the guest of `dmar vm` on QEMU's own devices and
# remapping unit, for comparison. The console also goes to BUILD/guest/console.txt.
# MEGABYTES=n sets how much is written to the disk.
set -euo pipefail
build=${1:?usage: try.sh BUILD [--shell] [KERNEL OPTIONS...]}
shift
megabytes=${MEGABYTES:-16}
options=(--megabytes "$megabytes")
if [ "${1:-}" = --shell ]; then
  options+=(--shell)
  shift
fi
case " $* " in *" iommu=pt "*) options+=(--translation 0) ;; esac
case " $* " in *" intremap=off "*) options+=(--interrupt-remapping 0) ;; esac
files=$build/guest_files
out=$build/guest
mkdir -p "$out"
"$files" initramfs "$out/initramfs.gz" "${options[@]}"
"$files" disk "$out/disk.img" --megabytes $((megabytes * 3 + 16))

qemu-system-x86_64 -accel tcg -machine q35,kernel-irqchip=off,sata=off -cpu qemu64 -smp 1 -m 512M \
  -nodefaults -display none -vga none -no-reboot -serial mon:stdio \
  -device intel-iommu,intremap=on \
  -drive "if=none,id=disk,format=raw,file=$out/disk.img" \
  -device virtio-blk-pci,addr=05.0,drive=disk,disable-legacy=on,iommu_platform=on \
  -device edu,addr=06.0,dma_mask=0xffffffffffffffff \
  -kernel "$("$files" kernel)" -initrd "$out/initramfs.gz" \
  -append "console=ttyS0 intel_iommu=on panic=-1 no_timer_check $*" | tee "$out/console.txt"
case " ${options[*]} " in *" --shell "*) exit ;; esac
"$files" check "$out/console.txt" "$out/disk.img"
