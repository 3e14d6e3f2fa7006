// SPDX-License-Identifier: Apache-2.0
// See qtest.hpp.
#include "cosim/qtest.hpp"

#include <fmt/core.h>

#include <charconv>
#include <optional>
#include <string_view>

#include "cosim/error.hpp"

namespace dmar::cosim {

namespace {

// A whole number, hexadecimal with 0x.
std::optional<std::uint64_t> number(std::string_view text) {
  const bool hex = text.starts_with("0x");
  if (hex) text.remove_prefix(2);
  std::uint64_t value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value, hex ? 16 : 10);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

void Qtest::command(const std::string &text, Answer answer) {
  sent_.push_back({text, std::move(answer)});
  lines_.send(text);
}

void Qtest::write32(std::uint64_t address, std::uint32_t value, Answer answer) {
  command(fmt::format("writel {:#x} {:#x}", address, value), std::move(answer));
}

void Qtest::read32(std::uint64_t address, Answer answer) {
  command(fmt::format("readl {:#x}", address), std::move(answer));
}

void Qtest::out32(std::uint16_t port, std::uint32_t value, Answer answer) {
  command(fmt::format("outl {:#x} {:#x}", port, value), std::move(answer));
}

void Qtest::take(const std::string &line) {
  const std::string_view text = line;
  if (text.starts_with("IRQ raise ") || text.starts_with("IRQ lower ")) {
    const auto pin = number(text.substr(10));
    if (!pin || *pin > 255) throw CosimError(fmt::format("qtest: '{}' names no pin", line));
    pin_(static_cast<unsigned>(*pin), text.starts_with("IRQ raise"));
    return;
  }
  if (sent_.empty()) throw CosimError(fmt::format("qtest: '{}' answers nothing", line));
  const Sent sent = std::move(sent_.front());
  sent_.pop_front();
  const auto value = text == "OK"              ? std::optional<std::uint64_t>(0)
                     : text.starts_with("OK ") ? number(text.substr(3))
                                               : std::nullopt;
  if (!value) throw CosimError(fmt::format("qtest: '{}' was answered with '{}'", sent.text, line));
  if (sent.answer) sent.answer(*value);
}

void Qtest::receive() {
  for (const std::string &line : lines_.receive()) take(line);
}

}  // namespace dmar::cosim
