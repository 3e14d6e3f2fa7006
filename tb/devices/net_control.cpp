// SPDX-License-Identifier: Apache-2.0
// See net_control.hpp.
#include "devices/net_control.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "devices/scatter.hpp"
#include "golden/little_endian.hpp"

namespace dmar::devices {

namespace {

constexpr std::size_t kHeaderBytes = 2;  // class and command
constexpr std::uint8_t kReceiveClass = 0;
constexpr std::uint8_t kAddressClass = 1;
constexpr std::uint8_t kSetTables = 0;
constexpr std::uint8_t kSetAddress = 1;
constexpr std::uint8_t kOkay = 0;
constexpr std::uint8_t kError = 1;

// Commands of the receive class, by number; the first two are older than the others.
constexpr std::array kModes{&NetFilter::promiscuous, &NetFilter::all_multicast,
                            &NetFilter::all_unicast, &NetFilter::no_multicast,
                            &NetFilter::no_unicast,  &NetFilter::no_broadcast};
constexpr std::uint8_t kFirstOfMore = 2;

}  // namespace

NetControl::NetControl(DmaPort &port, TaskScope &tasks, QueueOwner owner, NetFilter &filter,
                       Device device)
    : port_(port),
      tasks_(tasks),
      filter_(filter),
      device_(std::move(device)),
      queue_(port, tasks, std::move(owner), [this](std::uint16_t head) {
        heads_.push_back(head);
        if (serving_) return;
        serving_ = true;
        tasks_.start(serve());
      }) {}

void NetControl::reset() {
  queue_.reset();
  heads_.clear();
  serving_ = false;
}

Task<void> NetControl::serve() {
  while (!heads_.empty()) {
    const std::uint16_t head = heads_.front();
    heads_.pop_front();
    Chain chain;
    Task<bool> reading = queue_.read_chain(head, chain);
    const bool readable = co_await reading;
    if (!readable) co_return;
    if (total_bytes(chain.writable) == 0) {
      queue_.owner().broken(fmt::format("command {}: no room for its answer", head));
      co_return;
    }
    Task<bool> executing = execute(chain);
    const bool okay = co_await executing;
    if (!queue_.owner().running()) co_return;
    const std::array<std::uint8_t, 1> answer{okay ? kOkay : kError};
    Task<DmaStatus> answering = scatter(port_, chain.writable, 0, answer);
    const DmaStatus status = co_await answering;
    if (!queue_.owner().running()) co_return;
    if (status != DmaStatus::kOkay) {
      queue_.owner().broken(fmt::format("answer of a command: {}", name_of(status)));
      co_return;
    }
    queue_.answer({.head = head, .written = 1});
  }
  serving_ = false;
}

bool NetControl::refuse(const std::string &why) {
  ++refused_;
  queue_.owner().failed("command: " + why);
  return false;
}

Task<bool> NetControl::execute(const Chain &chain) {
  const std::uint64_t bytes = total_bytes(chain.readable);
  if (bytes < kHeaderBytes) {
    co_return refuse(fmt::format("its header has {} bytes instead of {}", bytes, kHeaderBytes));
  }
  Data data{.segments = chain.readable, .bytes = bytes};
  std::array<std::uint8_t, kHeaderBytes> header{};
  Task<bool> reading = read(data, header);
  const bool okay = co_await reading;
  if (!okay) co_return false;
  const auto [group, command] = header;
  bool done = false;
  if (group == kReceiveClass && command < kModes.size()) {
    Task<bool> setting = set_mode(command, data);
    done = co_await setting;
  } else if (group == kAddressClass && command == kSetAddress) {
    Task<bool> setting = set_address(data);
    done = co_await setting;
  } else if (group == kAddressClass && command == kSetTables) {
    Task<bool> setting = set_tables(data);
    done = co_await setting;
  } else {
    done = refuse(fmt::format("class {}, number {} is not known", group, command));
  }
  co_return done;
}

Task<bool> NetControl::read(Data &data, std::span<std::uint8_t> out) {
  Task<DmaStatus> gathering = gather(port_, data.segments, data.offset, out);
  const DmaStatus status = co_await gathering;
  if (!queue_.owner().running()) co_return false;
  if (status != DmaStatus::kOkay) co_return refuse(name_of(status));
  data.offset += out.size();
  data.bytes -= out.size();
  co_return true;
}

Task<bool> NetControl::set_mode(std::uint8_t command, Data data) {
  const bool more = command >= kFirstOfMore;
  if (!device_.accepted(more ? net_feature::kMoreReceiveModes : net_feature::kReceiveModes)) {
    co_return refuse(fmt::format("receive mode {} was not negotiated", command));
  }
  if (data.bytes != 1) co_return refuse(fmt::format("receive mode in {} bytes", data.bytes));
  std::array<std::uint8_t, 1> on{};
  Task<bool> reading = read(data, on);
  const bool okay = co_await reading;
  if (!okay) co_return false;
  if (on[0] > 1) co_return refuse(fmt::format("receive mode {} is to be {}", command, on[0]));
  filter_.*kModes[command] = on[0] != 0;
  co_return true;
}

Task<bool> NetControl::set_address(Data data) {
  if (!device_.accepted(net_feature::kControlAddress)) {
    co_return refuse("a new address was not negotiated");
  }
  MacAddress mac{};
  if (data.bytes != mac.size()) {
    co_return refuse(fmt::format("an address of {} bytes", data.bytes));
  }
  Task<bool> reading = read(data, mac);
  const bool okay = co_await reading;
  if (!okay) co_return false;
  if (!is_station(mac)) co_return refuse("an address that no single station has");
  device_.address_given(mac);
  co_return true;
}

// Both tables change, or neither.
Task<bool> NetControl::set_tables(Data data) {
  if (!device_.accepted(net_feature::kReceiveModes)) {
    co_return refuse("address tables were not negotiated");
  }
  MacTable unicast;
  MacTable multicast;
  for (MacTable *table : {&unicast, &multicast}) {
    Task<bool> reading = read_table(data, *table);
    const bool okay = co_await reading;
    if (!okay) co_return false;
  }
  if (data.bytes != 0) {
    co_return refuse(fmt::format("{} bytes behind the address tables", data.bytes));
  }
  filter_.unicast = std::move(unicast);
  filter_.multicast = std::move(multicast);
  co_return true;
}

Task<bool> NetControl::read_table(Data &data, MacTable &table) {
  std::array<std::uint8_t, 4> raw_count{};
  if (data.bytes < raw_count.size()) {
    co_return refuse(fmt::format("{} bytes where an address table begins", data.bytes));
  }
  Task<bool> counting = read(data, raw_count);
  const bool counted = co_await counting;
  if (!counted) co_return false;
  const std::uint64_t count = golden::from_little_endian<std::uint32_t>(raw_count);
  constexpr std::uint64_t kEach = sizeof(MacAddress);
  if (count * kEach > data.bytes) {
    co_return refuse(fmt::format("{} addresses in {} bytes", count, data.bytes));
  }
  if (count > MacTable::kMost) {
    table.everything = true;
    data.offset += count * kEach;
    data.bytes -= count * kEach;
    co_return true;
  }
  std::vector<std::uint8_t> raw(count * kEach);
  Task<bool> reading = read(data, raw);
  const bool okay = co_await reading;
  if (!okay) co_return false;
  table.addresses.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    std::copy_n(raw.begin() + static_cast<std::ptrdiff_t>(i * kEach), kEach,
                table.addresses[i].begin());
  }
  co_return true;
}

}  // namespace dmar::devices
