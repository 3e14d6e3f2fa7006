// SPDX-License-Identifier: Apache-2.0
// The CPU on the AXI4-Lite register port: one access at a time.
#ifndef DMAR_BENCH_LITE_HOST_HPP
#define DMAR_BENCH_LITE_HOST_HPP

#include <cstdint>

#include "bench/agent.hpp"
#include "bench/axi.hpp"
#include "bench/channel.hpp"

namespace dmar::bench {

class LiteHost : public Agent {
 public:
  LiteHost(LiteBus &bus, unsigned stall_percent, std::uint64_t seed);

  // Starts an access of `bytes` at `offset`, inside one 8-byte lane. AXI4-Lite has no read size:
  // a read fetches the lane and takes its part; a write says its bytes by strobes.
  // std::invalid_argument when the bus cannot express the access, std::logic_error when busy.
  void start_read(std::uint32_t offset, unsigned bytes);
  void start_write(std::uint32_t offset, unsigned bytes, std::uint64_t value);

  [[nodiscard]] bool busy() const { return state_ != State::kIdle; }
  [[nodiscard]] std::uint64_t result() const { return result_; }  // of the last read

  void sample(std::uint64_t cycle) override;
  void drive() override;

 private:
  enum class State { kIdle, kRead, kWrite };

  void check_start(std::uint32_t offset, unsigned bytes) const;
  void finish_read(const LiteReadData &beat);
  void finish_write(std::uint8_t resp);

  ChannelSource<std::uint16_t> aw_;
  ChannelSource<LiteWriteData> w_;
  ChannelSink<std::uint8_t> b_;
  ChannelSource<std::uint16_t> ar_;
  ChannelSink<LiteReadData> r_;
  State state_ = State::kIdle;
  std::uint32_t offset_ = 0;
  unsigned bytes_ = 0;
  std::uint64_t result_ = 0;
};

}  // namespace dmar::bench

#endif  // DMAR_BENCH_LITE_HOST_HPP
