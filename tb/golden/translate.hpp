// SPDX-License-Identifier: Apache-2.0
// What becomes of one request, memory access or interrupt, from the architecture text: legacy mode,
// no clock, no cache.
#ifndef DMAR_GOLDEN_TRANSLATE_HPP
#define DMAR_GOLDEN_TRANSLATE_HPP

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "dmar/ats.hpp"
#include "dmar/config.hpp"
#include "dmar/types.hpp"

namespace dmar::golden {

// Where table entries come from. nullopt: memory answered the access with an error.
class TableReader {
 public:
  virtual ~TableReader() = default;
  virtual std::optional<std::array<std::uint64_t, 2>> read128(HostAddr address) = 0;  // {lo, hi}
  virtual std::optional<std::uint64_t> read64(HostAddr address) = 0;
};

// The control state in force, as latched (not the live registers).
struct ControlState {
  bool translation_enabled = false;      // GSTS.TES
  std::uint64_t root_table = 0;          // RTADDR as captured by SRTP, TTM included
  bool interrupt_enabled = false;        // GSTS.IRES
  bool compatibility_allowed = false;    // GSTS.CFIS
  std::uint64_t interrupt_table = 0;     // IRTA as captured by SIRTP: address, EIME, S
  bool protection_enabled = false;       // PMEN.PRS
  std::uint32_t protected_low_base = 0;  // register values; hard-wired bits are applied here
  std::uint32_t protected_low_limit = 0;
  std::uint64_t protected_high_base = 0;
  std::uint64_t protected_high_limit = 0;

  friend bool operator==(const ControlState &, const ControlState &) = default;
};

// Permitted: the access goes to `address`.
struct Translation {
  HostAddr address = {};               // byte address, offset included
  PageSize page_size = PageSize::k4K;  // k4K for identity results
  bool read = true;                    // effective permissions of the page
  bool write = true;
  bool snoop = true;                    // of the final access (NS attribute, SNP bit)
  bool identity = false;                // translation off or pass-through
  std::optional<DomainId> domain = {};  // of the context entry, when one was read

  friend bool operator==(const Translation &, const Translation &) = default;
};

// A translation request that succeeded, whatever it grants (VT-d 4.1.3). Never recorded.
struct TranslationCompletion {
  TranslationEntry entry = {};
  std::optional<DomainId> domain = {};  // of the context entry

  friend bool operator==(const TranslationCompletion &, const TranslationCompletion &) = default;
};

// How a request that is blocked ends on the bus.
enum class Refusal : std::uint8_t { kUnsupportedRequest, kCompleterAbort };

// Blocked with a fault condition. Recorded unless `suppressed`.
struct Fault {
  FaultReason reason = FaultReason::kNone;
  bool qualified = false;   // may be suppressed by FPD
  bool suppressed = false;  // qualified, and an entry read on the way had FPD=1
  Refusal refusal = Refusal::kUnsupportedRequest;  // an abort for translation requests only

  friend bool operator==(const Fault &, const Fault &) = default;
};

// Blocked without a record.
struct Blocked {
  enum class Cause : std::uint8_t { kUnsupportedRequest, kProtectedMemory };
  Cause cause = Cause::kUnsupportedRequest;

  friend bool operator==(const Blocked &, const Blocked &) = default;
};

// Leaves as an interrupt message: as it came (interrupt remapping is off, or the compatibility
// format is let through), or as its interrupt-remapping table entry says.
struct Interrupt {
  Message message = {};  // what leaves the unit
  bool remapped = false;

  friend bool operator==(const Interrupt &, const Interrupt &) = default;
};

// To be posted: an interrupt whose entry names a descriptor in memory (VT-d 5.2). What comes of it
// the descriptor decides when it is updated; see posting.hpp.
struct Posting {
  HostAddr descriptor = {};  // of 64 bytes
  unsigned vector = 0;       // VV
  bool urgent = false;       // URG
  bool extended = false;     // IRTA.EIME, which says how wide the notification's destination is
  bool fault_processing_disable = false;  // FPD of the entry

  friend bool operator==(const Posting &, const Posting &) = default;
};

// Completes without any access (zero-length read of the interrupt range).
struct NoAccess {
  friend bool operator==(const NoAccess &, const NoAccess &) = default;
};

using Verdict =
    std::variant<Translation, Fault, Blocked, Interrupt, NoAccess, TranslationCompletion, Posting>;

// One line of the explanation of a translation: an entry that was read, or a decision.
struct Step {
  struct Field {
    std::string name;     // as the specification spells it: "P", "SSPTPTR", "AW"
    std::uint64_t value;  // right-aligned
    std::string meaning;  // plain words, may be empty
  };
  std::string title = {};                // "root entry of bus 3ah", "second-stage PDE", "verdict"
  std::optional<HostAddr> address = {};  // where the entry was read
  std::vector<std::uint64_t> words =
      {};  // its value, low qword first; empty: access error or no read
  std::vector<Field> fields = {};
  std::string conclusion = {};  // what follows from it, in a sentence
};

// Translates `request` (VT-d 3.4, 3.7, 5.1, 7.1.3; check order: docs/architecture.md). Pure: all
// state is in the arguments. With `steps`, appends one Step for each entry read and each decision.
Verdict translate(const Config &config, const ControlState &control, TableReader &tables,
                  const Request &request, std::vector<Step> *steps = nullptr);

}  // namespace dmar::golden

#endif  // DMAR_GOLDEN_TRANSLATE_HPP
