// SPDX-License-Identifier: Apache-2.0
// The shape of a SystemVerilog expression: as much of the grammar as the RTL uses.
#ifndef DMAR_MUTATION_EXPRESSION_HPP
#define DMAR_MUTATION_EXPRESSION_HPP

#include <cstddef>
#include <span>
#include <vector>

#include "token.hpp"

namespace dmar::mutation {

struct Expression {
  enum class Kind {
    kNumber,
    kName,     // with members, selects and scopes; children: constant or variable indices
    kCall,     // children: arguments
    kCast,     // 8'(x); child: x
    kGroup,    // (x)
    kConcat,   // {x, y} and {4{x}}; children without the count
    kUnary,    // operation, child
    kBinary,   // child, operation, child
    kTernary,  // condition, then, else
  };
  Kind kind = Kind::kNumber;
  const Token *first = nullptr;  // tokens of the whole expression, both inclusive
  const Token *last = nullptr;
  const Token *operation = nullptr;
  std::vector<Expression> children;

  [[nodiscard]] std::size_t begin() const { return first->begin; }
  [[nodiscard]] std::size_t end() const { return last->end(); }
};

// All of `tokens`; SourceError when they are not one expression.
Expression parse_expression(std::span<const Token> tokens);

// Its value is one bit because of what it is, not because of how something is declared.
bool is_truth(const Expression &expression);

// Without the parentheses around it.
const Expression &inside_groups(const Expression &expression);

}  // namespace dmar::mutation

#endif  // DMAR_MUTATION_EXPRESSION_HPP
