// SPDX-License-Identifier: Apache-2.0
// Memory behind an AXI4 manager port: latency, reordering, back-pressure, errors, protocol checks.
// It is as unhelpful as AXI4 allows: reads look at memory when their address is taken and deliver
// later, writes reach memory only when their response is offered.
#ifndef DMAR_BENCH_AXI_MEMORY_HPP
#define DMAR_BENCH_AXI_MEMORY_HPP

#include <cstdint>
#include <deque>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "bench/agent.hpp"
#include "bench/axi.hpp"
#include "bench/channel.hpp"
#include "bench/exclusive_monitor.hpp"
#include "dmar/memory_bus.hpp"

namespace dmar::bench {

struct MemoryTiming {
  unsigned min_latency = 8;       // cycles from request (last data of a write) to answer, >= 1
  unsigned max_latency = 8;       // uniform in min..max
  bool reorder = false;           // answers of different IDs in any order, read beats interleaved
  unsigned stall_percent = 0;     // chance of each channel to hesitate, in each cycle
  unsigned max_outstanding = 64;  // bursts of each direction
};

// Channels that take nothing for now.
struct BlockedChannels {
  bool ar = false;
  bool aw = false;
  bool w = false;
};

// A run of neighbouring bytes that a write burst changed.
struct WriteRun {
  std::uint64_t address = 0;
  std::vector<std::uint8_t> bytes;
};

// One burst as memory saw it.
struct AxiAccess {
  bool write = false;
  AddressBeat address;
  std::uint64_t cycle = 0;          // address handshake
  std::uint64_t perform_cycle = 0;  // when memory was read or written
  bool error = false;               // answered with SLVERR
  bool exclusive = false;           // answered with EXOKAY
  std::vector<WriteRun> runs = {};  // of a write: strobed bytes, in the order of the beats
};

class AxiMemory : public Agent {
 public:
  // Called once for each burst, before it is performed. True: not an access to memory (a message);
  // it is answered with OKAY. May throw ProtocolError.
  using Consumer = std::function<bool(const AxiAccess &)>;
  // Called once for each burst after it was performed.
  using Observer = std::function<void(const AxiAccess &)>;
  // Called when the last answer of a read burst is on offer, with the cycles of its address
  // handshake and of that answer.
  using ReadObserver =
      std::function<void(const AddressBeat &, std::uint64_t from, std::uint64_t to)>;
  // True while the answer to this burst is to be held back. Reads have looked at memory by then;
  // writes have not reached it. Answers to other IDs pass what is held.
  using Hold = std::function<bool(const AddressBeat &, bool write)>;

  // Serves the bytes of a read burst instead of memory; false: answered with SLVERR.
  using Reader =
      std::function<bool(const AddressBeat &, HostAddr address, std::span<std::uint8_t> out)>;

  AxiMemory(AxiBus &bus, MemoryBus &memory, std::string name, const MemoryTiming &timing,
            std::uint64_t seed);

  void set_consumer(Consumer consumer) { consumer_ = std::move(consumer); }
  void set_observer(Observer observer) { observer_ = std::move(observer); }
  void set_read_observer(ReadObserver observer) { read_observer_ = std::move(observer); }
  // WRAP and FIXED bursts and exclusive ones too, for who issues them; otherwise they are an error.
  void accept_every_type(bool accept) { every_type_ = accept; }
  void set_hold(Hold hold) { hold_ = std::move(hold); }
  // Back-pressure until the next call. Answers wait by set_hold().
  void block(const BlockedChannels &blocked) { blocked_ = blocked; }
  void set_reader(Reader reader) { reader_ = std::move(reader); }
  // False: memory has no exclusive monitor, so that an exclusive access is a normal one.
  void has_monitor(bool on) { has_monitor_ = on; }
  // Somebody else than this port wrote to the same memory.
  void note_write(std::uint64_t address, std::size_t bytes) { monitor_.written(address, bytes); }

  // No burst begun that is not yet answered.
  [[nodiscard]] bool idle() const;
  // Addresses of the bursts under way: reads whose last data, writes whose response memory has not
  // given yet.
  [[nodiscard]] std::vector<AddressBeat> under_way() const;
  // The longest time from an address handshake to the last answer, in cycles.
  [[nodiscard]] std::uint64_t slowest_answer() const { return slowest_answer_; }

  void sample(std::uint64_t cycle) override;
  void drive() override;

 private:
  struct PendingRead {
    AddressBeat address;
    std::uint64_t cycle = 0;  // address handshake
    std::uint64_t ready_cycle = 0;
    std::size_t next = 0;
    std::vector<ReadBeat> beats;
  };
  struct PendingWrite {
    AxiAccess access;
    std::uint64_t ready_cycle = 0;
  };
  struct OpenWrite {
    AddressBeat address;
    std::uint64_t cycle = 0;
  };

  void accept_read(const AddressBeat &burst);
  ReadBeat read_beat(const AddressBeat &burst, unsigned index);
  void check_address(const AddressBeat &burst, const char *channel) const;
  void match_write_data();
  void check_write_beat(const AddressBeat &burst, std::size_t index) const;
  std::uint8_t perform_write(AxiAccess &access);
  void perform_exclusive_write(AxiAccess &access);
  void offer_read();
  void offer_write();
  template <class Pending, class AddressOf>
  std::size_t choose(const std::deque<Pending> &pending, bool write, AddressOf address_of);
  std::uint64_t answer_cycle();
  [[noreturn]] void fail(const std::string &what) const;

  std::string name_;
  MemoryTiming timing_;
  MemoryBus &memory_;
  Random random_;
  ChannelSink<AddressBeat> aw_;
  ChannelSink<WriteBeat> w_;
  ChannelSource<WriteResponse> b_;
  ChannelSink<AddressBeat> ar_;
  ChannelSource<ReadBeat> r_;
  Consumer consumer_;
  Observer observer_;
  ReadObserver read_observer_;
  Hold hold_;
  Reader reader_;
  BlockedChannels blocked_;
  ExclusiveMonitor monitor_;
  bool has_monitor_ = true;
  bool every_type_ = false;
  std::uint64_t now_ = 0;
  std::uint64_t slowest_answer_ = 0;
  std::deque<PendingRead> reads_;
  std::deque<PendingWrite> writes_;
  std::deque<OpenWrite> open_writes_;
  std::deque<WriteBeat> write_beats_;
  std::size_t checked_beats_ = 0;  // of write_beats_, against the oldest open write
};

}  // namespace dmar::bench

#endif  // DMAR_BENCH_AXI_MEMORY_HPP
