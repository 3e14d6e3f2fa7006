// SPDX-License-Identifier: Apache-2.0
// One use of an option whose text has fields of its own. Errors name the option and the field.
#ifndef DMAR_SIM_OPTION_USE_HPP
#define DMAR_SIM_OPTION_USE_HPP

#include <cstdint>
#include <string>
#include <string_view>

#include "acpi/dmar_table.hpp"

namespace dmar::sim {

class OptionUse {
 public:
  // `option` outlives the object.
  OptionUse(std::string_view option, std::string text);

  [[nodiscard]] std::string_view text() const { return text_; }

  // Each reads `text`, a part of the option's text, and throws UsageError when it is not such a
  // thing. `field` is its name in messages.
  [[nodiscard]] std::uint64_t address(std::string_view field, std::string_view text,
                                      unsigned bits = 64) const;  // hexadecimal
  // Decimal, or hexadecimal after 0x.
  [[nodiscard]] std::uint64_t number(std::string_view field, std::string_view text,
                                     std::uint64_t most) const;
  // BUS:DEV.FN[/DEV.FN...] into start bus and path of `scope`.
  void path(std::string_view text, acpi::Scope &scope) const;
  // [KIND[:ID]@]BUS:DEV.FN[/DEV.FN...], `type` without a KIND.
  [[nodiscard]] acpi::Scope device(std::string_view text, acpi::Scope::Type type) const;

  [[noreturn]] void fail(std::string_view field, const std::string &what) const;

 private:
  void hop(std::string_view one, std::string_view text, acpi::Scope &scope) const;
  [[nodiscard]] acpi::Scope::Type type_named(std::string_view kind) const;

  std::string_view option_;
  std::string text_;
};

}  // namespace dmar::sim

#endif  // DMAR_SIM_OPTION_USE_HPP
