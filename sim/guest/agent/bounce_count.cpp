// SPDX-License-Identifier: Apache-2.0
// See bounce_count.hpp. Formats: Documentation/trace/histogram and kprobetrace of Linux.
#include "bounce_count.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sstream>

#include "files.hpp"
#include "report.hpp"

namespace dmar::agent {

namespace {

const std::string kTracing = "/sys/kernel/tracing/";
const std::string kEvent = kTracing + "events/swiotlb/swiotlb_bounced/";
const std::string kProbe = kTracing + "events/dmar/copy/";
constexpr const char *kByDevice = "hist:keys=dev_name:vals=size";
constexpr const char *kByDirection = "hist:keys=direction:vals=size";
// Its third argument is the number of bytes, its fourth the direction.
constexpr const char *kProbeText = "p:dmar/copy swiotlb_bounce size=%dx:u64 direction=%cx:u32";

struct Sum {
  unsigned long long hits = 0;
  unsigned long long bytes = 0;
};

unsigned long long field(const std::string &line, const char *name) {
  const std::size_t at = line.find(name);
  return at == std::string::npos
             ? 0
             : std::strtoull(line.c_str() + at + std::strlen(name), nullptr, 10);
}

// "{ dev_name: 0000:00:05.0 } hitcount:  42  size:  172032": the lines with `part`.
Sum read_sum(const std::string &file, const std::string &part) {
  std::istringstream lines(read_text(file).value_or(""));
  Sum sum;
  for (std::string line; std::getline(lines, line);) {
    if (line.find("hitcount:") == std::string::npos || line.find(part) == std::string::npos) {
      continue;
    }
    sum.hits += field(line, "hitcount:");
    sum.bytes += field(line, "size:");
  }
  return sum;
}

}  // namespace

void BounceCount::start() {
  counted_ = write_text(kEvent + "trigger", kByDevice);
  problem_ = counted_ ? "" : kEvent + ": " + system_error();
  probed_ = write_text(kTracing + "kprobe_events", kProbeText) &&
            write_text(kProbe + "trigger", kByDirection);
}

BounceCount::Result BounceCount::stop() {
  Result result{.known = counted_, .problem = problem_};
  const Sum buffers = read_sum(kEvent + "hist", device_);
  result.buffers = buffers.hits;
  result.buffer_bytes = buffers.bytes;
  if (probed_) {
    const Sum copies = read_sum(kProbe + "hist", "direction:");
    result.copies = static_cast<long long>(copies.hits);
    result.copied_bytes = static_cast<long long>(copies.bytes);
  }
  remove();
  return result;
}

void BounceCount::remove() {
  if (counted_) write_text(kEvent + "trigger", std::string("!") + kByDevice);
  if (probed_) write_text(kProbe + "trigger", std::string("!") + kByDirection);
  write_text(kTracing + "kprobe_events", "-:dmar/copy");
  counted_ = probed_ = false;
}

}  // namespace dmar::agent
