// SPDX-License-Identifier: Apache-2.0
// The fields of one trace line, taken in order. Errors read "FILE:LINE: field 3 (IOVA): ...".
#ifndef DMAR_TRACE_FIELDS_HPP
#define DMAR_TRACE_FIELDS_HPP

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace dmar::trace {

class Fields {
 public:
  // `file` and `line` outlive the object. The word at the front of the line is the event name.
  Fields(std::string_view file, unsigned line_number, std::string_view line);

  [[nodiscard]] std::string_view name() const { return name_; }
  [[nodiscard]] bool empty() const { return rest_.empty(); }

  // Each takes the next field; `field` is its name in messages. All throw TraceError.
  std::string_view word(std::string_view field);
  std::uint64_t hex(std::string_view field, unsigned bits = 64);
  unsigned decimal(std::string_view field, unsigned low, unsigned high);
  void literal(std::string_view expected);  // the next field must be this word
  void bytes(std::string_view field, std::span<std::uint8_t> out);

  // Nothing may follow.
  void end();

  // Throws about the field taken last, or about the line.
  [[noreturn]] void fail(std::string_view field, const std::string &what) const;
  [[noreturn]] void fail_line(const std::string &what) const;

 private:
  std::string_view take();

  std::string_view file_;
  unsigned line_number_;
  std::string_view rest_;
  std::string_view name_;
  unsigned index_ = 0;  // of the field taken last; the event name is field 0
};

}  // namespace dmar::trace

#endif  // DMAR_TRACE_FIELDS_HPP
