// SPDX-License-Identifier: Apache-2.0
// QEMU's control channel: start, stop, quit, and the events that tell why a guest ended.
#ifndef DMAR_COSIM_QMP_HPP
#define DMAR_COSIM_QMP_HPP

#include <cstddef>
#include <deque>
#include <functional>
#include <string>

#include "cosim/line_socket.hpp"

namespace dmar::cosim {

class Qmp {
 public:
  explicit Qmp(FileDescriptor socket);

  [[nodiscard]] LineSocket &lines() { return lines_; }

  // Without waiting; `done` is called from receive().
  void execute(const std::string &command, std::function<void()> done = nullptr);
  // The same with a line for the monitor that people use, whose text `answer` gets.
  void monitor(const std::string &line, std::function<void(const std::string &)> answer);
  // CosimError when a command was refused or a line makes no sense.
  void receive();

  // Commands not yet answered.
  [[nodiscard]] std::size_t unanswered() const { return sent_.size(); }
  // "guest-shutdown", "guest-reset", "host-signal" ...; empty while the guest runs.
  [[nodiscard]] const std::string &shutdown_reason() const { return shutdown_reason_; }
  [[nodiscard]] const std::string &version() const { return version_; }  // of QEMU

 private:
  void take(const std::string &line);

  LineSocket lines_;
  std::deque<std::function<void(const std::string &)>> sent_;  // of a text, if it is one
  std::string shutdown_reason_;
  std::string version_;
};

}  // namespace dmar::cosim

#endif  // DMAR_COSIM_QMP_HPP
