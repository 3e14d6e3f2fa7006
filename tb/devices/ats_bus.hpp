// SPDX-License-Identifier: Apache-2.0
// What a function with a device TLB needs of the bus beyond DMA: translation requests, translated
// requests, and the messages of invalidations (PCIe ATS).
#ifndef DMAR_DEVICES_ATS_BUS_HPP
#define DMAR_DEVICES_ATS_BUS_HPP

#include <cstdint>
#include <functional>
#include <span>

#include "devices/dma_port.hpp"
#include "dmar/ats.hpp"
#include "dmar/types.hpp"

namespace dmar::devices {

// How a translation request ended.
struct TranslationAnswer {
  enum class Status : std::uint8_t {
    kSuccess,
    kUnsupported,  // unsupported request: this function has no use of ATS here
    kAborted,      // completer abort: give this request up
  };
  Status status = Status::kSuccess;
  TranslationEntry entry = {};  // of a success
};

class AtsBus : public DmaPort {
 public:
  // Like Done: once, later.
  using Translated = std::function<void(const TranslationAnswer &)>;
  using Invalidate = std::function<void(const InvalidateRequest &)>;

  // AT=01 for the page of `address`; `no_write`: NW.
  virtual void translate(Iova address, bool no_write, Translated done) = 0;

  // AT=10, inside one page.
  virtual void read_translated(HostAddr address, std::span<std::uint8_t> out, Done done) = 0;
  virtual void write_translated(HostAddr address, std::span<const std::uint8_t> data,
                                Done done) = 0;

  // Who takes Invalidate Request Messages to this function; nobody: they are lost.
  virtual void on_invalidate(Invalidate taker) = 0;
  // An Invalidate Completion Message of this function, behind its writes that were answered.
  virtual void complete_invalidation(std::uint32_t itags, std::uint8_t count) = 0;
};

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_ATS_BUS_HPP
