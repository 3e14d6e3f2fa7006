// SPDX-License-Identifier: Apache-2.0
// See bridge.hpp.
#include "net/bridge.hpp"

#include <algorithm>
#include <deque>
#include <optional>
#include <utility>

#include "net/ethernet.hpp"

namespace dmar::net {

namespace {

// 01-80-C2-00-00-00 to -0F: spanning tree, pause and others that a bridge does not pass on.
bool is_reserved(const Mac &address) {
  constexpr Mac kFirst{0x01, 0x80, 0xC2, 0x00, 0x00, 0x00};
  return std::equal(address.begin(), address.end() - 1, kFirst.begin()) && address.back() < 0x10;
}

}  // namespace

class Bridge::Port : public FrameSink {
 public:
  Port(Bridge &bridge, FrameSink &station) : bridge_(bridge), station_(station) {}

  void frame(std::span<const std::uint8_t> bytes) override {
    const std::optional<EthernetView> view = read_ethernet(bytes);
    if (!view || bytes.size() > Ethernet::kMostBytes || !is_station(view->header.source)) {
      ++counters_.malformed;
    } else if (is_reserved(view->header.destination)) {
      ++counters_.reserved;
    } else if (queue_.size() >= bridge_.limits_.queue) {
      ++counters_.dropped;
    } else {
      ++counters_.received;
      counters_.received_bytes += bytes.size();
      queue_.emplace_back(bytes.begin(), bytes.end());
      if (bridge_.tap_ != nullptr) bridge_.tap_->frame(bytes);
    }
  }

  void send(std::span<const std::uint8_t> bytes) {
    ++counters_.sent;
    counters_.sent_bytes += bytes.size();
    station_.frame(bytes);
  }

  [[nodiscard]] std::size_t waiting() const { return queue_.size(); }
  Bytes take() {
    Bytes frame = std::move(queue_.front());
    queue_.pop_front();
    return frame;
  }
  [[nodiscard]] const Counters &counters() const { return counters_; }

 private:
  Bridge &bridge_;
  FrameSink &station_;
  std::deque<Bytes> queue_;
  Counters counters_;
};

Bridge::Bridge(Limits limits) : limits_(limits), addresses_(limits.addresses) {}
Bridge::~Bridge() = default;

FrameSink &Bridge::attach(FrameSink &station) {
  return *ports_.emplace_back(std::make_unique<Port>(*this, station));
}

const Bridge::Counters &Bridge::counters(std::size_t port) const {
  return ports_.at(port)->counters();
}

bool Bridge::idle() const {
  return std::all_of(ports_.begin(), ports_.end(),
                     [](const auto &port) { return port->waiting() == 0; });
}

void Bridge::forward(std::size_t from, std::span<const std::uint8_t> frame) {
  const Mac destination = load_mac(frame, 0);
  addresses_.learn(load_mac(frame, 6), from);
  const std::optional<std::size_t> known = addresses_.port_of(destination);
  for (std::size_t to = 0; to < ports_.size(); ++to) {
    if (to == from || (known && *known != to)) continue;
    ports_[to]->send(frame);
  }
}

bool Bridge::deliver() {
  std::vector<std::size_t> left;  // what comes meanwhile waits for the next call
  for (const auto &port : ports_) left.push_back(port->waiting());
  bool moved = false;
  for (bool more = true; more;) {
    more = false;
    for (std::size_t from = 0; from < left.size(); ++from) {
      if (left[from] == 0) continue;
      --left[from];
      forward(from, ports_[from]->take());
      more = moved = true;
    }
  }
  return moved;
}

}  // namespace dmar::net
