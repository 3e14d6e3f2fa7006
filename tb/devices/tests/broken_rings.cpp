// SPDX-License-Identifier: Apache-2.0
// See broken_rings.hpp.
#include "devices/tests/broken_rings.hpp"

namespace dmar::devices {

namespace {

constexpr std::uint16_t kNext = 1;
constexpr std::uint16_t kIndirect = 4;

const Buffer kReadable{0x8'0000, 16, false};
const Buffer kWritable{0x8'0010, 1, true};

}  // namespace

// Inside, because tests ask for it before the program begins.
const std::vector<BrokenRing> &broken_rings() {
  static const std::vector<BrokenRing> rings{
      {"HeadBeyondQueue", "names descriptor 16 of 16",
       [](QueueDriver &queue, FakePort &) { queue.offer(16); }},
      {"NextBeyondQueue", "next descriptor 99 of 16",
       [](QueueDriver &queue, FakePort &) {
         queue.put_descriptor(queue.rings().descriptors, 0, kReadable, kNext, 99);
         queue.offer(0);
       }},
      {"Loop", "more descriptors than the queue has",
       [](QueueDriver &queue, FakePort &) {
         queue.put_descriptor(queue.rings().descriptors, 0, kReadable, kNext, 1);
         queue.put_descriptor(queue.rings().descriptors, 1, kReadable, kNext, 0);
         queue.offer(0);
       }},
      {"IndexRunsAway", "17 requests at once, the queue has 16",
       [](QueueDriver &queue, FakePort &) {
         queue.put_descriptor(queue.rings().descriptors, 0, kReadable, 0, 0);
         for (unsigned i = 0; i < 17; ++i) queue.offer(0);
       }},
      {"IndexRunsBack", "65535 requests at once",
       [](QueueDriver &queue, FakePort &port) {
         port.memory.write32(HostAddr(queue.rings().available), 0xFFFF'0000);
       }},
      {"ReadableBehindWritable", "a readable buffer behind a writable one",
       [](QueueDriver &queue, FakePort &) {
         queue.add({kWritable, kReadable});
       }},
      {"BufferWraps", "ends beyond 2^64",
       [](QueueDriver &queue, FakePort &) {
         queue.add({kReadable, {0xFFFF'FFFF'FFFF'F000, 0x2000, true}, kWritable});
       }},
      {"IndirectNotNegotiated", "was not negotiated",
       [](QueueDriver &queue, FakePort &) {
         queue.put_descriptor(queue.rings().descriptors, 0, {queue.rings().tables, 32}, kIndirect,
                              0);
         queue.offer(0);
       }},
      {"IndirectOfOddLength", "indirect table of 33 bytes",
       [](QueueDriver &queue, FakePort &) {
         queue.put_descriptor(queue.rings().descriptors, 0, {queue.rings().tables, 33}, kIndirect,
                              0);
         queue.offer(0);
       },
       true},
      {"IndirectEmpty", "indirect table of 0 bytes",
       [](QueueDriver &queue, FakePort &) {
         queue.put_descriptor(queue.rings().descriptors, 0, {queue.rings().tables, 0}, kIndirect,
                              0);
         queue.offer(0);
       },
       true},
      {"IndirectHuge", "indirect table of 4294967280 bytes",
       [](QueueDriver &queue, FakePort &) {
         queue.put_descriptor(queue.rings().descriptors, 0, {queue.rings().tables, 0xFFFF'FFF0},
                              kIndirect, 0);
         queue.offer(0);
       },
       true},
      {"IndirectWithNext", "indirect table of 32 bytes",
       [](QueueDriver &queue, FakePort &) {
         queue.put_descriptor(queue.rings().descriptors, 0, {queue.rings().tables, 32},
                              kIndirect | kNext, 1);
         queue.offer(0);
       },
       true},
      {"IndirectNested", "indirect table in an indirect table",
       [](QueueDriver &queue, FakePort &) {
         queue.put_descriptor(queue.rings().descriptors, 0, {queue.rings().tables, 32}, kIndirect,
                              0);
         queue.put_descriptor(queue.rings().tables, 0, {queue.rings().tables, 32}, kIndirect, 0);
         queue.offer(0);
       },
       true},
      {"IndirectLoop", "its indirect table is a loop",
       [](QueueDriver &queue, FakePort &) {
         queue.put_descriptor(queue.rings().descriptors, 0, {queue.rings().tables, 32}, kIndirect,
                              0);
         queue.put_descriptor(queue.rings().tables, 0, kReadable, kNext, 1);
         queue.put_descriptor(queue.rings().tables, 1, kReadable, kNext, 0);
         queue.offer(0);
       },
       true},
      {"IndirectNextBeyond", "next descriptor 2 of an indirect table of 2",
       [](QueueDriver &queue, FakePort &) {
         queue.put_descriptor(queue.rings().descriptors, 0, {queue.rings().tables, 32}, kIndirect,
                              0);
         queue.put_descriptor(queue.rings().tables, 0, kReadable, kNext, 2);
         queue.offer(0);
       },
       true},
      {"IndirectBlocked", "indirect table: DMA was blocked",
       [](QueueDriver &queue, FakePort &port) {
         queue.add({kReadable, kWritable});
         port.refuse(queue.rings().tables, 4096);
       },
       true},
      {"AvailableIndexBlocked", "index of the available ring: DMA was blocked",
       [](QueueDriver &queue, FakePort &port) { port.refuse(queue.rings().available + 2, 2); }},
      {"AvailableEntryBlocked", "entry of the available ring: DMA was blocked",
       [](QueueDriver &queue, FakePort &port) {
         queue.offer(0);
         port.refuse(queue.rings().available + 4, 2);
       }},
      {"DescriptorBlocked", "descriptor: DMA was blocked",
       [](QueueDriver &queue, FakePort &port) {
         queue.offer(0);
         port.refuse(queue.rings().descriptors, 16);
       }},
  };
  return rings;
}

}  // namespace dmar::devices
