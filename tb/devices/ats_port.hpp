// SPDX-License-Identifier: Apache-2.0
// The endpoint part of ATS: stands between a device model and the bus. While software has enabled
// it, accesses of memory go out translated, by what the device TLB holds or asks for.
#ifndef DMAR_DEVICES_ATS_PORT_HPP
#define DMAR_DEVICES_ATS_PORT_HPP

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "devices/ats_bus.hpp"
#include "devices/ats_misbehaviour.hpp"
#include "devices/device_tlb.hpp"

namespace dmar::devices {

struct AtsOptions {
  std::size_t entries = 32;      // of the device TLB
  std::uint8_t completions = 1;  // messages that answer one invalidation, 1..8
};

// Transfers are cut at pages. For each piece:
//   an entry that permits it                      -> translated request
//   none, or one that does not                    -> translation request; then
//     success that permits it                     -> translated request
//     success without permission, or with U       -> untranslated request; the unit records why
//     completer abort                             -> the piece is blocked
//     unsupported request                         -> untranslated request; and no more translation
//                                                    requests until software enables ATS again
// Reads ask with NW=1, so that a page that is only read gets no dirty bit.
//
// An invalidation is acknowledged when every translated request for its pages has been answered.
// An answer to a translation request that is older than an invalidation of its region is thrown
// away, and asked for again.
//
// Interrupt messages are never translated.
class AtsPort : public DmaPort {
 public:
  // `bus` outlives it, and calls it no more once it is destroyed. std::invalid_argument for options
  // that no device has.
  explicit AtsPort(AtsBus &bus, const AtsOptions &options = {});

  void read(Iova address, std::span<std::uint8_t> out, Done done) override;
  void write(Iova address, std::span<const std::uint8_t> data, Done done) override;
  void message(const Message &message, Done done) override {
    bus_.message(message, std::move(done));
  }
  void cease() override;
  void identify(SourceId id) override { bus_.identify(id); }
  void set_pin(bool asserted) override { bus_.set_pin(asserted); }
  void enable_translations(bool enabled) override;

  // The next `times` times, instead of what it was told before for this kind.
  void misbehave(AtsMisbehaviour kind, unsigned times);

  struct Statistics {
    std::uint64_t requests = 0;    // for translation
    std::uint64_t refused = 0;     // of them: unsupported, aborted, or without the permission
    std::uint64_t discarded = 0;   // answers that an invalidation overtook
    std::uint64_t translated = 0;  // pieces that went out so
    std::uint64_t untranslated = 0;
    std::uint64_t invalidations = 0;  // messages, and those of them that were acknowledged
    std::uint64_t acknowledged = 0;
  };
  [[nodiscard]] const Statistics &statistics() const { return statistics_; }
  [[nodiscard]] const DeviceTlb &tlb() const { return tlb_; }
  [[nodiscard]] bool enabled() const { return enabled_; }

 private:
  struct Transfer {
    bool write = false;
    std::span<std::uint8_t> out = {};
    std::span<const std::uint8_t> data = {};
    Done done = nullptr;
    std::size_t pieces = 0;  // that have not ended
    bool ceased = false;
    DmaStatus status = DmaStatus::kOkay;
  };
  struct Piece {
    std::shared_ptr<Transfer> transfer;
    Iova address;
    std::size_t offset;
    std::size_t bytes;
  };
  struct Asked {
    unsigned enables;  // how often ATS had been enabled by then
    std::vector<Piece> waiting;
    std::vector<InvalidateRequest> overtaken_by = {};
  };
  struct Pending {  // an invalidation with translated requests before it
    std::uint8_t itag;
    std::set<std::uint64_t> users;
  };
  using Page = std::pair<std::uint64_t, bool>;  // address, and whether NW was said

  void start(bool write, Iova address, std::span<std::uint8_t> out,
             std::span<const std::uint8_t> data, Done done);
  void start(const Piece &piece);
  void ask(const Piece &piece);
  void answered(const Page &page, const TranslationAnswer &answer);
  void send_untranslated(const Piece &piece);
  void send_translated(const Piece &piece, HostAddr to);
  static void ended(const Piece &piece, DmaStatus status);
  void invalidate(const InvalidateRequest &request);
  void translated_ended(std::uint64_t number);
  void acknowledge(std::uint32_t itags);
  bool misbehaves(AtsMisbehaviour kind);
  [[nodiscard]] static bool permits(const TranslationEntry &entry, bool write);

  AtsBus &bus_;
  AtsOptions options_;
  DeviceTlb tlb_;
  bool enabled_ = false;
  bool usable_ = false;  // no translation request has been refused as unsupported since then
  unsigned enables_ = 0;
  std::map<std::uint64_t, std::weak_ptr<Transfer>> transfers_;
  std::uint64_t next_transfer_ = 0;
  std::map<Page, Asked> asked_;
  std::map<std::uint64_t, std::uint64_t> translated_;  // requests in flight: number, page
  std::uint64_t next_translated_ = 0;
  std::vector<Pending> pending_;
  std::array<unsigned, kAtsMisbehaviours.size()> misbehaviour_{};
  Statistics statistics_;
};

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_ATS_PORT_HPP
