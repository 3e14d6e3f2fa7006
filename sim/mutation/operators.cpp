// SPDX-License-Identifier: Apache-2.0
#include "operators.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <utility>

#include "expression.hpp"

namespace dmar::mutation {

namespace {

using Kind = Expression::Kind;

struct Swap {
  std::string_view name;
  std::string_view to;
};

const std::multimap<std::string_view, Swap> &swaps() {
  static const std::multimap<std::string_view, Swap> kTable = {
      {"&&", {"and/or", "||"}},   {"||", {"and/or", "&&"}},     {"==", {"equality", "!="}},
      {"!=", {"equality", "=="}}, {"&", {"bitwise", "|"}},      {"|", {"bitwise", "&"}},
      {"^", {"bitwise", "&"}},    {"^", {"bitwise", "|"}},      {"+", {"arithmetic", "-"}},
      {"-", {"arithmetic", "+"}}, {"<<", {"arithmetic", ">>"}}, {">>", {"arithmetic", "<<"}},
      {"<", {"boundary", "<="}},  {"<=", {"boundary", "<"}},    {">", {"boundary", ">="}},
      {">=", {"boundary", ">"}},  {"<", {"equality", ">="}},    {"<=", {"equality", ">"}},
      {">", {"equality", "<="}},  {">=", {"equality", "<"}}};
  return kTable;
}

// The next value of the same width: 3'd7 becomes 3'd0, '0 becomes '1.
std::string other_number(std::string_view number) {
  if (number == "'0") return "'1";
  if (number == "'1") return "'0";
  const std::size_t tick = number.find('\'');
  if (tick == std::string_view::npos)
    return fmt::format("{}", std::stoull(std::string(number)) + 1);
  std::string digits(number.substr(tick + 2));
  std::erase(digits, '_');
  const char base = number[tick + 1];
  const int radix = base == 'b' ? 2 : base == 'd' ? 10 : 16;
  std::uint64_t value = std::stoull(digits, nullptr, radix) + 1;
  const unsigned long width = tick == 0 ? 32 : std::stoul(std::string(number.substr(0, tick)));
  if (width < 64 && (value >> width) != 0) value = 0;
  return fmt::format("{}'{}", width,
                     radix == 2    ? fmt::format("b{:b}", value)
                     : radix == 10 ? fmt::format("d{}", value)
                                   : fmt::format("h{:X}", value));
}

// A constant of dmar_pkg by its style: dmar_pkg::FR_NONE.
bool is_named_constant(const Expression &expression) {
  if (expression.kind != Kind::kName || !expression.children.empty()) return false;
  const std::string_view name = expression.last->text;
  bool letter = false;
  for (const char c : name) {
    if (c >= 'a' && c <= 'z') return false;
    letter = letter || (c >= 'A' && c <= 'Z');
  }
  return letter && name.size() > 1;
}

// Only known when it is built: a parameter, or what is computed from parameters.
bool is_parameter(const Expression &e) {
  if (e.kind == Kind::kNumber) return true;
  if (e.kind == Kind::kName && e.first->text.front() >= 'A' && e.first->text.front() <= 'Z') {
    return true;
  }
  return !e.children.empty() && e.kind != Kind::kName && e.kind != Kind::kCall &&
         std::ranges::all_of(e.children, is_parameter);
}

// A name of the package that begins as constants do. It is the same in every clock.
bool is_constant_of_package(const Expression &e) {
  return e.kind == Kind::kName && e.last->text.front() >= 'A' && e.last->text.front() <= 'Z';
}

class Changer {
 public:
  Changer(std::string_view source, const Site &site) : source_(source), site_(site) {}

  std::vector<Change> run() {
    const Expression whole = parse_expression(site_.expression);
    visit(whole);
    if (site_.kind == Site::Kind::kCondition) {
      condition(whole);
    } else if (site_.kind == Site::Kind::kInput && site_.before.ends_with("ready_i(")) {
      replace("ready", whole, "1'b1");
    } else if (is_truth(whole)) {
      replace("stuck", whole, "1'b0");
      replace("stuck", whole, "1'b1");
    }
    late(whole);
    return std::move(changes_);
  }

 private:
  [[nodiscard]] std::string text(const Expression &e) const {
    return std::string(source_.substr(e.begin(), e.end() - e.begin()));
  }

  void replace(std::string_view operation, std::size_t begin, std::size_t end,
               const std::string &with) {
    std::string changed(source_.substr(site_.begin, site_.end - site_.begin));
    changed.replace(begin - site_.begin, end - begin, with);
    if (seen_.insert(changed).second) changes_.push_back({std::string(operation), changed});
  }
  void replace(std::string_view operation, const Expression &what, const std::string &with) {
    replace(operation, what.begin(), what.end(), with);
  }

  // A clock late: the window in which two agents disagree.
  void late(const Expression &whole) {
    if (!site_.before.starts_with("assign ") || is_parameter(whole) ||
        is_constant_of_package(whole) || source_.find("clk_i") == source_.npos)
      return;
    replace("late", whole, fmt::format("$past({})", text(whole)));
  }

  // The condition of an if. A reset that is always on, or upside down, proves nothing.
  void condition(const Expression &whole) {
    replace("stuck", whole, "1'b0");
    if (text(whole) == "!rst_ni") return;
    replace("stuck", whole, "1'b1");
    negate(whole);
    // Set and clear in one clock: the other one wins.
    if (!site_.rival.empty()) {
      replace("priority", whole, fmt::format("({}) && !({})", text(whole), site_.rival));
    }
  }

  void negate(const Expression &e) {
    const Expression &inner = inside_groups(e);
    if (inner.kind == Kind::kUnary) return;  // visit() drops the operator
    if (!is_truth(e)) replace("negate", e, fmt::format("!({})", text(e)));
  }

  // Which way a parameter decides is no matter of this build, so `Sets > 1` stays.
  void visit(const Expression &e) {
    if (is_truth(e) && is_parameter(e)) return;
    switch (e.kind) {
      case Kind::kNumber:
        replace("constant", e, other_number(e.first->text));
        break;
      case Kind::kName:
        if (is_named_constant(e)) replace("constant", e, fmt::format("({} + 1'b1)", text(e)));
        break;
      case Kind::kUnary:
        if (text(e) == "!rst_ni") return;
        if (e.operation->is("!") || e.operation->is("~")) {
          replace("negate", e.operation->begin, e.operation->end(), "");
        }
        break;
      case Kind::kBinary:
        binary(e);
        break;
      case Kind::kTernary:
        replace("arms", e.children[1].begin(), e.end(),
                fmt::format("({}) : ({})", text(e.children[2]), text(e.children[1])));
        if (is_parameter(e.children[0])) break;
        replace("stuck", e.children[0], "1'b0");
        replace("stuck", e.children[0], "1'b1");
        break;
      default:
        break;
    }
    for (const Expression &child : e.children) visit(child);
  }

  void binary(const Expression &e) {
    const auto [first, last] = swaps().equal_range(e.operation->text);
    for (auto swap = first; swap != last; ++swap) {
      replace(swap->second.name, e.operation->begin, e.operation->end(),
              std::string(swap->second.to));
    }
    const bool logical = e.operation->is("&&") || e.operation->is("||");
    if (logical || e.operation->is("&") || e.operation->is("|")) {
      replace("operand", e, text(e.children[0]));
      replace("operand", e, text(e.children[1]));
    }
    if (!logical) return;
    negate(e.children[0]);
    negate(e.children[1]);
  }

  std::string_view source_;
  const Site &site_;
  std::set<std::string> seen_{std::string(source_.substr(site_.begin, site_.end - site_.begin))};
  std::vector<Change> changes_;
};

}  // namespace

std::vector<Change> changes_of(const Site &site, std::string_view source) {
  if (site.kind == Site::Kind::kStatement) return {{"left out", ""}};
  return Changer(source, site).run();
}

}  // namespace dmar::mutation
