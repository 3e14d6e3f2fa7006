#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# RAM that goes and comes back while a device uses it.
#
# QEMU 11.1.3 (Debian, trixie-backports), vfio-user-pci: when firmware changes the write protection
# of 64 KiB below 1 MiB, QEMU takes away the whole range of RAM that it had announced (DMA_UNMAP of
# all 512 MiB) and then adds its pieces (DMA_MAP), in messages of their own, although 511 MiB of
# them have not changed. It waits for the last reply only. A server that does what each message
# says has no memory at all in between, so a DMA of its device to an address far from the change
# fails; x-pci-proxy-dev of QEMU 7.2 sends a whole new map in one message instead. A server has to
# keep what was taken away until the next message that is no map.
set -euo pipefail
cd "$(dirname "$0")/.."
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
sim/setup/newer_qemu.sh "$dir/qemu" >/dev/null

cat > "$dir/server.py" <<'END'
import array, os, socket, struct, subprocess, sys, time

folder = sys.argv[1]
path = f'{folder}/device'
listener = socket.socket(socket.AF_UNIX)
listener.bind(path)
listener.listen(1)
qemu = subprocess.Popen(
    [f'{folder}/qemu/qemu', '-accel', 'tcg', '-m', '512M',
     '-object', 'memory-backend-memfd,id=ram,size=512M,share=on',
     '-machine', 'q35,memory-backend=ram', '-nodefaults', '-display', 'none',
     '-device', '{"driver":"vfio-user-pci","socket":{"type":"unix","path":"%s"}}' % path])
peer, _ = listener.accept()
peer.settimeout(10)
config = bytearray(4096)
config[0:4] = b'\x34\x12\xe8\x11'
ranges = {}
gaps = []  # messages during which RAM at 256 MiB was away
away = None
SOMEWHERE = 256 << 20


def take(count):
    data = b''
    while len(data) < count:
        piece, ancillary, _, _ = peer.recvmsg(count - len(data), socket.CMSG_SPACE(64))
        for _, _, raw in ancillary:
            for descriptor in array.array('i', raw[:len(raw) // 4 * 4]):
                os.close(descriptor)
        if not piece:
            raise EOFError
        data += piece
    return data


end = time.time() + 5
number = 0
try:
    while time.time() < end:
        ident, command, size, flags, _ = struct.unpack('<HHIII', take(16))
        payload = take(size - 16)
        reply = payload
        if command == 1:
            reply = struct.pack('<HH', 0, 0) + b'{}\0'
        elif command == 2:  # DMA_MAP
            start, length = struct.unpack('<QQ', payload[16:32])
            ranges[start] = length
            reply = b''
        elif command == 3:  # DMA_UNMAP
            start, length = struct.unpack('<QQ', payload[8:24])
            del ranges[start]
        elif command == 4:
            reply = struct.pack('<IIII', 16, 3, 9, 3)
        elif command == 5:
            index = struct.unpack('<I', payload[8:12])[0]
            reply = struct.pack('<IIIIQQ', 32, 3, index, 0, 4096 if index == 7 else 0, 0)
        elif command == 7:
            reply = payload[:12] + struct.pack('<I', 0)
        elif command == 9:
            offset, region, count = struct.unpack('<QII', payload[:16])
            reply = payload + bytes(config[offset:offset + count])
        elif command == 10:
            reply = payload[:16]
        peer.sendall(struct.pack('<HHIII', ident, command, 16 + len(reply), 1, 0) + reply)
        number += 1
        there = any(s <= SOMEWHERE < s + n for s, n in ranges.items())
        if there and away is not None:
            gaps.append(number - away)
            away = None
        if command == 3 and not there and away is None:
            away = number
except (socket.timeout, EOFError):
    pass
qemu.terminate()
qemu.wait()
print(f'RAM at 256 MiB was away {len(gaps)} times, for {gaps} messages each')
sys.exit(0 if gaps else 1)
END
python3 "$dir/server.py" "$dir"
