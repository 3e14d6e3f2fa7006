// SPDX-License-Identifier: Apache-2.0
// The Iommu interface on a Verilated dmar_top, with the clock, time and observations that checkers
// of a pipelined unit need. Any model: the type of the Verilated class is hidden.
#ifndef DMAR_BENCH_RTL_IOMMU_HPP
#define DMAR_BENCH_RTL_IOMMU_HPP

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "bench/axi_manager.hpp"
#include "bench/axi_memory.hpp"
#include "bench/dma_tracker.hpp"
#include "bench/lite_host.hpp"
#include "bench/message_ports.hpp"
#include "bench/monitor.hpp"
#include "bench/simulation_base.hpp"
#include "coverage/unit_watch.hpp"
#include "dmar/iommu.hpp"
#include "memory/memory.hpp"

namespace dmar::bench {

struct RtlOptions {
  std::uint64_t seed = 1;
  MemoryTiming dma_memory = {};        // behind m_dma
  MemoryTiming table_memory = {};      // behind m_tbl
  unsigned device_stall_percent = 0;   // hesitation of the device, each channel
  unsigned host_stall_percent = 0;     // of the CPU, each channel
  unsigned message_stall_percent = 0;  // of both message ports
  std::string wave = {};               // FST file from the first cycle on, when not empty
  MemoryBus *host_memory = nullptr;  // behind both managers in place of memory(); outlives the unit
  std::uint64_t wait_bound = 200'000;  // cycles before a wait is called a hang
};

// What the registry knows of one Verilated model.
struct ModelInfo {
  std::string name;
  Config config;
  unsigned id_width = 4;                       // AXI ID bits of the device port
  std::map<std::string, unsigned> parameters;  // of rtl/parameters.json, by name
  std::unique_ptr<SimulationBase> (*make)(std::uint64_t seed) = nullptr;
};

// A status write of an invalidation wait descriptor.
struct StatusWrite {
  HostAddr address;
  std::uint32_t data = 0;
  std::uint64_t cycle = 0;

  friend bool operator==(const StatusWrite &, const StatusWrite &) = default;
};

struct Counters {
  std::uint64_t requests = 0;  // verdicts given
  std::uint64_t hits = 0;
  std::uint64_t walks = 0;
  std::uint64_t table_reads = 0;  // bursts of the walker
  std::uint64_t queue_reads = 0;  // bursts of the invalidation queue
  std::uint64_t cycles = 0;
};

// Every function that lets time pass may throw ProtocolError, AssertionError or HangError.
class RtlIommu : public Iommu {
 public:
  using Handle = BurstHandle;

  RtlIommu(const ModelInfo &model, const RtlOptions &options);
  ~RtlIommu() override;

  // Iommu. Messages and status writes are those performed so far; see settle().
  [[nodiscard]] const Config &config() const override { return model_.config; }
  [[nodiscard]] Memory &memory() override { return memory_; }
  std::uint64_t read(std::uint32_t offset, unsigned bytes) override;
  void write(std::uint32_t offset, unsigned bytes, std::uint64_t value) override;
  Completion access(const Request &request, std::span<const std::uint8_t> data = {}) override;
  std::vector<Completion> access_all(std::span<const Request> requests) override;
  void settle() override;
  std::vector<Message> take_messages() override;
  // Requests are those that the message port has taken. A completion is done when the unit has
  // counted it.
  std::vector<InvalidateRequest> take_invalidate_requests() override;
  void complete_invalidation(const InvalidateCompletion &completion) override;

  // A completion in flight: given to the message port, behind those before it.
  void send_completion(const InvalidateCompletion &completion);
  // Completions that the message port has not taken yet.
  [[nodiscard]] bool completions_under_way() const { return message_ports_.under_way(); }
  // False: the message port takes no requests from now on.
  void accept_invalidate_requests(bool accept) { message_ports_.accept(accept); }

  // Requests in flight. Without an `id`, IDs are given in turn; the unit may then reorder reads.
  Handle submit(const Request &request, std::span<const std::uint8_t> data = {},
                std::optional<std::uint8_t> id = std::nullopt);
  // The same with a burst of the caller's making, which may break AXI4; `request` is what the
  // monitor port will report.
  Handle submit_rogue(const Request &request, AxiBurst burst);
  // The outcome, once; nullopt while the request is under way.
  std::optional<Outcome> poll(Handle handle);
  Outcome wait(Handle handle);
  // The unit has accepted its address.
  [[nodiscard]] bool accepted(Handle handle) const { return device_.address_taken(handle); }
  [[nodiscard]] unsigned in_flight() const { return device_.in_flight(); }
  [[nodiscard]] unsigned ids() const { return 1U << model_.id_width; }
  // No device request in flight, and no table traffic for so long that the unit will start nothing
  // more on its own.
  [[nodiscard]] bool at_rest() const { return in_flight() == 0 && quiet() && !host_.busy(); }
  // Every request in flight has its verdict; faults are recorded by then.
  [[nodiscard]] bool all_judged() const { return !tracker_.waiting(); }

  // Register accesses in flight, one at a time: for traffic during an access.
  void start_read(std::uint32_t offset, unsigned bytes) { host_.start_read(offset, bytes); }
  void start_write(std::uint32_t offset, unsigned bytes, std::uint64_t value);
  [[nodiscard]] bool register_busy() const { return host_.busy(); }
  [[nodiscard]] std::uint64_t register_result() const { return host_.result(); }

  // Resets the unit and its devices; both memories go on and owe what they owe. The unit may
  // have no beat on offer to them, and no write burst half done. Requests in flight are forgotten:
  // their handles have no outcome.
  void reset_unit();

  // Time. memory().time() is the number of the cycle to come.
  void step(std::uint64_t cycles = 1);
  void step_until(const std::function<bool()> &done, const std::string &what);
  [[nodiscard]] std::uint64_t cycle() const { return simulation_->cycle(); }

  // Observations since the last call, in order.
  std::vector<VerdictEvent> take_verdicts() { return monitor_.take_verdicts(); }
  std::vector<AxiAccess> take_dma_accesses() { return std::exchange(dma_accesses_, {}); }
  std::vector<StatusWrite> take_status_writes() { return std::exchange(status_writes_, {}); }
  [[nodiscard]] Counters counters() const;

  // Called for each burst at m_tbl once performed.
  void observe_table_accesses(AxiMemory::Observer observer) { table_observer_ = observer; }

  // Called for each read burst at m_tbl when its last data are there.
  void observe_table_reads(AxiMemory::ReadObserver observer) {
    table_memory_.set_read_observer(std::move(observer));
  }
  // Called for each request once it is answered and judged.
  using OutcomeObserver = std::function<void(const Request &, const Outcome &)>;
  void observe_outcomes(OutcomeObserver observer) { outcome_observer_ = std::move(observer); }

  // Answers for which `hold` is true wait at m_tbl or m_dma until it is false (AxiMemory::Hold).
  void hold_table_answers(AxiMemory::Hold hold) { table_memory_.set_hold(std::move(hold)); }
  void hold_dma_answers(AxiMemory::Hold hold) { dma_memory_.set_hold(std::move(hold)); }

  // Channels of m_tbl or m_dma that take nothing until the next call (AxiMemory::block).
  void block_table_channels(const BlockedChannels &blocked) { table_memory_.block(blocked); }
  void block_dma_channels(const BlockedChannels &blocked) { dma_memory_.block(blocked); }

  // Bursts that memory behind m_dma has not answered yet; longest answers of both memories.
  [[nodiscard]] std::vector<AddressBeat> dma_under_way() const { return dma_memory_.under_way(); }
  [[nodiscard]] std::uint64_t slowest_dma_answer() const { return dma_memory_.slowest_answer(); }
  [[nodiscard]] std::uint64_t slowest_table_answer() const {
    return table_memory_.slowest_answer();
  }

  // Reads at m_tbl are served by `reader` instead of memory.
  void read_tables_through(AxiMemory::Reader reader) {
    table_memory_.set_reader(std::move(reader));
  }

  // False: memory behind m_tbl has no exclusive monitor (AxiMemory::has_monitor).
  void monitor_tables(bool on) { table_memory_.has_monitor(on); }

  // True: memory behind m_dma takes WRAP and FIXED bursts too (AxiMemory::accept_every_type).
  void accept_every_burst_type(bool accept) { dma_memory_.accept_every_type(accept); }

  // False: the device takes no answers from now on (AxiManager::accept_answers).
  void accept_device_answers(bool accept) { device_.accept_answers(accept); }
  void accept_device_answers(bool read_data, bool write_responses) {
    device_.accept_answers(read_data, write_responses);
  }

  void start_wave(const std::string &path) { simulation_->start_wave(path); }
  void stop_wave() { simulation_->stop_wave(); }
  [[nodiscard]] const std::string &model_name() const { return model_.name; }
  [[nodiscard]] const ModelInfo &model() const { return model_; }

 private:
  void connect();
  void check_attributes(const char *port, const AddressBeat &burst, bool message,
                        bool snoops) const;
  void note_table_access(const AxiAccess &access);
  void watch_posting(const AxiAccess &access);
  void finish_requests();
  [[nodiscard]] bool unit_at_rest();
  [[nodiscard]] bool quiet() const;

  ModelInfo model_;
  RtlOptions options_;
  Memory memory_;
  std::unique_ptr<SimulationBase> simulation_;
  LiteHost host_;
  AxiManager device_;
  MessagePorts message_ports_;
  AxiMemory dma_memory_;
  AxiMemory table_memory_;
  DmaTracker tracker_;
  Monitor monitor_;
  std::unique_ptr<coverage::UnitWatch> watch_;  // nullptr when no coverage is wanted
  std::unordered_map<Handle, Outcome> outcomes_;
  std::vector<std::pair<Handle, AxiResult>> unjudged_;
  std::vector<AxiAccess> dma_accesses_;
  std::vector<StatusWrite> status_writes_;
  std::vector<Message> messages_;
  AxiMemory::Observer table_observer_;
  OutcomeObserver outcome_observer_;
  std::uint64_t table_reads_ = 0;
  std::uint64_t queue_reads_ = 0;
  std::uint64_t forgotten_before_ = 0;  // cycle of the last reset_unit()
  std::uint64_t last_busy_cycle_ = 0;   // of table traffic, a flush or a message
  unsigned next_id_ = 0;
};

}  // namespace dmar::bench

#endif  // DMAR_BENCH_RTL_IOMMU_HPP
