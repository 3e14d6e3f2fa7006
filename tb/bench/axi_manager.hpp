// SPDX-License-Identifier: Apache-2.0
// A device: issues AXI4 bursts, many at once, and checks every answer against the rules of AXI4:
// known and ordered IDs, RLAST on the last beat only, no answer before its request is complete.
#ifndef DMAR_BENCH_AXI_MANAGER_HPP
#define DMAR_BENCH_AXI_MANAGER_HPP

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "bench/agent.hpp"
#include "bench/axi.hpp"
#include "bench/channel.hpp"

namespace dmar::bench {

struct AxiBurst {
  bool write = false;
  AddressBeat address;
  std::vector<WriteBeat> beats = {};  // of a write: len + 1, the last one marked
};

struct AxiResult {
  std::vector<std::uint8_t> responses;  // one for each read beat, one for a write
  std::vector<BeatData> data;           // of a read
  std::uint64_t offered_cycle = 0;      // address valid for the first time
  std::uint64_t accepted_cycle = 0;     // address handshake
  std::uint64_t done_cycle = 0;         // last answer
};

using BurstHandle = std::uint64_t;

class AxiManager : public Agent {
 public:
  AxiManager(AxiBus &bus, std::string name, unsigned stall_percent, std::uint64_t seed);

  // Queues a burst. Addresses leave in the order of submission, reads and writes apart.
  // std::invalid_argument when the burst itself breaks AXI4; a rogue device may do so, as long as
  // it has its data beats.
  BurstHandle submit(AxiBurst burst, bool rogue = false);

  // Finished bursts in the order of their last answer; std::logic_error when there is none.
  [[nodiscard]] bool has_finished() const { return !finished_.empty(); }
  std::pair<BurstHandle, AxiResult> take_finished();

  // False: a device that takes no answers, read data and write responses alike, until told so.
  void accept_answers(bool accept) { accept_answers(accept, accept); }
  void accept_answers(bool read_data, bool write_responses) {
    accept_read_data_ = read_data;
    accept_write_responses_ = write_responses;
  }

  // Withdraws what it offers and expects no answer any more to what is in flight, as a device does
  // that is reset together with its neighbour.
  void forget();

  // The address of a burst that was submitted has been taken.
  [[nodiscard]] bool address_taken(BurstHandle handle) const {
    const auto found = transfers_.find(handle);
    return found == transfers_.end() || found->second.address_done;
  }

  // Nothing queued or in flight.
  [[nodiscard]] bool idle() const { return in_flight_ == 0; }
  [[nodiscard]] unsigned in_flight() const { return in_flight_; }

  void sample(std::uint64_t cycle) override;
  void drive() override;

 private:
  struct Transfer {
    unsigned beats = 1;
    bool offered = false;
    bool address_done = false;
    bool data_done = false;
    unsigned beats_taken = 0;
    AxiResult result;
  };
  using Order = std::map<std::uint8_t, std::deque<BurstHandle>>;  // by AXI ID

  BurstHandle oldest(const Order &order, std::uint8_t id, const char *channel) const;
  void finish(Order &order, std::uint8_t id, std::uint64_t cycle);
  void take_read_beat(const ReadBeat &beat, std::uint64_t cycle);
  void take_write_response(const WriteResponse &response, std::uint64_t cycle);
  void note_requests(std::uint64_t cycle);
  [[noreturn]] void fail(const std::string &what) const;

  std::string name_;
  ChannelSource<AddressBeat> aw_;
  ChannelSource<WriteBeat> w_;
  ChannelSink<WriteResponse> b_;
  ChannelSource<AddressBeat> ar_;
  ChannelSink<ReadBeat> r_;
  AxiBus &bus_;
  bool accept_read_data_ = true;
  bool accept_write_responses_ = true;
  BurstHandle next_handle_ = 1;
  unsigned in_flight_ = 0;
  std::unordered_map<BurstHandle, Transfer> transfers_;
  std::deque<BurstHandle> finished_;
  std::deque<BurstHandle> aw_order_;
  std::deque<BurstHandle> w_order_;
  std::deque<BurstHandle> ar_order_;
  Order reads_;
  Order writes_;
};

// Reason why `burst` breaks AXI4 (type, length of the type, size, 4 KiB rule, lock), or an empty
// string. Only INCR bursts are expected here, unless `every_type`.
std::string address_violation(const AddressBeat &burst, bool every_type = false);

}  // namespace dmar::bench

#endif  // DMAR_BENCH_AXI_MANAGER_HPP
