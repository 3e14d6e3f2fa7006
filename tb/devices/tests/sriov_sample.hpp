// SPDX-License-Identifier: Apache-2.0
// A physical function with four virtual ones, in a segment, as software finds them.
#ifndef DMAR_DEVICES_TESTS_SRIOV_SAMPLE_HPP
#define DMAR_DEVICES_TESTS_SRIOV_SAMPLE_HPP

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "devices/ecam.hpp"
#include "devices/edu.hpp"
#include "devices/pci_segment.hpp"
#include "devices/tests/fake_port.hpp"
#include "devices/tests/net_fixture.hpp"
#include "devices/virtio_net.hpp"

namespace dmar::devices {

// One port for each function that remembers under which source id its requests leave.
class IdentifiedPort : public FakePort {
 public:
  void identify(SourceId id) override { source_id = id; }
  SourceId source_id{};
};

enum class SriovKind : std::uint8_t { kEdu, kNet };

class SriovSample {
 public:
  static constexpr unsigned kDevice = 3;              // of function or port on bus 0
  static constexpr std::uint16_t kDeviceId = 0x5678;  // of virtual functions
  static constexpr std::uint64_t kSerial = 0x0102'0304'0506'0708;

  explicit SriovSample(SriovKind kind, bool behind_port = false) : kind_(kind) {
    const std::uint32_t bytes = kind == SriovKind::kEdu ? Edu::kBarBytes : VirtioNet::kBarBytes;
    PciPlace place{.bus = behind_port ? PciBus::kRootPort : PciBus::kRootComplex,
                   .extended = true,
                   .serial = kSerial};
    const PciPlace below = place;
    place.sriov = SriovShape{.device_id = kDeviceId, .bars = {{0, bytes}}};
    physical_ = make(port, place);
    virtuals_ = std::make_unique<VirtualFunctions>(
        *physical_,
        [&](unsigned index, ConfigSpace::BarBase bars) {
          PciPlace mine = below;
          mine.serial = 0;
          mine.virtual_bars = std::move(bars);
          return make(ports.at(index), mine);
        },
        [this](unsigned index) { gone.push_back(index); });
    if (behind_port) {
      root_port_.emplace(kSerial + 1, std::uint8_t{1});
      segment.add_port(kDevice, *root_port_);
      segment.add_behind_port(0, *physical_, virtuals_.get());
    } else {
      segment.add(kDevice, 0, *physical_, virtuals_.get());
    }
  }

  PciDevice &physical() { return *physical_; }
  VirtualFunctions &virtuals() { return *virtuals_; }
  PciDevice &virtual_function(unsigned index) { return virtuals_->at(index); }
  RootPort &root_port() { return *root_port_; }
  [[nodiscard]] std::uint32_t bar_bytes() const {
    return kind_ == SriovKind::kEdu ? Edu::kBarBytes : VirtioNet::kBarBytes;
  }

  // Offset of an extended capability; 0: there is none.
  static std::uint32_t extended(PciFunction &function, std::uint16_t id) {
    std::uint32_t at = 0x100;
    for (unsigned count = 0; at != 0 && count < 64; ++count) {
      const std::uint32_t header = function.config_read(at, 4);
      if ((header & 0xFFFF) == id) return at;
      at = header >> 20;
    }
    return 0;
  }
  std::uint32_t sriov() { return extended(*physical_, 0x0010); }
  void set(std::uint32_t field, unsigned bytes, std::uint32_t value) {
    physical_->config_write(sriov() + field, bytes, value);
  }
  std::uint32_t get(std::uint32_t field, unsigned bytes) {
    return physical_->config_read(sriov() + field, bytes);
  }
  static constexpr std::uint32_t kEnableBoth = 9;  // VF Enable, VF MSE
  // As a bus driver does it.
  void enable(unsigned count, std::uint32_t bar, std::uint32_t control = kEnableBoth) {
    set(0x10, 2, count);
    set(0x24, 4, bar);
    set(0x08, 2, control);
  }
  bool drain() {
    bool all = port.drain();
    for (IdentifiedPort &each : ports) all = each.drain() && all;
    return all;
  }

  IdentifiedPort port;
  std::vector<IdentifiedPort> ports{4};
  KeptFrames network;
  PciSegment segment;
  Ecam ecam{segment};
  std::vector<unsigned> gone;

 private:
  std::unique_ptr<PciDevice> make(DmaPort &to, const PciPlace &place) {
    if (kind_ == SriovKind::kEdu) return std::make_unique<Edu>(to, place);
    return std::make_unique<VirtioNet>(to, network, VirtioNetOptions{.place = place});
  }

  SriovKind kind_;
  std::unique_ptr<PciDevice> physical_;
  std::unique_ptr<VirtualFunctions> virtuals_;
  std::optional<RootPort> root_port_;
};

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_TESTS_SRIOV_SAMPLE_HPP
