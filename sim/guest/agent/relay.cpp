// SPDX-License-Identifier: Apache-2.0
// The console of a virtual machine becomes lines of its host's kernel log, which stay whole.
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <string>

#include "commands.hpp"
#include "files.hpp"
#include "report.hpp"

namespace dmar::agent {

namespace {

constexpr const char *kGone = "dmar-gone";  // the last line of a machine that has ended
constexpr std::size_t kLongestLine = 800;   // the kernel log takes about 1,000 bytes

void write_line(const Descriptor &file, const std::string &line) {
  if (write(file.get(), line.data(), line.size()) < 0) return;  // nobody to tell
}

}  // namespace

// NAME FILE: lines of standard input go to FILE as they are, and to the log behind "dmar-vm: NAME:
// ".
bool relay_command(Arguments arguments) {
  if (arguments.size() != 2) return false;
  const Descriptor log(open("/dev/kmsg", O_WRONLY | O_CLOEXEC));
  const Descriptor file(open(arguments[1], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (!log.valid() || !file.valid()) {
    check(false, text("the console of %s is relayed", arguments[0]), system_error());
    return true;
  }
  const std::string prefix = text("<5>dmar-vm: %s: ", arguments[0]);
  std::array<char, 4096> buffer;
  std::string line;
  for (;;) {
    const ssize_t count = read(STDIN_FILENO, buffer.data(), buffer.size());
    if (count <= 0) {
      write_line(file, text("%s\n", kGone));
      return true;
    }
    for (ssize_t i = 0; i < count; ++i) {
      const char character = buffer[static_cast<std::size_t>(i)];
      if (character == '\r') continue;
      if (character != '\n' && line.size() < kLongestLine) {
        line += character;
        continue;
      }
      if (!line.empty()) {
        write_line(file, line + "\n");
        write_line(log, prefix + line);
      }
      line.clear();
      if (character != '\n') line += character;
    }
  }
}

// FILE SECONDS TEXT: waits for a line with TEXT at its end in FILE; exit status 1 when none comes,
// or when the machine that writes them has ended.
bool wait_line_command(Arguments arguments) {
  unsigned long long seconds = 0;
  if (arguments.size() != 3 || !parse_number(arguments[1], seconds)) return false;
  const std::string wanted = std::string(arguments[2]) + "\n";
  const std::string gone = std::string("\n") + kGone + "\n";
  bool came = false;
  bool ended = false;
  wait_until(
      [&] {
        const std::string now = "\n" + read_text(arguments[0]).value_or("") + "\n";
        came = now.find(wanted) != std::string::npos;
        ended = now.find(gone) != std::string::npos;
        return came || ended;
      },
      static_cast<double>(seconds), 20);
  if (!came) {
    check(false, text("%s says \"%s\"", arguments[0], arguments[2]),
          ended ? "its machine has ended" : "not in time");
  }
  return true;
}

}  // namespace dmar::agent
