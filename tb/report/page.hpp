// SPDX-License-Identifier: Apache-2.0
// A report as one HTML page that needs nothing else: text and tables stand in it, its script adds
// the pictures from a block of JSON.
#ifndef DMAR_REPORT_PAGE_HPP
#define DMAR_REPORT_PAGE_HPP

#include <string>
#include <utility>
#include <vector>

#include "report/html.hpp"
#include "report/model.hpp"
#include "report/names.hpp"

namespace dmar::report {

struct PlotLine {
  std::string name = {};
  std::vector<double> values = {};  // one for each x
};

struct Plot {
  std::string title = {};
  std::string x_label = {};
  std::string y_label = {};
  bool logarithmic_x = false;
  bool bars = false;
  std::vector<double> x = {};
  std::vector<PlotLine> lines = {};
};

using FactList = std::vector<std::pair<std::string, std::string>>;

struct PageContent {
  std::string command = {};  // "dmar run"
  std::string subject = {};  // what it ran: a trace, a kernel
  bool passed = true;
  std::string verdict = {};                // one sentence
  std::vector<std::string> failures = {};  // why it did not pass
  FactList facts = {};                     // at the top
  std::vector<Table> checks = {};          // what was compared, and mismatches
  std::vector<Table> tables = {};          // of measurements
  std::vector<Plot> plots = {};
  std::vector<Table> configuration = {};
  std::string time_unit = "cycles";  // of the unit
  std::string time_note = {};        // what else there is to know of this clock
  std::string owners_note = {};      // how far the picture of the tables goes
};

// `model`: null for a command that watches no unit.
std::string page(const PageContent &content, const Model *model, const Names &names);

}  // namespace dmar::report

#endif  // DMAR_REPORT_PAGE_HPP
