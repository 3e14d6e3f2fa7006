// SPDX-License-Identifier: Apache-2.0
// See network.hpp.
#include "cosim/network.hpp"

#include <chrono>

#include "cosim/error.hpp"

namespace dmar::cosim {

namespace {

std::uint64_t now() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(since_epoch).count());
}

}  // namespace

Network::Network(const std::optional<std::filesystem::path> &capture)
    : peer_(net::Peer::Settings{}) {
  peer_.connect(bridge_.attach(peer_));
  if (!capture) return;
  try {
    capture_ = std::make_unique<net::PcapFile>(*capture);
  } catch (const net::CaptureError &error) {
    throw CosimError(error.what());
  }
  tap_ = std::make_unique<net::PcapTap>(*capture_, now);
  bridge_.tap(*tap_);
}

bool Network::deliver() {
  const bool answered = peer_.deliver();
  return bridge_.deliver() || answered;
}

void Network::finish() {
  if (!capture_) return;
  try {
    capture_->finish();
  } catch (const net::CaptureError &error) {
    throw CosimError(error.what());
  }
}

}  // namespace dmar::cosim
