// SPDX-License-Identifier: Apache-2.0
// The tokens of a SystemVerilog source, without comments.
#ifndef DMAR_MUTATION_TOKEN_HPP
#define DMAR_MUTATION_TOKEN_HPP

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace dmar::mutation {

struct Token {
  enum class Kind { kName, kNumber, kSymbol, kString, kDirective, kEnd };
  Kind kind = Kind::kEnd;
  std::string_view text;  // into the source
  std::size_t begin = 0;
  unsigned line = 0;

  [[nodiscard]] std::size_t end() const { return begin + text.size(); }
  [[nodiscard]] bool is(std::string_view wanted) const { return text == wanted; }
};

// A source that this program does not understand: better an error than a silent gap.
class SourceError : public std::runtime_error {
 public:
  SourceError(unsigned line, const std::string &what);
  [[nodiscard]] unsigned line() const { return line_; }

 private:
  unsigned line_;
};

// Ends with a token of kind kEnd. `source` must outlive the tokens.
std::vector<Token> tokenize(std::string_view source);

}  // namespace dmar::mutation

#endif  // DMAR_MUTATION_TOKEN_HPP
