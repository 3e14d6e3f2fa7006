// SPDX-License-Identifier: Apache-2.0
// See html.hpp.
#include "report/html.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace dmar::report {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

std::string valid(std::string_view text) {
  using nlohmann::json;
  const std::string quoted =
      json(std::string(text)).dump(-1, ' ', false, json::error_handler_t::replace);
  return json::parse(quoted).get<std::string>();
}

bool is_number(const std::string &text) {
  return !text.empty() && text.find_first_not_of("0123456789.,+-%") == std::string::npos &&
         text.find_first_of("0123456789") != std::string::npos;
}

// A column of numbers, apart from cells without a value.
bool is_number_column(const Table &table, std::size_t column) {
  bool some = false;
  for (const auto &row : table.rows) {
    if (column >= row.size() || row[column].empty() || row[column] == "-") continue;
    if (!is_number(row[column])) return false;
    some = true;
  }
  return some;
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : valid(text)) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '"':
        out += "&quot;";
        break;
      default: {
        const auto byte = static_cast<unsigned char>(c);
        const bool control = (byte < 0x20 && c != '\n' && c != '\t') || byte == 0x7F;
        out += control ? std::string(kReplacement) : std::string(1, c);
      }
    }
  }
  return out;
}

std::string to_html(const Table &table) {
  std::vector<bool> numbers;
  for (std::size_t i = 0; i < table.head.size(); ++i) {
    numbers.push_back(is_number_column(table, i));
  }
  const auto style = [&numbers](std::size_t column) {
    return column < numbers.size() && numbers[column] ? " class=\"n\"" : "";
  };
  std::string out = fmt::format(
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{0}\">\n"
      "<table><caption>{0}</caption>\n<thead><tr>",
      escaped(table.caption));
  for (std::size_t i = 0; i < table.head.size(); ++i) {
    out += fmt::format("<th scope=\"col\"{}>{}</th>", style(i), escaped(table.head[i]));
  }
  out += "</tr></thead>\n<tbody>\n";
  for (const auto &row : table.rows) {
    out += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i) {
      out += i == 0 ? fmt::format("<th scope=\"row\"{}>{}</th>", style(i), escaped(row[i]))
                    : fmt::format("<td{}>{}</td>", style(i), escaped(row[i]));
    }
    out += "</tr>\n";
  }
  out += "</tbody></table></div>\n";
  if (!table.note.empty()) out += fmt::format("<p class=\"note\">{}</p>\n", escaped(table.note));
  if (!table.folded) return out;
  return fmt::format("<details><summary>{}, {} row{}</summary>\n{}</details>\n",
                     escaped(table.caption), table.rows.size(), table.rows.size() == 1 ? "" : "s",
                     out);
}

}  // namespace dmar::report
