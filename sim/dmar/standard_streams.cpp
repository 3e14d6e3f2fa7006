// SPDX-License-Identifier: Apache-2.0
// See standard_streams.hpp.
#include "standard_streams.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "usage_error.hpp"

namespace dmar::sim {

namespace {

int first_error = 0;  // of standard output

void note_error() {
  if (first_error == 0) first_error = errno != 0 ? errno : EIO;
}

}  // namespace

// Opened the wrong way round, so that using them is an error like before.
void open_standard_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(stream, F_GETFD) != -1 || errno != EBADF) continue;
    if (::open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY) != stream)
      ::_exit(kUsage);
  }
  // Errors of writing instead: files are still completed or removed.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
}

void put_output(std::string_view text) {
  errno = 0;
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) note_error();
}

// What was said before comes first, where both go to the same place.
void put_error(std::string_view text) {
  if (text.empty()) return;
  errno = 0;
  if (std::fflush(stdout) != 0) note_error();
  std::fwrite(text.data(), 1, text.size(), stderr);
}

int finish_output(int status) {
  errno = 0;
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) note_error();
  if (first_error == 0) return status;
  if (first_error == EPIPE) {
    std::signal(SIGPIPE, SIG_DFL);
    std::raise(SIGPIPE);
  }
  complain("dmar: standard output: cannot be written: {}\n", std::strerror(first_error));
  return kUsage;
}

}  // namespace dmar::sim
