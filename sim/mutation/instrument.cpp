// SPDX-License-Identifier: Apache-2.0
#include "instrument.hpp"

#include <fmt/format.h>

#include <map>
#include <string_view>

namespace dmar::mutation {

namespace {

// What goes in front of and behind a piece of the source.
struct Wrapping {
  std::string before;
  std::string after;
};

Wrapping wrap_expression(std::span<const std::pair<unsigned, std::string>> choices) {
  Wrapping wrapping;
  for (const auto &[id, text] : choices) {
    wrapping.before += fmt::format("(dmar_mutant_pkg::selected == {} ? ({}) : ", id, text);
    wrapping.after += ")";
  }
  wrapping.before += "(";
  wrapping.after = ")" + wrapping.after;
  return wrapping;
}

// Verilator knows $past() in assertions only, so a value a clock late is a register here, declared
// in front of the assignment that it stands in.
constexpr std::string_view kPast = "$past(";

std::string register_name(unsigned id) { return fmt::format("mutant_late_{}", id); }

std::string late_register(unsigned id, std::string_view past) {
  const std::string_view value = past.substr(kPast.size(), past.size() - kPast.size() - 1);
  return fmt::format("logic [$bits({0})-1:0] {1}; always @(posedge clk_i) {1} <= {0}; ", value,
                     register_name(id));
}

Wrapping wrap_statement(std::span<const std::pair<unsigned, std::string>> choices) {
  std::string condition;
  for (const auto &[id, text] : choices) {
    condition +=
        fmt::format("{}(dmar_mutant_pkg::selected != {})", condition.empty() ? "" : " && ", id);
  }
  return {fmt::format("begin if ({}) ", condition), " end"};
}

}  // namespace

std::string selection_package() {
  return R"(// Written by the mutation program: which mutant this simulation is.
package dmar_mutant_pkg;
  function automatic int chosen();
    int id;
    if ($value$plusargs("dmar_mutant=%d", id) == 0) id = 0;
    chosen = id;
  endfunction
  int selected = chosen();
endpackage
)";
}

std::string instrumented(const SourceFile &source, std::span<const Mutant> mutants) {
  std::map<std::size_t, std::vector<std::pair<unsigned, std::string>>> choices;  // by site
  std::map<std::size_t, std::string> insertions;
  for (const Mutant &mutant : mutants) {
    if (mutant.file != source.path()) continue;
    for (const Mutant::Edit &edit : mutant.edits) {
      std::string text = edit.text;
      if (text.starts_with(kPast)) {
        const std::size_t begin = source.sites()[edit.site].begin;
        insertions[source.text().rfind("assign ", begin)] += late_register(mutant.id, text);
        text = register_name(mutant.id);
      }
      choices[edit.site].emplace_back(mutant.id, text);
    }
  }
  // Sites are apart, or a statement around its right-hand side: whatever opens at a place opens in
  // this order, and closes in the other.
  for (const auto &[number, list] : choices) {
    const Site &site = source.sites()[number];
    const bool statement = site.kind == Site::Kind::kStatement;
    const Wrapping wrapping = statement ? wrap_statement(list) : wrap_expression(list);
    insertions[site.begin] += wrapping.before;
    insertions[site.end] = wrapping.after + insertions[site.end];
  }
  std::string out;
  std::size_t done = 0;
  for (const auto &[place, text] : insertions) {
    out += source.text().substr(done, place - done) + text;
    done = place;
  }
  return out + source.text().substr(done);
}

}  // namespace dmar::mutation
