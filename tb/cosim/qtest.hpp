// SPDX-License-Identifier: Apache-2.0
// QEMU's qtest channel: port and memory accesses as the CPU makes them, and the interrupt pins of
// a device that was asked to report them.
#ifndef DMAR_COSIM_QTEST_HPP
#define DMAR_COSIM_QTEST_HPP

#include <cstdint>
#include <deque>
#include <functional>
#include <string>

#include "cosim/line_socket.hpp"

namespace dmar::cosim {

class Qtest {
 public:
  using Pin = std::function<void(unsigned pin, bool raised)>;
  using Answer = std::function<void(std::uint64_t)>;  // 0 when the command gives no value

  Qtest(FileDescriptor socket, Pin pin) : lines_(std::move(socket)), pin_(std::move(pin)) {}

  [[nodiscard]] LineSocket &lines() { return lines_; }

  // Without waiting; `answer`, if any, is called from receive(). Answers come in order.
  void command(const std::string &text, Answer answer = nullptr);
  void write32(std::uint64_t address, std::uint32_t value, Answer answer = nullptr);
  void read32(std::uint64_t address, Answer answer);
  void out32(std::uint16_t port, std::uint32_t value, Answer answer = nullptr);

  // Takes in what has come. CosimError when a command failed or a line makes no sense.
  void receive();

  [[nodiscard]] std::size_t unanswered() const { return sent_.size(); }

 private:
  struct Sent {
    std::string text;
    Answer answer;
  };
  void take(const std::string &line);

  LineSocket lines_;
  Pin pin_;
  std::deque<Sent> sent_;
};

}  // namespace dmar::cosim

#endif  // DMAR_COSIM_QTEST_HPP
