// SPDX-License-Identifier: Apache-2.0
// The configurations of tb/bench/models.txt, for programs without models. A test of the
// programs with models holds the two lists together.
#include "golden/golden_iommu.hpp"
#include "tests/scenario/backend.hpp"

namespace dmar {

Backend golden_backend(const std::string &config_name, const Config &config) {
  return {.name = "Golden_" + config_name,
          .config = config,
          .make = [config](std::uint64_t, const std::string &) -> std::unique_ptr<Iommu> {
            return std::make_unique<GoldenIommu>(config);
          }};
}

const std::vector<NamedConfig> &golden_configs() {
  static const std::vector<NamedConfig> kConfigs{
      {"ats", {.device_tlb = true, .no_write_flag = true, .posted_interrupts = true}},
      {"ats_plain",
       {.protected_low = true, .protected_high = true, .device_tlb = true, .version_major = 6}},
  };
  return kConfigs;
}

const std::vector<NamedConfig> &known_configs() {
  static const std::vector<NamedConfig> kConfigs{
      {"default", {}},
      {"tiny",
       {.host_address_width = 39,
        .super_pages = 0,
        .domain_id_code = 2,
        .fault_records = 1,
        .interrupt_remapping = false,
        .extended_interrupt_mode = false,
        .max_interrupt_mask = 0}},
      {"server",
       {.host_address_width = 52,
        .guest_address_width = 57,
        .sagaw = 0b01110,
        .domain_id_code = 3,
        .protected_low = true,
        .protected_high = true,
        .device_tlb = true,
        .no_write_flag = true,
        .collapse_faults = false,
        .version_major = 6,
        .posted_interrupts = true,
        .abort_mode = true,
        .root_pointer_flush = true,
        .interrupt_pointer_flush = true}},
      {"bare",
       {.host_address_width = 39,
        .guest_address_width = 48,
        .sagaw = 0b00100,
        .super_pages = 0,
        .domain_id_code = 2,
        .fault_records = 1,
        .zero_length_read = false,
        .page_selective = false,
        .pass_through = false,
        .snoop_control = false,
        .coherent = false,
        .interrupt_remapping = false,
        .extended_interrupt_mode = false,
        .max_interrupt_mask = 0,
        .write_buffer_flush = true}},
      {"client",
       {.host_address_width = 39,
        .guest_address_width = 39,
        .sagaw = 0b00100,
        .device_tlb = true,
        .extended_interrupt_mode = false}},
  };
  return kConfigs;
}

}  // namespace dmar
