# SPDX-License-Identifier: Apache-2.0
# Part of /init: reads, writes and compares the files of one disk. Needs check, say, wait_for_disk
# and the setting `megabytes`.

bytes=$((megabytes << 20))

forget_caches() {  # what is read next comes from the disk
  sync
  echo 3 > /proc/sys/vm/drop_caches
}

# Identifier in the superblock of an ext file system: 16 bytes at 1024 + 68h.
uuid_of() { dd if="/dev/$1" bs=4096 count=1 | dd bs=1 skip=1128 count=16 | xxd -p; }

sum_of() { sha256sum < "$1" | cut -d ' ' -f 1; }

host_files_are_right() { (cd /mnt && sha256sum -c SHA256SUMS); }

check_host_files() {  # check_host_files NAME; an image of the user may have none
  if [ -e /mnt/SHA256SUMS ]; then
    check "$1" host_files_are_right
  else
    say "dmar-check: SKIP $1: no SHA256SUMS on the disk"
  fi
}

write_pattern() { agent data "$seed" "$bytes" > /mnt/guest/pattern && sync; }

write_random() {
  dd if=/dev/urandom of=/mnt/guest/random bs=64k count=$((megabytes * 8)) conv=fsync
  sum_of /mnt/guest/random > /tmp/random.sum
}

write_direct() {  # 64 KiB and 4 KiB requests, past the page cache
  agent data $((seed + 100)) $((bytes / 8)) |
    dd of=/mnt/guest/direct bs=64k iflag=fullblock oflag=direct &&
    agent data $((seed + 200)) 262144 |
    dd of=/mnt/guest/direct bs=4k seek=16 iflag=fullblock oflag=direct conv=notrunc
}

pattern_is_right() { agent data "$seed" "$bytes" | cmp - /mnt/guest/pattern; }

random_is_right() { [ "$(sum_of "$1")" = "$(cat /tmp/random.sum)" ]; }

direct_is_right() {
  agent data $((seed + 100)) $((bytes / 8)) > /tmp/direct &&
    agent data $((seed + 200)) 262144 | dd of=/tmp/direct bs=4k seek=16 conv=notrunc &&
    cmp /tmp/direct /mnt/guest/direct
}

# direct_read BYTES COUNT: the start of the pattern, each read of so many bytes one request or more.
direct_read() {
  dd if=/mnt/guest/pattern of=/tmp/read bs="$1" count="$2" iflag=direct &&
    agent data "$seed" $(($1 * $2)) | cmp - /tmp/read
}

written_files_are_right() { pattern_is_right && random_is_right "$1" && direct_is_right; }

delete_and_rename() {
  rm -f /mnt/host/delete-me && mv /mnt/guest/random /mnt/guest/renamed && sync
}

names_are_right() { [ ! -e /mnt/host/delete-me ] && [ ! -e /mnt/guest/random ]; }

print_checksums() {
  local file
  for file in /SHA256SUMS /guest/pattern /guest/renamed /guest/direct; do
    [ -e "/mnt$file" ] || continue
    say "dmar-checksum: $1 $file $(sum_of "/mnt$file")"
  done
}

write_fails() { ! dd if=/dev/zero of="/dev/$1" bs=4k count=1 oflag=direct; }

read_only_test() {  # read_only_test DISK
  check "$1 mounts read-only" mount -t ext4 -o ro "/dev/$1" /mnt || return
  check_host_files "$1 holds the files of the host"
  check "$1 refuses a write" write_fails "$1"
  [ -e /mnt/SHA256SUMS ] && say "dmar-checksum: $1 /SHA256SUMS $(sum_of /mnt/SHA256SUMS)"
  check "$1 unmounts at the end" umount /mnt
}

# disk_test DISK SEED
disk_test() {
  local disk=$1
  seed=$2
  check "$disk is there" wait_for_disk "$disk" || return
  say "dmar-disk: $disk $(uuid_of "$disk" 2>/dev/null)"
  if [ "$(cat "/sys/block/$disk/ro")" = 1 ]; then
    read_only_test "$disk"
    return
  fi
  check "$disk mounts" mount -t ext4 "/dev/$disk" /mnt || return
  check_host_files "$disk holds the files of the host"
  mkdir -p /mnt/guest
  check "$disk takes $megabytes MiB" write_pattern
  check "$disk takes random data" write_random
  check "$disk takes direct writes" write_direct
  forget_caches
  check "$disk returns what was written" written_files_are_right /mnt/guest/random
  check "$disk returns 4 KiB direct reads" direct_read 4096 256
  check "$disk returns 1 MiB direct reads" direct_read 1048576 "$((megabytes / 2))"
  rm -f /tmp/read /tmp/direct
  check "$disk deletes and renames" delete_and_rename
  check "$disk unmounts" umount /mnt || return
  check "$disk mounts again" mount -t ext4 "/dev/$disk" /mnt || return
  forget_caches
  check "$disk keeps its names over a mount" names_are_right
  check_host_files "$disk keeps the files of the host over a mount"
  check "$disk keeps what was written over a mount" written_files_are_right /mnt/guest/renamed
  rm -f /tmp/direct
  print_checksums "$disk"
  check "$disk unmounts at the end" umount /mnt
}
