// SPDX-License-Identifier: Apache-2.0
// See embedded.hpp. The assembler reads the files; C++20 has no directive for it.
#include "report/embedded.hpp"

// clang-format off
#define DMAR_EMBED(symbol, file)          \
  asm(".pushsection .rodata\n"            \
      "dmar_report_" #symbol "_begin:\n"  \
      ".incbin \"" DMAR_REPORT_SOURCE file "\"\n" \
      "dmar_report_" #symbol "_end:\n"    \
      ".popsection\n");                   \
  extern "C" const char dmar_report_##symbol##_begin[]; \
  extern "C" const char dmar_report_##symbol##_end[]
// clang-format on

DMAR_EMBED(style, "/page.css");
DMAR_EMBED(svg, "/svg.js");
DMAR_EMBED(picture, "/picture.js");
DMAR_EMBED(timeline, "/timeline.js");
DMAR_EMBED(charts, "/charts.js");
DMAR_EMBED(faults, "/faults.js");
DMAR_EMBED(page, "/page.js");

#define DMAR_EMBEDDED(symbol) \
  std::string_view(dmar_report_##symbol##_begin, dmar_report_##symbol##_end)

namespace dmar::report {

std::string_view style_sheet() { return DMAR_EMBEDDED(style); }

std::string script() {
  std::string out = "(() => {\n\"use strict\";\n";
  for (const std::string_view part :
       {DMAR_EMBEDDED(svg), DMAR_EMBEDDED(picture), DMAR_EMBEDDED(timeline), DMAR_EMBEDDED(charts),
        DMAR_EMBEDDED(faults), DMAR_EMBEDDED(page)}) {
    out += part;
  }
  return out + "})();\n";
}

}  // namespace dmar::report
