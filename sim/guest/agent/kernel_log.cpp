// SPDX-License-Identifier: Apache-2.0
// See kernel_log.hpp. Formats: Documentation/ABI/testing/dev-kmsg, proc(5).
#include "kernel_log.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "commands.hpp"
#include "report.hpp"

namespace dmar::agent {

namespace {

// Faults of Linux 6.12 name the device [00:06.0], those of 7.2 [0000:00:06.0]; here all devices are
// in segment 0.
std::string without_segment(std::string message) {
  constexpr std::string_view kDevice = "Request device [";
  constexpr std::string_view kSegment = "0000:";
  const std::size_t found = message.find(kDevice);
  if (found == std::string::npos) return message;
  const std::size_t place = found + kDevice.size();
  if (message.compare(place, kSegment.size(), kSegment) == 0) message.erase(place, kSegment.size());
  return message;
}

}  // namespace

KernelLog::KernelLog() : file_(open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC)) {
  lseek(file_.get(), 0, SEEK_END);
}

KernelLog::KernelLog(const std::string &mark)
    : file_(open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC)) {
  read_more();
  const auto found = std::find_if(
      messages_.rbegin(), messages_.rend(),
      [&mark](const std::string &message) { return message.find(mark) != std::string::npos; });
  messages_.erase(messages_.begin(), found.base());
}

void KernelLog::read_more() {
  std::array<char, 8192> record;  // one read gives one message
  for (;;) {
    const ssize_t count = read(file_.get(), record.data(), record.size());
    if (count < 0 && errno == EPIPE) continue;  // messages were overwritten
    if (count <= 0) return;
    const std::string whole(record.data(), static_cast<std::size_t>(count));
    const std::size_t start = whole.find(';') + 1;
    messages_.push_back(without_segment(whole.substr(start, whole.find('\n', start) - start)));
  }
}

std::optional<std::string> KernelLog::wait_for(const std::vector<std::string> &parts,
                                               double seconds) {
  const auto fits = [&parts](const std::string &message) {
    return std::all_of(parts.begin(), parts.end(), [&message](const std::string &part) {
      return message.find(part) != std::string::npos;
    });
  };
  std::optional<std::string> found;
  wait_until(
      [this, &fits, &found] {
        read_more();
        const auto message = std::find_if(messages_.begin(), messages_.end(), fits);
        if (message != messages_.end()) found = *message;
        return found.has_value();
      },
      seconds, 10);
  return found;
}

std::string KernelLog::last(const std::string &part) const {
  const auto found = std::find_if(
      messages_.rbegin(), messages_.rend(),
      [&part](const std::string &message) { return message.find(part) != std::string::npos; });
  return found == messages_.rend() ? "" : *found;
}

// SECONDS MARK PART...: waits for a message behind MARK with every PART, and prints it.
bool log_has_command(Arguments arguments) {
  unsigned long long seconds = 0;
  if (arguments.size() < 3 || !parse_number(arguments[0], seconds)) return false;
  KernelLog log(arguments[1]);
  const std::vector<std::string> parts(arguments.begin() + 2, arguments.end());
  if (const auto found = log.wait_for(parts, static_cast<double>(seconds))) {
    std::printf("%s\n", found->c_str());
  } else {
    check(false, "the kernel reports it", "its last: " + log.last("DMAR"));
  }
  return true;
}

unsigned long interrupt_count(const std::string &part) {
  const std::string table = read_text("/proc/interrupts").value_or("");
  unsigned long count = 0;
  std::size_t start = 0;
  while (start < table.size()) {
    const std::size_t end = std::min(table.find('\n', start), table.size());
    const std::string line = table.substr(start, end - start);
    start = end + 1;
    if (line.find(part) == std::string::npos) continue;
    // "  24:     7     3   DMAR-MSI ...": one number for each CPU.
    const char *at = line.c_str() + line.find(':') + 1;
    for (char *after = nullptr;; at = after) {
      const unsigned long number = std::strtoul(at, &after, 10);
      if (after == at || *after != ' ') break;
      count += number;
    }
  }
  return count;
}

}  // namespace dmar::agent
