#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Long campaigns: the traces under many memory timings, and random machines.
# SEEDS=n sets the number of random machines for each model.
set -uo pipefail
cd "$(dirname "$0")/../.."
build=${BUILD:-build}
failed=0
sim/setup/configure.sh "$build" --if-new -DDMAR_MODELS= && cmake --build "$build" -j "${JOBS:-$(nproc)}" || exit 1

replay() {  # replay TRACE CONFIG OPTIONS...
  local trace=sim/traces/$1.trace.gz config=$2
  shift 2
  echo "== dmar run $trace --config $config $*"
  "$build/dmar" run "$trace" --config "$config" "$@" --quiet || failed=1
}

replay_timings() {  # replay_timings TRACE CONFIG
  local latency
  for latency in 1 20 200; do replay "$1" "$2" --mem-latency "$latency"; done
  replay "$1" "$2" --mem-latency 40 --mem-reorder --seed 7
}

for config in default server; do
  replay_timings linux61-blk-lazy "$config"
  replay_timings linux61-blk-strict-ir "$config"
  replay_timings linux612-blk-strict "$config"
  replay_timings linux73-blk-strict "$config"
done
replay_timings linux61-ats-strict server

boot() {  # boot OPTIONS...: Linux on the RTL
  echo "== dmar vm $*"
  "$build/dmar" vm --quiet --timeout 600 "$@" || failed=1
}

if command -v qemu-system-x86_64 >/dev/null; then
  boot
  boot --no-intremap
  boot --strict
  boot --passthrough
  boot --aw 39
  boot --aw 57
  boot --bridge
  boot --disks 3
  boot --units 2 --disks 3
  boot --units 3 --bridge --strict
  boot --units 4 --disks 2 --passthrough
  boot --units 2 --no-intremap
  boot --units 2 --disks 2 --rmrr
  boot --rmrr --passthrough
  boot --rmrr --sriov net
  boot --sriov edu
  boot --sriov edu --ari --strict
  boot --sriov net --ari --config server
  boot --sriov net --no-intremap
  boot --sriov edu --units 2
  boot --ats --strict
  boot --ats --no-intremap
  boot --ats --units 2
  boot --units 2 --no-dma-remapping
  boot --config bare --no-intremap --mem-latency 100 --mem-reorder
  boot --config server
  boot --memory 3072
  boot --no-dma-remapping
  boot --bounce --memory 6144
  boot --bounce --memory 3072 --passthrough
  boot --bounce --memory 3072 --no-dma-remapping --no-intremap
  cmake --build "$build" --target guest_files && "$build/guest_files" disk "$build/ahci.img" &&
    boot --disk "$build/ahci.img,ahci"
  rm -f "$build/ahci.img"
  newer=$(mktemp -d)
  if sim/setup/newer_qemu.sh "$newer" >/dev/null; then  # devices by vfio-user
    boot --qemu "$newer/qemu" --json "$newer/vm.json"
    grep -q '"attach": "vfio-user"' "$newer/vm.json" || failed=1
    boot --qemu "$newer/qemu" --attach vfio-user --strict --bridge --units 2 --megabytes 2
    cmake --build "$build" --target guest_files && "$build/guest_files" bare "$newer/bare.elf" &&
      boot --qemu "$newer/qemu" --kernel "$newer/bare.elf"
  else
    echo "== NO NEWER QEMU: it could not be fetched, nothing was booted by vfio-user" >&2
  fi
  rm -rf "$newer"
  posting=$(mktemp -d)
  if kernel=$(sim/setup/posting_kernel.sh "$posting"); then  # interrupts of devices are posted
    for options in "" "--strict" "--units 2" "--ats"; do
      # shellcheck disable=SC2086
      boot --config server --kernel "$kernel" --append intremap=posted_msi \
        --json "$posting/vm.json" $options
      grep -q '"interrupts_posted": [1-9]' "$posting/vm.json" || failed=1
    done
  else
    echo "== NO KERNEL THAT POSTS INTERRUPTS: it could not be built, nothing was booted" >&2
  fi
  rm -rf "$posting"
  for options in "" "--strict" "--config server --mem-latency 100" "--units 2" "--units 3 --brief" \
    "--sriov" "--sriov --ari --brief"; do
    echo "== dmar vms $options"
    # shellcheck disable=SC2086
    "$build/dmar" vms --quiet --timeout 900 $options || failed=1
  done
else
  echo "== no Linux was booted: qemu-system-x86_64 is missing" >&2
  failed=1
fi
echo "== random machines"
DMAR_SEEDS=${SEEDS:-400} "$build/random_tests" --gtest_brief=1 || failed=1
echo "== offset sweep"
"$build/sweep_tests" --long --gtest_brief=1 || failed=1
echo "== random parameters"
python3 sim/lint/random_parameters.py --count $((5 * ${SEEDS:-400})) --yosys "${SEEDS:-400}" \
  --seed 2 || failed=1
exit $failed
