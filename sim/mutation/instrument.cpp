// SPDX-License-Identifier: Apache-2.0
#include "instrument.hpp"

#include <fmt/format.h>

#include <map>
#include <stdexcept>
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

// What $past() counts, in a line of its own behind the ports.
constexpr std::string_view kClock = "default clocking @(posedge clk_i); endclocking\n";

std::size_t after_header(const std::string &text) {
  constexpr std::string_view kEnd = ");\n";
  const std::size_t end = text.find(kEnd, text.find("\nmodule ") + 1);
  if (end == std::string::npos) throw std::runtime_error("no end of the module header");
  return end + kEnd.size();
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
  bool late = false;
  for (const Mutant &mutant : mutants) {
    if (mutant.file != source.path()) continue;
    for (const Mutant::Edit &edit : mutant.edits) {
      choices[edit.site].emplace_back(mutant.id, edit.text);
      late = late || edit.text.find("$past(") != std::string::npos;
    }
  }
  // Sites are apart, or a statement around its right-hand side: whatever opens at a place opens in
  // this order, and closes in the other.
  std::map<std::size_t, std::string> insertions;
  for (const auto &[number, list] : choices) {
    const Site &site = source.sites()[number];
    const bool statement = site.kind == Site::Kind::kStatement;
    const Wrapping wrapping = statement ? wrap_statement(list) : wrap_expression(list);
    insertions[site.begin] += wrapping.before;
    insertions[site.end] = wrapping.after + insertions[site.end];
  }
  if (late) insertions[after_header(source.text())] += kClock;
  std::string out;
  std::size_t done = 0;
  for (const auto &[place, text] : insertions) {
    out += source.text().substr(done, place - done) + text;
    done = place;
  }
  return out + source.text().substr(done);
}

}  // namespace dmar::mutation
