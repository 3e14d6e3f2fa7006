// SPDX-License-Identifier: Apache-2.0
#include "token.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace dmar::mutation {

namespace {

// Longest first.
constexpr std::array<std::string_view, 18> kSymbols = {"<<<", ">>>", "===", "!==", "&&", "||",
                                                       "==",  "!=",  "<=",  ">=",  "<<", ">>",
                                                       "::",  "+:",  "-:",  "->",  "++", "+="};

bool is_name_start(char c) { return std::isalpha(static_cast<unsigned char>(c)) || c == '_'; }
bool is_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '$'; }
bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)); }

class Lexer {
 public:
  explicit Lexer(std::string_view source) : source_(source) {}

  std::vector<Token> run() {
    while (skip_space(), at_ < source_.size()) lex_one();
    tokens_.push_back({Token::Kind::kEnd, source_.substr(source_.size()), source_.size(), line_});
    return std::move(tokens_);
  }

 private:
  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0';
  }
  [[nodiscard]] bool starts_with(std::string_view text) const {
    return source_.substr(at_).starts_with(text);
  }

  void skip_to(std::size_t end) {
    end = std::min(end, source_.size());
    line_ +=
        static_cast<unsigned>(std::count(source_.begin() + static_cast<std::ptrdiff_t>(at_),
                                         source_.begin() + static_cast<std::ptrdiff_t>(end), '\n'));
    at_ = end;
  }

  void skip_space() {
    while (at_ < source_.size()) {
      if (std::isspace(static_cast<unsigned char>(peek()))) {
        skip_to(at_ + 1);
      } else if (starts_with("//")) {
        skip_to(source_.find('\n', at_));
      } else if (starts_with("/*")) {
        skip_to(source_.find("*/", at_) + 2);
      } else {
        return;
      }
    }
  }

  void take(Token::Kind kind, std::size_t length) {
    tokens_.push_back({kind, source_.substr(at_, length), at_, line_});
    skip_to(at_ + length);
  }

  template <class Predicate>
  [[nodiscard]] std::size_t run_of(std::size_t from, Predicate predicate) const {
    while (predicate(peek(from))) ++from;
    return from;
  }

  // 12, 8'hFF, 'h3, '0: but in 8'(x) the 8 is a number of its own.
  [[nodiscard]] std::size_t number_length() const {
    const std::size_t digits = run_of(0, [](char c) { return is_digit(c) || c == '_'; });
    if (peek(digits) != '\'') return digits;
    const char next = peek(digits + 1);
    if (std::string_view("bodhBODH").find(next) != std::string_view::npos && next != '\0') {
      return run_of(digits + 2, [](char c) { return is_name(c) || c == '?'; });
    }
    const bool fill = digits == 0 && (next == '0' || next == '1') && !is_name(peek(2));
    return fill ? 2 : digits;
  }

  void lex_one() {
    const char c = peek();
    if (is_name_start(c) || (c == '$' && is_name_start(peek(1)))) {
      take(Token::Kind::kName, run_of(1, is_name));
    } else if (c == '`') {
      take(Token::Kind::kDirective, run_of(1, is_name));
    } else if (c == '"') {
      take(Token::Kind::kString, source_.find('"', at_ + 1) + 1 - at_);
    } else if (const std::size_t length = number_length();
               (is_digit(c) || c == '\'') && length != 0) {
      take(Token::Kind::kNumber, length);
    } else {
      const auto *symbol =
          std::ranges::find_if(kSymbols, [&](std::string_view s) { return starts_with(s); });
      take(Token::Kind::kSymbol, symbol == kSymbols.end() ? 1 : symbol->size());
    }
  }

  std::string_view source_;
  std::size_t at_ = 0;
  unsigned line_ = 1;
  std::vector<Token> tokens_;
};

}  // namespace

SourceError::SourceError(unsigned line, const std::string &what)
    : std::runtime_error(fmt::format("line {}: {}", line, what)), line_(line) {}

std::vector<Token> tokenize(std::string_view source) { return Lexer(source).run(); }

}  // namespace dmar::mutation
