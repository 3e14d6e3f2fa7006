// SPDX-License-Identifier: Apache-2.0
// The control queue of a network device (VIRTIO 1.2, 5.1.6.5): modes and addresses of the receive
// filter. Commands are carried out one after the other.
#ifndef DMAR_DEVICES_NET_CONTROL_HPP
#define DMAR_DEVICES_NET_CONTROL_HPP

#include <cstdint>
#include <deque>
#include <functional>
#include <span>
#include <string>

#include "devices/net_filter.hpp"
#include "devices/request_queue.hpp"

namespace dmar::devices {

// Features of a network device (VIRTIO 1.2, 5.1.3), as bit numbers.
namespace net_feature {
inline constexpr unsigned kMtu = 3;
inline constexpr unsigned kMac = 5;
inline constexpr unsigned kMergeableBuffers = 15;
inline constexpr unsigned kStatus = 16;
inline constexpr unsigned kHasControlQueue = 17;
inline constexpr unsigned kReceiveModes = 18;
inline constexpr unsigned kMoreReceiveModes = 20;
inline constexpr unsigned kControlAddress = 23;
}  // namespace net_feature

class NetControl {
 public:
  struct Device {
    std::function<bool(unsigned)> accepted;                 // a feature, by the driver
    std::function<void(const MacAddress &)> address_given;  // of the station
  };
  NetControl(DmaPort &port, TaskScope &tasks, QueueOwner owner, NetFilter &filter, Device device);

  void notified(const QueueLayout &layout) { queue_.notified(layout); }
  // No task is running. The filter is left to the device.
  void reset();

  [[nodiscard]] std::uint64_t commands() const { return queue_.answered(); }
  [[nodiscard]] std::uint64_t refused() const { return refused_; }  // of those

 private:
  // What the driver sent behind class and command.
  struct Data {
    std::span<const Segment> segments;
    std::uint64_t offset = 0;
    std::uint64_t bytes = 0;
  };

  Task<void> serve();
  Task<bool> execute(const Chain &chain);
  Task<bool> set_mode(std::uint8_t command, Data data);
  Task<bool> set_address(Data data);
  Task<bool> set_tables(Data data);
  Task<bool> read_table(Data &data, MacTable &table);
  // Takes bytes away from the beginning of `data`, which holds them.
  Task<bool> read(Data &data, std::span<std::uint8_t> out);
  bool refuse(const std::string &why);

  DmaPort &port_;
  TaskScope &tasks_;
  NetFilter &filter_;
  Device device_;
  RequestQueue queue_;
  std::deque<std::uint16_t> heads_;  // commands to come
  bool serving_ = false;
  std::uint64_t refused_ = 0;
};

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_NET_CONTROL_HPP
