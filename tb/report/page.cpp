// SPDX-License-Identifier: Apache-2.0
// See page.hpp.
#include "report/page.hpp"

#include <fmt/core.h>

#include "dmar/fault_names.hpp"
#include "report/embedded.hpp"
#include "report/page_data.hpp"
#include "report/unit_sections.hpp"

namespace dmar::report {

namespace {

// The parts of the page in their order, with the links to them.
class Sections {
 public:
  // Nothing for an empty `body`.
  void add(const char *id, const char *title, const std::string &body) {
    if (body.empty()) return;
    links_ += fmt::format("<a href=\"#{}\">{}</a>\n", id, title);
    body_ += fmt::format(
        "<section id=\"{0}\" aria-labelledby=\"{0}-title\">\n<h2 id=\"{0}-title\">{1}</h2>\n{2}"
        "</section>\n",
        id, title, body);
  }
  [[nodiscard]] const std::string &links() const { return links_; }
  [[nodiscard]] const std::string &body() const { return body_; }

 private:
  std::string links_;
  std::string body_;
};

std::string tables_html(const std::vector<Table> &tables) {
  std::string out;
  for (const Table &table : tables) {
    if (!table.rows.empty() || !table.note.empty()) out += to_html(table);
  }
  return out;
}

// Beside each other where there is room.
std::string beside(const std::vector<Table> &tables) {
  const std::string out = tables_html(tables);
  return out.empty() ? out : "<div class=\"beside\">\n" + out + "</div>\n";
}

std::string summary(const PageContent &content) {
  std::string out = "<dl class=\"facts\">\n";
  for (const auto &[name, value] : content.facts) {
    out += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", escaped(name), escaped(value));
  }
  out += "</dl>\n";
  if (!content.failures.empty()) {
    out += "<h3>Why it failed</h3>\n<ul class=\"failures\">\n";
    for (const std::string &failure : content.failures) {
      out += fmt::format("<li>{}</li>\n", escaped(failure));
    }
    out += "</ul>\n";
  }
  return out;
}

std::string picture(const Model &model, const PageContent &content) {
  bool some = false;
  for (const UnitRecord &unit : model.units())
    some = some || unit.owners || !unit.functions.empty();
  if (!some) return "";
  return fmt::format(
      "<p class=\"note\">Who owns what, as the tables in memory said{}. Lines show which function "
      "reaches which memory through the unit; a red number counts what it blocked.</p>\n"
      "<div class=\"drawn\" id=\"picture-drawn\"></div>\n",
      content.owners_note.empty() ? "" : " (" + escaped(content.owners_note) + ")");
}

std::string timeline(const Model &model, const PageContent &content) {
  bool some = false;
  for (const UnitRecord &unit : model.units()) some = some || !unit.series.buckets().empty();
  if (!some) return "";
  return fmt::format(
      "<p class=\"note\">Time runs in {} from left to right{}. In each row: bytes moved (area), "
      "invalidations (below it), faults (red, above it).</p>\n"
      "<div class=\"drawn\" id=\"timeline-drawn\"></div>\n",
      content.time_unit == "cycles" ? "clock cycles of each unit" : escaped(content.time_unit),
      content.time_note.empty() ? "" : "; " + escaped(content.time_note));
}

std::string faults(const Model &model, const Names &names, const PageContent &content) {
  std::uint64_t total = 0;
  std::map<std::uint8_t, std::uint64_t> reasons;
  for (const UnitRecord &unit : model.units()) {
    total += unit.faults.total();
    for (const auto &[reason, count] : unit.faults.reasons()) reasons[reason] += count;
  }
  if (total == 0) return "<p>No request was blocked with a fault.</p>\n";
  Table table{.caption = "Fault reasons", .head = {"Reason", "Meaning", "Faults"}};
  for (const auto &[reason, count] : reasons) {
    table.rows.push_back({fmt::format("{:02X}h", reason),
                          std::string(fault_name(static_cast<FaultReason>(reason)).description),
                          counted(count)});
  }
  return to_html(table) +
         "<p class=\"note\">Each line opens to how the unit walked the tables at that moment.</p>\n"
         "<div id=\"fault-tools\"></div>\n<div id=\"fault-list\">\n" +
         fault_list(model, names, content.time_unit) + "</div>\n";
}

std::string latency(const Model &model, const Names &names) {
  const Table table = latency_table(model, names);
  if (table.rows.empty()) return "";
  return "<div class=\"drawn\" id=\"latency-drawn\"></div>\n" + to_html(table);
}

void add_unit_sections(Sections &sections, const PageContent &content, const Model &model,
                       const Names &names) {
  sections.add("picture", "System", picture(model, content));
  sections.add("timeline", "Timeline", timeline(model, content));
  sections.add("faults", "Faults", faults(model, names, content));
  if (content.time_unit == "cycles") sections.add("latency", "Latency", latency(model, names));
  sections.add("traffic", "Traffic", tables_html(traffic_tables(model, names)));
  sections.add("owners", "Tables in memory", tables_html(owner_tables(model, names)));
}

std::string head(const PageContent &content) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
      "style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<link rel=\"icon\" href=\"data:,\">\n"
      "<title>{0}: {1}</title>\n<style>\n{2}</style>\n</head>\n",
      escaped(content.command), escaped(content.subject), style_sheet());
}

}  // namespace

std::string page(const PageContent &content, const Model *model, const Names &names) {
  Sections sections;
  sections.add("summary", "Summary", summary(content));
  if (model != nullptr) add_unit_sections(sections, content, *model, names);
  std::string measured =
      content.plots.empty() ? std::string() : "<div class=\"drawn\" id=\"plots-drawn\"></div>\n";
  sections.add("measured", "Results", measured + tables_html(content.tables));
  sections.add("checks", "Checks", beside(content.checks));
  sections.add("configuration", "Configuration", beside(content.configuration));
  return head(content) +
         fmt::format(
             "<body>\n<a class=\"skip\" href=\"#main\">Skip to the content</a>\n"
             "<header>\n<h1><span class=\"command\">{}</span> {}</h1>\n"
             "<p class=\"verdict {}\"><strong>{}</strong> {}</p>\n</header>\n"
             "<nav aria-label=\"Parts of the page\">\n{}</nav>\n"
             "<noscript><p class=\"note\">Pictures need JavaScript; every number is in the "
             "tables.</p></noscript>\n"
             "<main id=\"main\" tabindex=\"-1\">\n{}</main>\n"
             "<script type=\"application/json\" id=\"data\">{}</script>\n<script>\n",
             escaped(content.command), escaped(content.subject),
             content.passed ? "passed" : "failed", content.passed ? "Passed." : "FAILED.",
             escaped(content.verdict), sections.links(), sections.body(),
             page_data(content, model, names)) +
         script() + "</script>\n</body>\n</html>\n";
}

}  // namespace dmar::report
