// SPDX-License-Identifier: Apache-2.0
// What a function with a device TLB does wrong when it is told to.
#ifndef DMAR_DEVICES_ATS_MISBEHAVIOUR_HPP
#define DMAR_DEVICES_ATS_MISBEHAVIOUR_HPP

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace dmar::devices {

enum class AtsMisbehaviour : std::uint8_t {
  kAcknowledgesEarly,  // an invalidation, before its earlier requests have ended
  kNeverAnswers,       // an invalidation, nor does it carry it out
  kAnswersTwice,       // an invalidation
  kWrongTag,           // answers with an ITag that is another one's
  kUsesAfter,          // an invalidation is acknowledged, and its entries stay
  kForgesTranslated,   // an access goes out as a translated one, by the address that it has
};

inline constexpr std::array<std::string_view, 6> kAtsMisbehaviours = {
    "acknowledges-early", "never-answers", "answers-twice",
    "wrong-tag",          "uses-after",    "forges-translated"};

constexpr std::string_view name_of(AtsMisbehaviour kind) {
  return kAtsMisbehaviours.at(static_cast<std::size_t>(kind));
}

constexpr std::optional<AtsMisbehaviour> ats_misbehaviour_named(std::string_view name) {
  for (std::size_t i = 0; i < kAtsMisbehaviours.size(); ++i) {
    if (kAtsMisbehaviours.at(i) == name) return static_cast<AtsMisbehaviour>(i);
  }
  return std::nullopt;
}

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_ATS_MISBEHAVIOUR_HPP
