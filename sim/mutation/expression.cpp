// SPDX-License-Identifier: Apache-2.0
#include "expression.hpp"

#include <fmt/format.h>

#include <map>
#include <string_view>
#include <utility>

namespace dmar::mutation {

namespace {

using Kind = Expression::Kind;

// Binary operators and how tightly they bind (IEEE 1800, table 11-2).
const std::map<std::string_view, int> &precedences() {
  static const std::map<std::string_view, int> kTable = {
      {"||", 1},  {"&&", 2}, {"|", 3}, {"^", 4},  {"&", 5},  {"==", 6}, {"!=", 6},
      {"<", 7},   {"<=", 7}, {">", 7}, {">=", 7}, {"<<", 8}, {">>", 8}, {"<<<", 8},
      {">>>", 8}, {"+", 9},  {"-", 9}, {"*", 10}, {"/", 10}, {"%", 10}};
  return kTable;
}

class Parser {
 public:
  explicit Parser(std::span<const Token> tokens) : tokens_(tokens) {}

  Expression all() {
    Expression expression = ternary();
    if (at_ != tokens_.size()) fail("not understood after an expression");
    return expression;
  }

 private:
  [[nodiscard]] bool at(std::string_view text) const {
    return at_ < tokens_.size() && tokens_[at_].is(text);
  }
  [[nodiscard]] bool at(Token::Kind kind) const {
    return at_ < tokens_.size() && tokens_[at_].kind == kind;
  }
  const Token &take() {
    if (at_ == tokens_.size()) fail("an expression ends too early");
    return tokens_[at_++];
  }
  bool accept(std::string_view text) {
    const bool found = at(text);
    if (found) ++at_;
    return found;
  }
  void expect(std::string_view text) {
    if (!accept(text)) fail(fmt::format("'{}' expected", text));
  }
  [[noreturn]] void fail(const std::string &what) const {
    const Token &token = tokens_[at_ < tokens_.size() ? at_ : tokens_.size() - 1];
    throw SourceError(token.line, fmt::format("{} at '{}'", what, token.text));
  }

  // Ends with the token taken last.
  Expression make(Kind kind, const Token *first, std::vector<Expression> children,
                  const Token *operation = nullptr) {
    return {kind, first, &tokens_[at_ - 1], operation, std::move(children)};
  }

  Expression ternary() {
    Expression condition = binary(1);
    if (!accept("?")) return condition;
    const Token *first = condition.first;
    std::vector<Expression> parts;
    parts.push_back(std::move(condition));
    parts.push_back(ternary());
    expect(":");
    parts.push_back(ternary());
    return make(Kind::kTernary, first, std::move(parts));
  }

  Expression binary(int level) {
    Expression left = unary();
    while (at(Token::Kind::kSymbol)) {
      const auto found = precedences().find(tokens_[at_].text);
      if (found == precedences().end() || found->second < level) break;
      const Token &operation = take();
      const Token *first = left.first;
      std::vector<Expression> parts;
      parts.push_back(std::move(left));
      parts.push_back(binary(found->second + 1));
      left = make(Kind::kBinary, first, std::move(parts), &operation);
    }
    return left;
  }

  Expression unary() {
    for (const std::string_view symbol : {"!", "~", "&", "|", "^", "-", "+"}) {
      if (!at(symbol)) continue;
      const Token &operation = take();
      std::vector<Expression> parts;
      parts.push_back(unary());
      return make(Kind::kUnary, &operation, std::move(parts), &operation);
    }
    return primary();
  }

  Expression primary() {
    const Token *first = at_ < tokens_.size() ? &tokens_[at_] : nullptr;
    if (accept("(")) {
      std::vector<Expression> parts;
      parts.push_back(ternary());
      expect(")");
      return cast_or(make(Kind::kGroup, first, std::move(parts)));
    }
    if (accept("{")) return concat(first);
    if (at(Token::Kind::kNumber)) {
      take();
      return cast_or(make(Kind::kNumber, first, {}));
    }
    if (at(Token::Kind::kName)) return name();
    fail("an expression expected");
  }

  // A size in front of '(x).
  Expression cast_or(Expression size) {
    if (!at("'")) return size;
    take();
    expect("(");
    std::vector<Expression> parts;
    parts.push_back(ternary());
    expect(")");
    return make(Kind::kCast, size.first, std::move(parts));
  }

  Expression concat(const Token *first) {
    std::vector<Expression> parts;
    parts.push_back(ternary());
    if (accept("{")) {  // {count{x, y}}: the count stays as it is
      parts.clear();
      do parts.push_back(ternary());
      while (accept(","));
      expect("}");
    } else {
      while (accept(",")) parts.push_back(ternary());
    }
    expect("}");
    return make(Kind::kConcat, first, std::move(parts));
  }

  Expression name() {
    const Token *first = &take();
    std::vector<Expression> indices;
    while (true) {
      if (accept("::") || accept(".")) {
        take();
      } else if (accept("[")) {
        indices.push_back(ternary());
        if (accept(":")) {
          indices.push_back(ternary());
        } else if (accept("+:") || accept("-:")) {
          ternary();  // a width: has to stay constant
        }
        expect("]");
      } else {
        break;
      }
    }
    if (accept("(")) {
      std::vector<Expression> arguments;
      if (!at(")")) {
        do arguments.push_back(ternary());
        while (accept(","));
      }
      expect(")");
      return make(Kind::kCall, first, std::move(arguments));
    }
    return cast_or(make(Kind::kName, first, std::move(indices)));
  }

  std::span<const Token> tokens_;
  std::size_t at_ = 0;
};

}  // namespace

Expression parse_expression(std::span<const Token> tokens) { return Parser(tokens).all(); }

bool is_truth(const Expression &expression) {
  const Expression &inner = inside_groups(expression);
  if (inner.kind == Kind::kUnary) return inner.operation->is("!");
  if (inner.kind != Kind::kBinary) return false;
  for (const std::string_view truth : {"&&", "||", "==", "!=", "<", "<=", ">", ">="}) {
    if (inner.operation->is(truth)) return true;
  }
  return false;
}

const Expression &inside_groups(const Expression &expression) {
  const Expression *inner = &expression;
  while (inner->kind == Kind::kGroup) inner = &inner->children.front();
  return *inner;
}

}  // namespace dmar::mutation
