// SPDX-License-Identifier: Apache-2.0
// A stream of text lines in both directions. Neither sending nor receiving ever waits: what the
// peer does not take now is kept, because a peer that itself waits for us may take nothing.
#ifndef DMAR_COSIM_LINE_SOCKET_HPP
#define DMAR_COSIM_LINE_SOCKET_HPP

#include <string>
#include <string_view>
#include <vector>

#include "cosim/file_descriptor.hpp"

namespace dmar::cosim {

class LineSocket {
 public:
  explicit LineSocket(FileDescriptor socket) : socket_(std::move(socket)) {}

  [[nodiscard]] int descriptor() const { return socket_.raw(); }
  // The peer has gone and all its lines were received.
  [[nodiscard]] bool closed() const { return closed_; }
  // Wants to be told when the peer takes bytes again.
  [[nodiscard]] bool has_output() const { return !output_.empty() && !takes_nothing_; }

  void send(std::string_view line);  // without its newline
  void flush();
  // Whole lines that are here, without newlines.
  std::vector<std::string> receive();

 private:
  FileDescriptor socket_;
  std::string output_;
  std::string input_;
  bool closed_ = false;
  bool takes_nothing_ = false;  // the peer, any more
};

}  // namespace dmar::cosim

#endif  // DMAR_COSIM_LINE_SOCKET_HPP
