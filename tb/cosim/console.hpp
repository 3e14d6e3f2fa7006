// SPDX-License-Identifier: Apache-2.0
// What the guest says on its serial port: out of a socket as it comes, or out of the log file that
// the emulator writes while a person uses the terminal.
#ifndef DMAR_COSIM_CONSOLE_HPP
#define DMAR_COSIM_CONSOLE_HPP

#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "cosim/file_descriptor.hpp"

namespace dmar::cosim {

class Console {
 public:
  enum class Source { kSocket, kLog };

  Console(FileDescriptor file, Source source, bool echo)
      : file_(std::move(file)), source_(source), echo_(echo) {}

  // Called for each line, once it is whole, without its end.
  void observe_lines(std::function<void(std::string_view)> observer) {
    observer_ = std::move(observer);
  }

  // To be polled; -1 for a log, which never wakes anybody.
  [[nodiscard]] int descriptor() const;
  // Takes in what is there.
  void receive();
  [[nodiscard]] const std::string &text() const { return text_; }

 private:
  void tell_lines();

  FileDescriptor file_;
  Source source_;
  bool echo_;  // to standard output
  bool closed_ = false;
  std::string text_;
  std::size_t line_ = 0;  // where the first line begins that is not whole
  std::function<void(std::string_view)> observer_;
};

}  // namespace dmar::cosim

#endif  // DMAR_COSIM_CONSOLE_HPP
