// SPDX-License-Identifier: Apache-2.0
// What stands in a page: text as text, tables with heads, data that cannot end the block they are
// in, and registers field by field.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "report/html.hpp"
#include "report/page_data.hpp"
#include "report/unit_facts.hpp"
#include "report/unit_sections.hpp"

namespace dmar::report {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST(ReportHtml, EscapesWhatMeansSomething) {
  EXPECT_EQ(escaped("a <b> & \"c\" 'd'"), "a &lt;b&gt; &amp; &quot;c&quot; 'd'");
  EXPECT_EQ(escaped("two\nlines\tand a tab"), "two\nlines\tand a tab");
  EXPECT_EQ(escaped(std::string_view("\x1B[31m\0", 6)), "\xEF\xBF\xBD[31m\xEF\xBF\xBD");
  EXPECT_EQ(escaped("\xC3\xA9 \xFF"), "\xC3\xA9 \xEF\xBF\xBD");
}

TEST(ReportHtml, HasTablesWithHeads) {
  const std::string html = to_html({.caption = "C<",
                                    .head = {"Name", "Count", "Text"},
                                    .rows = {{"a", "1,234", "1 x"}, {"b", "-", "2"}},
                                    .note = "below"});
  EXPECT_THAT(html,
              AllOf(HasSubstr("<caption>C&lt;</caption>"), HasSubstr("<th scope=\"col\">Name</th>"),
                    HasSubstr("<th scope=\"col\" class=\"n\">Count</th>"),
                    HasSubstr("<th scope=\"row\">a</th><td class=\"n\">1,234</td>"),
                    HasSubstr("<td>1 x</td>"), HasSubstr("<p class=\"note\">below</p>"),
                    Not(HasSubstr("<details>"))));
}

TEST(ReportHtml, FoldsLongTables) {
  EXPECT_THAT(to_html({.caption = "C", .head = {"A"}, .rows = {{"1"}}, .folded = true}),
              AllOf(testing::StartsWith("<details><summary>C, 1 row</summary>"),
                    testing::EndsWith("</details>\n")));
}

TEST(ReportHtml, HasDataThatCannotEndTheirBlock) {
  PageContent content{.command = "</script><!--<script>", .subject = "\xFF&\xE2\x80\xA8"};
  content.plots = {{.title = "<>", .x = {1}, .lines = {{.name = "&", .values = {2}}}}};
  const std::string data = page_data(content, nullptr, {});
  EXPECT_EQ(data.find_first_of("<>&\n"), std::string::npos);
  for (const char c : data) EXPECT_LT(static_cast<unsigned char>(c), 0x7F);
  const auto json = nlohmann::json::parse(data);
  EXPECT_EQ(json["command"], content.command);
  EXPECT_EQ(json["plots"][0]["title"], "<>");
}

TEST(ReportHtml, DecodesCapabilities) {
  const std::vector<Table> tables = capability_tables(Config{.super_pages = 0b01});
  ASSERT_EQ(tables.size(), 2U);
  const auto value = [&tables](std::size_t table, const std::string &name) -> std::string {
    for (const auto &row : tables.at(table).rows) {
      if (row[0] == name) return row[2];
    }
    return "none";
  };
  EXPECT_EQ(value(0, "SSLPS"), "1");
  EXPECT_EQ(value(0, "MGAW"), "47");
  EXPECT_EQ(value(0, "NFR"), "7");
  EXPECT_EQ(value(1, "QI"), "1");
  EXPECT_EQ(value(1, "MHMV"), "15");
  EXPECT_EQ(value(1, "IRO"), "80") << "IVA at 500h";
}

TEST(ReportHtml, WritesSizesForPeople) {
  EXPECT_EQ(sized(0), "0 bytes");
  EXPECT_EQ(sized(4096), "4 KiB");
  EXPECT_EQ(sized(1536), "1.5 KiB");
  EXPECT_EQ(sized(std::uint64_t{3} << 30), "3 GiB");
  EXPECT_EQ(counted(1'234'567), "1,234,567");
}

}  // namespace
}  // namespace dmar::report
