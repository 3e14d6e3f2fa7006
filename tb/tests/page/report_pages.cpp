// SPDX-License-Identifier: Apache-2.0
// report_pages FOLDER: writes report pages of every kind for the test that opens them in a browser.
#include <fmt/core.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "dmar/registers.hpp"
#include "golden/unit.hpp"
#include "memory/memory.hpp"
#include "report/page.hpp"
#include "report/unit_facts.hpp"
#include "report/unit_observer.hpp"
#include "tables/table_builder.hpp"

namespace {

using namespace dmar;
using report::Model;
using report::Names;
using report::PageContent;
using report::RequestSeen;

constexpr const char *kHostile = "</script ><b id=\"injected\">\"'&amp; \x1B[31m \xFF <!--";

// A unit with two functions in two domains, and what they did.
class Life {
 public:
  Life(unsigned unit, Model &model)
      : observer_(unit, {&model}, &model), unit_(Config{}, memory_), tables_(memory_, Config{}) {
    Domain disk = tables_.create_domain({.id = 3});
    Domain card = tables_.create_domain({.id = 4});
    disk.map_range(Iova(0x10'0000), HostAddr(0x4000'0000), 0x80'0000);
    card.map_range(Iova(0x20'0000), HostAddr(0x5000'0000), 0x4000, {.read = true, .write = false});
    tables_.attach(bdf(0, 5, 0), disk);
    tables_.attach(bdf(0, 6, 0), card);
    tables_.attach_pass_through(bdf(0, 7, 0), 1);
    unit_.write(reg::kRtaddr, 8, tables_.root_table().raw());
    unit_.write(reg::kGcmd, 4, gcmd::kSrtp);
    unit_.write(reg::kGcmd, 4, gcmd::kTe);
    observer_.attach(unit_, memory_);
  }

  void work(unsigned requests) {
    for (unsigned i = 0; i < requests; ++i) {
      RequestSeen seen{.request = {.source_id = i % 3 == 0 ? bdf(0, 6, 0) : bdf(0, 5, 0),
                                   .address = Iova(0x10'0000 + 64 * i),
                                   .kind = i % 2 == 0 ? AccessKind::kRead : AccessKind::kWrite,
                                   .bytes = 64 * (1 + i % 5)},
                       .hit = i % 4 != 0,
                       .domain = DomainId(i % 3 == 0 ? 4 : 3)};
      seen.submitted = 100ULL * i;
      seen.begun = seen.submitted + 2;
      seen.judged = seen.begun + (seen.hit ? 4 : 60 + i % 30);
      seen.done = seen.judged + 20 + i % 7;
      observer_.request(seen);
      if (i % 10 == 9) {
        observer_.invalidation_given(
            golden::IotlbInvalidation{.granularity = granularity::kDomain, .domain = DomainId(3)},
            0, seen.done);
        observer_.at_rest(seen.done + 30);
      }
    }
  }
  void attack(unsigned faults) {
    for (unsigned i = 0; i < faults; ++i) {
      const Request request{.source_id = bdf(0, 6, 0),
                            .address = Iova(0xBAD'0000'0000 + 4096ULL * i),
                            .kind = AccessKind::kWrite};
      observer_.fault({.record = golden::make_fault_record(unit_.config(), request,
                                                           FaultReason::kWriteNotPermitted),
                       .request = request,
                       .cycle = 5'000 + 10ULL * i});
    }
  }
  void finish() {
    observer_.mark(4'000, "attack by a function");
    observer_.look_at_owners(9'000);
  }

 private:
  report::UnitObserver observer_;
  Memory memory_;
  golden::Unit unit_;
  TableBuilder tables_;
};

PageContent content(const std::string &subject) {
  PageContent out{.command = "dmar test", .subject = subject, .verdict = "Everything is well."};
  out.facts = {{"Subject", subject}, {"Requests", "1,234"}};
  out.configuration = report::capability_tables(Config{});
  out.owners_note = "by a test";
  return out;
}

void write(const std::filesystem::path &path, const std::string &text) {
  std::ofstream(path, std::ios::binary) << text;
}

void write_pages(const std::filesystem::path &folder) {
  Names names;
  names.functions[{0, bdf(0, 5, 0).raw()}] = "disk";
  names.functions[{1, bdf(0, 5, 0).raw()}] = "network";
  double seconds = 0;
  Model two([&seconds] { return seconds += 0.01; });
  for (unsigned unit = 0; unit < 2; ++unit) {
    Life life(unit, two);
    life.work(2'000);
    if (unit == 0) life.attack(3);
    life.finish();
  }
  write(folder / "two-units.html", report::page(content("two units"), &two, names));

  Names hostile;
  hostile.units = {kHostile};
  hostile.functions[{0, bdf(0, 6, 0).raw()}] = kHostile;
  Model some;
  Life life(0, some);
  life.work(20);
  life.attack(2);
  life.finish();
  PageContent bad = content(kHostile);
  bad.passed = false;
  bad.failures = {kHostile};
  bad.checks = {{.caption = kHostile, .head = {kHostile}, .rows = {{kHostile}}, .note = kHostile}};
  bad.plots = {{.title = kHostile,
                .x_label = kHostile,
                .y_label = kHostile,
                .x = {1, 2},
                .lines = {{.name = kHostile, .values = {3, 4}}}}};
  write(folder / "hostile.html", report::page(bad, &some, hostile));

  const Model nothing;
  write(folder / "empty.html", report::page(content("nothing"), &nothing, {}));

  PageContent wrong = content("a mismatch");
  wrong.passed = false;
  wrong.verdict = "1 mismatch.";
  wrong.failures = {"1 mismatch between RTL and golden model"};
  wrong.checks = {{.caption = "Mismatches",
                   .head = {"What", "Unit", "Golden model"},
                   .rows = {{"dma w 0028 1000 64", "ok 5000", "fault 5"}}}};
  write(folder / "mismatch.html", report::page(wrong, &some, names));

  Model flood;
  Life flooded(0, flood);
  flooded.work(100);
  flooded.attack(10'000);
  flooded.finish();
  write(folder / "flood.html", report::page(content("a flood of faults"), &flood, names));

  PageContent plots = content("measurements");
  plots.plots = {{.title = "Rate",
                  .x_label = "memory latency",
                  .y_label = "a clock",
                  .logarithmic_x = true,
                  .x = {1, 10, 100},
                  .lines = {{.name = "hits", .values = {2, 2, 2}},
                            {.name = "misses", .values = {1, 0.5, 0.1}}}},
                 {.title = "Bars",
                  .x_label = "clocks",
                  .y_label = "answers",
                  .bars = true,
                  .x = {1, 2, 3},
                  .lines = {{.name = "answers", .values = {5, 7, 1}}}}};
  plots.tables = {{.caption = "Figures", .head = {"Figure", "Value"}, .rows = {{"hit", "2"}}}};
  write(folder / "plots.html", report::page(plots, nullptr, {}));
}

}  // namespace

int main(int argc, char **argv) {
  if (argc != 2) {
    fmt::print(stderr, "usage: report_pages FOLDER\n");
    return 2;
  }
  write_pages(argv[1]);
  return 0;
}
