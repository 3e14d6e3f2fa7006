// SPDX-License-Identifier: Apache-2.0
// A Verilated dmar_core with clock, memory and devices, as an Iommu to those who set it up. Every
// answer is compared with the golden model, unless that is switched off.
#ifndef DMAR_PERF_CORE_UNIT_HPP
#define DMAR_PERF_CORE_UNIT_HPP

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stdexcept>
#include <vector>

#include "dmar/iommu.hpp"
#include "dmar/memory_bus.hpp"
#include "golden/unit.hpp"
#include "memory/memory.hpp"
#include "perf/core_model.hpp"
#include "perf/request_port.hpp"
#include "perf/table_memory.hpp"

namespace dmar::perf {

// An answer that the architecture does not allow.
class WrongAnswer : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct UnitOptions {
  unsigned latency = 20;  // of the table memory, in clocks
  bool check = true;      // with the golden model
  bool profile = false;   // keep HostTime
  std::uint64_t seed = 1;
};

// Where the time of the host went.
struct HostTime {
  using Duration = std::chrono::steady_clock::duration;
  Duration rtl{};     // the Verilated model
  Duration golden{};  // the golden model
  Duration all{};
};

class CoreUnit : public Iommu {
 public:
  CoreUnit(const CoreInfo &info, std::unique_ptr<CoreModel> model, const UnitOptions &options);

  // Iommu. Registers are written in one clock for each 32 bits, without AXI4-Lite in between.
  [[nodiscard]] const Config &config() const override { return info_.config; }
  [[nodiscard]] Memory &memory() override { return memory_; }
  std::uint64_t read(std::uint32_t offset, unsigned bytes) override;
  void write(std::uint32_t offset, unsigned bytes, std::uint64_t value) override;
  Completion access(const Request &request, std::span<const std::uint8_t> data = {}) override;
  std::vector<Completion> access_all(std::span<const Request> requests) override;
  void settle() override;
  std::vector<Message> take_messages() override { return {}; }

  // From now on `device`, which outlives the unit, asks at `port`. Devices of one port take turns.
  void attach(unsigned port, Device &device) { ports_.at(port).attach(device); }
  // Devices ask for nothing more until resumed.
  void pause(bool paused) { paused_ = paused; }

  void step(std::uint64_t clocks = 1);
  // std::runtime_error, with `what`, when it takes far too long.
  void step_until(const std::function<bool()> &done, const char *what);
  // Pauses the devices and waits until nothing is in flight.
  void drain();
  // A request on its own; the devices are paused, and stay so.
  Answered one(const Request &request, unsigned port = 0);

  [[nodiscard]] std::uint64_t clock() const { return clock_; }
  [[nodiscard]] std::uint64_t walks() const { return walks_; }
  [[nodiscard]] const TableMemory::Counters &table() const { return table_.counters(); }
  [[nodiscard]] const HostTime &host_time() const { return time_; }
  [[nodiscard]] const CoreInfo &info() const { return info_; }
  // Clocks in which `port` offered nothing, or had to wait.
  [[nodiscard]] std::uint64_t idle_clocks(unsigned port) const {
    return ports_[port].idle_clocks();
  }
  [[nodiscard]] std::uint64_t wait_clocks(unsigned port) const {
    return ports_[port].wait_clocks();
  }

 private:
  class OneRequest;
  // The golden unit looks at the memory of the RTL, which alone writes to it.
  class ReadOnly : public MemoryBus {
   public:
    explicit ReadOnly(MemoryBus &memory) : memory_(memory) {}
    bool read(HostAddr address, std::span<std::uint8_t> out) override {
      return memory_.read(address, out);
    }
    bool write(HostAddr, std::span<const std::uint8_t>) override { return true; }

   private:
    MemoryBus &memory_;
  };

  void clock_once();
  void offer(unsigned port);
  void sample_port(unsigned port);
  void sample_answers();
  void check(const Answered &answered);

  CoreInfo info_;
  UnitOptions options_;
  std::unique_ptr<CoreModel> model_;
  CorePins &pins_;
  Memory memory_;
  ReadOnly read_only_{memory_};
  golden::Unit golden_;
  TableMemory table_;
  std::array<RequestPort, kPorts> ports_;
  bool paused_ = false;
  Device *lone_ = nullptr;  // asks while the others are paused
  unsigned lone_port_ = 0;
  std::uint64_t clock_ = 0;
  std::uint64_t walks_ = 0;
  HostTime time_;
};

}  // namespace dmar::perf

#endif  // DMAR_PERF_CORE_UNIT_HPP
