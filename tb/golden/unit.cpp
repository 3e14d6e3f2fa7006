// SPDX-License-Identifier: Apache-2.0
// Register writes and what they start; translation with recording.
#include "golden/unit.hpp"

#include "dmar/registers.hpp"
#include "dmar/structures.hpp"
#include "golden/bus_table_reader.hpp"
#include "golden/legal_config.hpp"
#include "golden/posting.hpp"
#include "golden/scene.hpp"

namespace dmar::golden {

namespace {

bool supported(std::uint32_t offset, unsigned bytes) {
  return (bytes == 4 || bytes == 8) && offset % bytes == 0 && offset < reg::kEnd;
}

Config legal(const Config &config) {
  require_legal(config);
  return config;
}

}  // namespace

Unit::Unit(const Config &config, MemoryBus &memory)
    : config_(legal(config)),
      memory_(memory),
      registers_(config_),
      fault_event_(registers_, reg::kFectl, messages_),
      completion_event_(registers_, reg::kIectl, messages_),
      faults_(config_, registers_, fault_event_),
      device_tlbs_(invalidate_requests_),
      queue_({.config = config_,
              .control = control_,
              .registers = registers_,
              .memory = memory_,
              .faults = faults_,
              .completion_event = completion_event_,
              .status_writes = status_writes_,
              .device_tlbs = device_tlbs_,
              .perform = [this](const Invalidation &invalidation) { perform(invalidation); }}) {}

void Unit::reset() {
  registers_.reset();
  faults_.reset();
  control_ = {};
  messages_.clear();
  status_writes_.clear();
  invalidate_requests_.clear();
  device_tlbs_.reset();
  queue_.reset();
}

std::uint64_t Unit::read(std::uint32_t offset, unsigned bytes) const {
  if (!supported(offset, bytes)) return 0;
  const std::uint64_t low = registers_.read32(offset);
  return bytes == 4 ? low : low | (std::uint64_t{registers_.read32(offset + 4)} << 32);
}

void Unit::write(std::uint32_t offset, unsigned bytes, std::uint64_t value) {
  if (!supported(offset, bytes)) return;
  write32(offset, static_cast<std::uint32_t>(value));
  if (bytes == 8) write32(offset + 4, static_cast<std::uint32_t>(value >> 32));
  queue_.run();
}

void Unit::write32(std::uint32_t offset, std::uint32_t value) {
  registers_.write32(offset, value);
  const bool fault_record =
      offset >= reg::kFrcd && offset < reg::frcd(config_.fault_records) && offset % 16 == 12;
  if (offset == reg::kFsts || fault_record) faults_.status_written();
  if (offset == reg::kGcmd) global_command(value);
  if (offset == reg::kCcmd + 4) context_command();
  if (offset == reg::kIotlb + 4) iotlb_command();
  if (offset == reg::kIqa) queue_.base_written();
  if (offset == reg::kFectl) fault_event_.control_written();
  if (offset == reg::kIectl) completion_event_.control_written();
  if (offset == reg::kIcs && !registers_.any(reg::kIcs, kIcsIwc)) completion_event_.withdraw();
  if (offset >= reg::kPmen && offset < reg::kPhmlimit + 8) update_protected_memory();
}

// Carries out what one write asks for in a fixed order, pointers before what uses them. Commands
// of features that the unit lacks (also SFL and EAFL) have no effect. Nothing takes time here, so
// a write buffer flush is over before WBFS could be seen set.
void Unit::global_command(std::uint32_t command) {
  if ((command & gcmd::kSrtp) != 0) {
    control_.root_table = registers_.get(reg::kRtaddr);
    registers_.set_bits(reg::kGsts, gsts::kRtps);
  }
  const bool remaps_interrupts = config_.interrupt_remapping;
  if (remaps_interrupts && (command & gcmd::kSirtp) != 0) {
    control_.interrupt_table = registers_.get(reg::kIrta);
    registers_.set_bits(reg::kGsts, gsts::kIrtps);
  }
  queue_.set_enabled((command & gcmd::kQie) != 0);
  if (remaps_interrupts) {
    control_.compatibility_allowed = set_level(gsts::kCfis, (command & gcmd::kCfi) != 0);
    control_.interrupt_enabled = set_level(gsts::kIres, (command & gcmd::kIre) != 0);
    faults_.remapping_changed();
  }
  control_.translation_enabled = set_level(gsts::kTes, (command & gcmd::kTe) != 0);
  faults_.remapping_changed();
}

bool Unit::set_level(std::uint32_t status, bool on) {
  registers_.clear_bits(reg::kGsts, status);
  if (on) registers_.set_bits(reg::kGsts, status);
  return on;
}

// VT-d 6.5.1: legacy mode only, never beside the queue, gone with major version 6.
bool Unit::register_invalidation_allowed() const {
  return !registers_.any(reg::kGsts, gsts::kQies) &&
         rtaddr::ttm(control_.root_table) == rtaddr::kLegacy && config_.version_major <= 5;
}

void Unit::context_command() {
  const std::uint64_t command = registers_.get(reg::kCcmd);
  if ((command & ccmd::kIcc) == 0) return;
  unsigned performed = field(command, 62, 61);
  if (!register_invalidation_allowed()) performed = granularity::kReserved;
  registers_.clear_bits(reg::kCcmd, ccmd::kIcc | bits(60, 59));
  registers_.set_bits(reg::kCcmd, std::uint64_t{performed} << ccmd::kCaigShift);
  if (performed == granularity::kReserved) return;
  perform(ContextInvalidation{
      .granularity = performed,
      .domain =
          DomainId(static_cast<std::uint16_t>(command & bits(domain_id_bits(config_) - 1, 0))),
      .source_id = SourceId(static_cast<std::uint16_t>(command >> ccmd::kSidShift)),
      .function_mask = static_cast<unsigned>(field(command, 33, 32))});
}

void Unit::iotlb_command() {
  const std::uint64_t command = registers_.get(reg::kIotlb);
  if ((command & iotlb::kIvt) == 0) return;
  const std::uint64_t operand = registers_.get(reg::kIva);
  const unsigned address_mask = operand & iotlb::kIvaAm;
  unsigned performed = field(command, 61, 60);
  if (performed == granularity::kDeviceOrPage) {
    if (!config_.page_selective) {
      performed = granularity::kDomain;
    } else if (address_mask > config_.max_address_mask) {
      performed = granularity::kReserved;
    }
  }
  if (!register_invalidation_allowed()) performed = granularity::kReserved;
  registers_.clear_bits(reg::kIotlb, iotlb::kIvt | bits(58, 57));
  registers_.set_bits(reg::kIotlb, std::uint64_t{performed} << iotlb::kIaigShift);
  if (performed == granularity::kReserved) return;
  perform(IotlbInvalidation{
      .granularity = performed,
      .domain = DomainId(static_cast<std::uint16_t>((command >> iotlb::kDidShift) &
                                                    bits(domain_id_bits(config_) - 1, 0))),
      .address = Iova(operand & bits(config_.guest_address_width - 1, 12)),
      .address_mask = address_mask,
      .leaf_only = (operand & iotlb::kIvaIh) != 0,
      .drain_reads = (command & iotlb::kDr) != 0,
      .drain_writes = (command & iotlb::kDw) != 0});
}

// Nothing is cached here, so an invalidation is only something to tell others about.
void Unit::perform(const Invalidation &invalidation) {
  if (invalidation_observer_) invalidation_observer_(invalidation);
}

void Unit::update_protected_memory() {
  const bool enabled = registers_.any(reg::kPmen, pmen::kEpm);
  registers_.clear_bits(reg::kPmen, pmen::kPrs);
  if (enabled) registers_.set_bits(reg::kPmen, pmen::kPrs);
  control_.protection_enabled = enabled;
  control_.protected_low_base = static_cast<std::uint32_t>(registers_.get(reg::kPlmbase));
  control_.protected_low_limit = static_cast<std::uint32_t>(registers_.get(reg::kPlmlimit));
  control_.protected_high_base = registers_.get(reg::kPhmbase);
  control_.protected_high_limit = registers_.get(reg::kPhmlimit);
}

// With a tag that is not of that device the others in the message count all the same.
void Unit::complete_invalidation(const InvalidateCompletion &completion) {
  if (!config_.device_tlb || !control_.translation_enabled) return;
  if (!device_tlbs_.complete(completion)) faults_.completion_error(completion.source_id);
  queue_.run();
}

bool Unit::time_out_device_tlb(std::optional<unsigned> itag) {
  const std::optional<SourceId> source_id = device_tlbs_.give_up(itag);
  if (!source_id) return false;
  queue_.abort_wait();
  faults_.invalidation_time_out(*source_id);
  queue_.run();
  return true;
}

Step Unit::look_at_descriptor(const Posting &posting) const {
  return posted_descriptor_step(memory_, posting);
}

std::optional<Fault> Unit::post(const Request &request, const Posting &posting) {
  const Posted posted = golden::post(memory_, posting);
  if (posted.notification) messages_.push_back(*posted.notification);
  if (!posted.fault) return std::nullopt;
  const Fault fault = make_fault(*posted.fault, posting.fault_processing_disable);
  if (!fault.suppressed) faults_.record(request, fault.reason);
  return fault;
}

Verdict Unit::judge(const Request &request, std::vector<Step> *steps) const {
  BusTableReader tables(memory_);
  return golden::translate(config_, control_, tables, request, steps);
}

Verdict Unit::translate(const Request &request, std::vector<Step> *steps) {
  const Verdict verdict = judge(request, steps);
  const auto *fault = std::get_if<Fault>(&verdict);
  if (fault != nullptr && !fault->suppressed) faults_.record(request, fault->reason);
  return verdict;
}

}  // namespace dmar::golden
