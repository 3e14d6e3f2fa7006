// SPDX-License-Identifier: Apache-2.0
// Where a module can be broken: right-hand sides, conditions, inputs of instances, statements.
// What has to be constant (parameters, generate conditions, functions) and the checks are no sites.
#ifndef DMAR_MUTATION_SITE_HPP
#define DMAR_MUTATION_SITE_HPP

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "token.hpp"

namespace dmar::mutation {

struct Site {
  enum class Kind {
    kValue,      // the right-hand side of an assignment
    kCondition,  // of an if
    kInput,      // the expression at an instance port ..._i
    kStatement,  // an assignment in an always block that may be left out
  };
  Kind kind = Kind::kValue;
  std::size_t begin = 0;  // of what is replaced, in the source
  std::size_t end = 0;
  unsigned line = 0;
  std::span<const Token> expression;  // empty for kStatement
  std::string before;  // what the reader needs to see around it: "assign x =", "if (", ".clear_i ("
  std::string after;
  std::string rival = {};  // of a condition in always_ff: what `else if` asks after it
};

// In the order of the source. SourceError for what is not understood.
std::vector<Site> find_sites(std::span<const Token> tokens);

// The tokens with single spaces where there was white space.
std::string plain_text(std::string_view source);

}  // namespace dmar::mutation

#endif  // DMAR_MUTATION_SITE_HPP
