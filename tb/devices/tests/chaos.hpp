// SPDX-License-Identifier: Apache-2.0
// A driver gone mad: random rings, registers and configuration, for any virtio device.
#ifndef DMAR_DEVICES_TESTS_CHAOS_HPP
#define DMAR_DEVICES_TESTS_CHAOS_HPP

#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "bench/random.hpp"
#include "devices/tests/fake_port.hpp"
#include "devices/tests/pci_host.hpp"
#include "devices/tests/queue_driver.hpp"
#include "devices/tests/virtio_driver.hpp"

namespace dmar::devices {

// DMAR_DEVICES_SEED=n runs one seed alone.
inline std::vector<std::uint64_t> chaos_seeds() {
  if (const char *one = std::getenv("DMAR_DEVICES_SEED")) return {std::stoull(one)};
  std::vector<std::uint64_t> all;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) all.push_back(seed);
  return all;
}

class Chaos {
 public:
  // `places` in memory are where a driver has its rings and data.
  Chaos(FakePort &port, PciHost &host, bench::Random &random, std::vector<std::uint64_t> places)
      : port_(port), host_(host), random_(random), places_(std::move(places)) {}

  // Mostly small and in the rings' memory, so that chains lead somewhere.
  std::uint64_t some_address() {
    if (random_.percent(5)) return random_.next();
    return places_[random_.below(places_.size())] + random_.below(256);
  }
  std::uint32_t some_length() {
    const std::uint32_t lengths[] = {0, 1, 15, 16, 17, 32, 64, 511, 512, 513, 4096, 70'000};
    if (random_.percent(3)) return static_cast<std::uint32_t>(random_.next());
    return lengths[random_.below(12)];
  }
  void scribble_rings(QueueDriver &queue) {
    scribble_descriptors(queue, queue.rings().descriptors);
    scribble_descriptors(queue, queue.rings().tables);
    for (std::uint64_t i = random_.below(12); i > 0; --i) {
      queue.offer(static_cast<std::uint16_t>(random_.below(random_.percent(5) ? 99 : 16)));
    }
  }
  void spoil_a_byte() {
    const std::uint64_t at = places_[random_.below(places_.size())] + random_.below(64);
    port_.memory.write8(HostAddr(at), static_cast<std::uint8_t>(random_.next()));
  }
  void poke_registers() {
    const unsigned bytes = 1U << random_.below(4);
    const std::uint64_t offset = random_.below(VirtioPci::kBarBytes / bytes) * bytes;
    const std::uint64_t near = random_.below(0x38 / bytes) * bytes;  // the common structure
    const std::uint64_t at = random_.percent(50) ? near : offset;
    host_.write(at, random_.percent(50) ? random_.below(32) : random_.next(), bytes);
    host_.read(random_.percent(50) ? near : offset, bytes);
  }
  void poke_configuration() {
    const unsigned bytes = 1U << random_.below(3);
    const auto offset = static_cast<std::uint32_t>(random_.below(256 / bytes) * bytes);
    host_.function().config_write(offset, bytes, static_cast<std::uint32_t>(random_.next()));
    host_.function().config_read(offset, bytes);
    if (random_.percent(80)) host_.enable(VirtioDriver::kBar);
  }

 private:
  void scribble_descriptors(QueueDriver &queue, std::uint64_t table) {
    for (std::uint16_t i = 0; i < 16; ++i) {
      const Buffer buffer{some_address(), some_length(), random_.percent(40)};
      const std::uint64_t flags = random_.percent(10) ? random_.below(8) : random_.below(2);
      const auto next = static_cast<std::uint16_t>(random_.below(random_.percent(5) ? 99 : 16));
      queue.put_descriptor(table, i, buffer, static_cast<std::uint16_t>(flags), next);
    }
  }

  FakePort &port_;
  PciHost &host_;
  bench::Random &random_;
  std::vector<std::uint64_t> places_;
};

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_TESTS_CHAOS_HPP
