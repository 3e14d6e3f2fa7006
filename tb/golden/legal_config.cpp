// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "golden/legal_config.hpp"

#include <stdexcept>
#include <string>

#include "dmar/registers.hpp"

namespace dmar::golden {

namespace {

void require(bool holds, const char *rule) {
  if (!holds) throw std::invalid_argument(std::string("illegal configuration: ") + rule);
}

}  // namespace

void require_legal(const Config &config) {
  constexpr unsigned kRecordsThatFit = (reg::kEnd - reg::kFrcd) / 16;
  require(config.host_address_width >= 32 && config.host_address_width <= 52,
          "host_address_width is 32 to 52");
  require(config.guest_address_width >= 39 && config.guest_address_width <= 57,
          "guest_address_width is 39 to 57");
  require(config.guest_address_width >= config.host_address_width,
          "guest_address_width is at least host_address_width");
  require(config.sagaw != 0 && (config.sagaw & ~0b1110u) == 0, "sagaw has bits 1 to 3 only");
  require((config.sagaw & 0b1000u) == 0 || config.guest_address_width > 48,
          "sagaw bit 3, 57-bit tables, needs guest_address_width above 48");
  require(config.super_pages == 0 || config.super_pages == 1 || config.super_pages == 3,
          "super_pages is 0, 1 or 3");
  require(config.domain_id_code <= 6, "domain_id_code is 0 to 6");
  require(config.fault_records >= 1 && config.fault_records <= kRecordsThatFit,
          "fault_records must fit the 4 KiB register page");
  // The RTL takes less; a trace of another unit may ask for all that its field can say.
  require(config.max_address_mask < 64, "max_address_mask is below 64");
  require(config.protected_align >= 12 && config.protected_align <= 31,
          "protected_align is 12 to 31");
  require(config.version_major >= 1 && config.version_major <= 7, "version_major is 1 to 7");
  require(config.interrupt_remapping || !config.extended_interrupt_mode,
          "extended_interrupt_mode needs interrupt_remapping");
  require(config.max_interrupt_mask <= (config.interrupt_remapping ? 15 : 0),
          "max_interrupt_mask is at most 15, and 0 without interrupt_remapping");
  require(config.device_tlb || !config.no_write_flag, "no_write_flag needs device_tlb");
  require(config.interrupt_remapping || !config.posted_interrupts,
          "posted_interrupts needs interrupt_remapping");
}

}  // namespace dmar::golden
