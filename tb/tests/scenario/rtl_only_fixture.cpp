// SPDX-License-Identifier: Apache-2.0
// See rtl_scenario.hpp.
#include <stdexcept>

#include "bench/table_port_rules.hpp"
#include "tests/scenario/backend.hpp"
#include "tests/scenario/rtl_scenario.hpp"

namespace dmar {

void RtlScenario::make(bench::RtlOptions options) {
  options.seed += scenario_seed() - 1;
  options.wave = scenario_wave_path();
  driver_.reset();
  tables_.reset();
  unit_ = bench::make_rtl(GetParam(), options);
  tables_ = std::make_unique<TableBuilder>(unit_->memory(), unit_->config());
  driver_ = std::make_unique<Driver>(*unit_);
  held_reads_ = 0;
  ticket_.reset();
}

void RtlScenario::reset_unit() {
  unit_->reset_unit();
  driver_ = std::make_unique<Driver>(*unit_);
  ticket_.reset();
}

unsigned RtlScenario::parameter(const std::string &name) {
  for (const bench::ModelInfo &model : bench::models()) {
    if (model.name == GetParam()) return model.parameters.at(name);
  }
  throw std::invalid_argument("no model " + GetParam());
}

Domain RtlScenario::start_with_page() {
  Domain domain = tables_->create_domain({.id = 1, .levels = 4});
  tables_->attach(kDevice, domain);
  domain.map(kIova, HostAddr(kData));
  driver_->set_root_pointer(tables_->root_table());
  driver_->enable_translation();
  return domain;
}

void RtlScenario::hold_walk_at(HostAddr word) {
  unit_->observe_table_accesses([this, word](const bench::AxiAccess &access) {
    const bool walk = !access.write && access.address.id <= bench::kLastWalkId;
    if (walk && bench::covers(access.address, word.raw())) ++held_reads_;
  });
  unit_->hold_table_answers([word](const bench::AddressBeat &burst, bool write) {
    return !write && burst.id <= bench::kLastWalkId && bench::covers(burst, word.raw());
  });
}

void RtlScenario::hold_dma(bool reads, bool writes) {
  unit_->hold_dma_answers(
      [reads, writes](const bench::AddressBeat &, bool write) { return write ? writes : reads; });
}

void RtlScenario::release() {
  unit_->hold_table_answers(nullptr);
  unit_->hold_dma_answers(nullptr);
}

void RtlScenario::begin_invalidation(bool queue) {
  ticket_.reset();
  if (!queue && config().version_major < 6) {
    driver_->write64(reg::kIotlb, iotlb::kIvt | iotlb::kDr | iotlb::kDw |
                                      (std::uint64_t{granularity::kGlobal} << iotlb::kIirgShift));
    return;
  }
  if (!driver_->queue_enabled()) driver_->enable_queue();
  driver_->push(iotlb_descriptor({}));
  ticket_ = driver_->push_wait();
  driver_->ring_doorbell();
}

bool RtlScenario::invalidation_complete() {
  if (ticket_) return driver_->wait_completed(*ticket_);
  return (driver_->read64(reg::kIotlb) & iotlb::kIvt) == 0;
}

void RtlScenario::finish_invalidation() {
  for (unsigned n = 0; n < 20'000 && !invalidation_complete(); ++n) unit_->step();
  ASSERT_TRUE(invalidation_complete()) << "the invalidation hangs";
}

std::vector<std::string> rtl_names_with(bool (*wanted)(const Config &)) {
  std::vector<std::string> names;
  for (const bench::ModelInfo &model : bench::models()) {
    if (!runs_scenarios(model.config)) continue;
    if (wanted == nullptr || wanted(model.config)) names.push_back(model.name);
  }
  return names;
}

}  // namespace dmar
