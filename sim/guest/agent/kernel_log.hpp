// SPDX-License-Identifier: Apache-2.0
// What the kernel says from now on, and its count of fault events.
#ifndef DMAR_AGENT_KERNEL_LOG_HPP
#define DMAR_AGENT_KERNEL_LOG_HPP

#include <optional>
#include <string>
#include <vector>

#include "files.hpp"

namespace dmar::agent {

class KernelLog {
 public:
  // Only messages after this moment count.
  KernelLog();
  // Only messages behind the last one so far with `mark` count.
  explicit KernelLog(const std::string &mark);

  // Waits for a message with every one of `parts`, in any order, and gives it. Messages read before
  // are looked at again.
  std::optional<std::string> wait_for(const std::vector<std::string> &parts, double seconds);
  // The last message with `part`, "" when there is none; for reports.
  [[nodiscard]] std::string last(const std::string &part) const;

 private:
  void read_more();

  Descriptor file_;
  std::vector<std::string> messages_;
};

// Interrupts so far of the lines of /proc/interrupts that contain `part`.
unsigned long interrupt_count(const std::string &part);

}  // namespace dmar::agent

#endif  // DMAR_AGENT_KERNEL_LOG_HPP
