// SPDX-License-Identifier: Apache-2.0
// See the header. A point is a line C '<SOH>key<STX>value...' count; keys of one letter are short
// for the common ones: f file, l line, n column, page kind/module, o comment, S lines covered.
#include "coverage/report/points.hpp"

#include <charconv>
#include <stdexcept>

namespace dmar::coverage {
namespace {

using Fields = std::map<std::string, std::string, std::less<>>;

Fields split(std::string_view text) {
  Fields fields;
  while (!text.empty()) {
    const std::size_t end = text.find('\1', 1);
    const std::string_view pair = text.substr(1, end == text.npos ? end : end - 1);
    const std::size_t middle = pair.find('\2');
    if (text[0] != '\1' || middle == pair.npos) throw std::runtime_error("not a coverage point");
    fields.emplace(pair.substr(0, middle), pair.substr(middle + 1));
    text.remove_prefix(end == text.npos ? text.size() : end);
  }
  return fields;
}

template <class Number>
Number number(std::string_view text) {
  Number value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    throw std::runtime_error("not a number in a coverage point: " + std::string(text));
  }
  return value;
}

// "301,303-309"
std::vector<unsigned> line_list(std::string_view text) {
  std::vector<unsigned> lines;
  while (!text.empty()) {
    const std::string_view range = text.substr(0, text.find(','));
    const std::size_t dash = range.find('-');
    const auto first = number<unsigned>(range.substr(0, dash));
    const auto last = dash == range.npos ? first : number<unsigned>(range.substr(dash + 1));
    for (unsigned line = first; line <= last; ++line) lines.push_back(line);
    text.remove_prefix(std::min(range.size() + 1, text.size()));
  }
  return lines;
}

std::string relative(const std::string &file, const std::string &root) {
  return file.starts_with(root + "/") ? file.substr(root.size() + 1) : file;
}

// "v_toggle/dmar_core" is a toggle, whatever parameters the module has.
std::string kind_of(const std::string &page) {
  const std::size_t slash = page.find('/');
  return page.starts_with("v_") ? page.substr(2, slash - 2) : page;
}

void add_point(Points &points, std::string_view line, const std::string &root) {
  const std::size_t end = line.rfind("' ");
  if (!line.starts_with("C '") || end == line.npos) {
    throw std::runtime_error("not a coverage point: " + std::string(line));
  }
  Fields fields = split(line.substr(3, end - 3));
  Point &point = points[{.file = relative(fields["f"], root),
                         .line = number<unsigned>(fields["l"]),
                         .column = number<unsigned>(fields["n"]),
                         .kind = kind_of(fields["page"]),
                         .what = fields["o"]}];
  point.count += number<std::uint64_t>(line.substr(end + 2));
  point.lines = line_list(fields["S"]);
}

}  // namespace

void add_points(Points &points, std::istream &in, const std::string &root) {
  std::string line;
  while (std::getline(in, line)) {
    if (!line.empty() && line[0] != '#') add_point(points, line, root);
  }
}

}  // namespace dmar::coverage
