// SPDX-License-Identifier: Apache-2.0
// See process.hpp.
#include "guest/process.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <sstream>

#include "guest/guest.hpp"

namespace dmar::guest {

namespace {

struct Pipe {
  std::array<int, 2> ends = {-1, -1};

  Pipe() {
    if (pipe2(ends.data(), O_CLOEXEC) != 0) {
      throw GuestError(fmt::format("no pipe to a program: {}", std::strerror(errno)));
    }
  }
  ~Pipe() {
    close(ends[0]);
    close_writer();
  }
  Pipe(const Pipe &) = delete;
  Pipe &operator=(const Pipe &) = delete;

  void close_writer() {
    if (ends[1] >= 0) close(ends[1]);
    ends[1] = -1;
  }
};

struct Actions {
  posix_spawn_file_actions_t actions;
  Actions() { posix_spawn_file_actions_init(&actions); }
  ~Actions() { posix_spawn_file_actions_destroy(&actions); }
  Actions(const Actions &) = delete;
  Actions &operator=(const Actions &) = delete;
};

std::string read_all(int descriptor) {
  std::string text;
  std::array<char, 4096> buffer;
  for (;;) {
    const ssize_t count = read(descriptor, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

int wait_for(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) throw GuestError(fmt::format("waitpid: {}", std::strerror(errno)));
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

std::filesystem::path find_program(const std::string &name, const std::string &package) {
  const char *path = std::getenv("PATH");
  std::istringstream folders(std::string(path != nullptr ? path : "/usr/bin:/bin") +
                             ":/usr/sbin:/sbin");
  for (std::string folder; std::getline(folders, folder, ':');) {
    const std::filesystem::path candidate = std::filesystem::path(folder) / name;
    if (access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  throw GuestError(
      fmt::format("the program {} is not installed (Debian package {})", name, package));
}

ProcessResult run_program(const std::filesystem::path &program,
                          const std::vector<std::string> &arguments) {
  Pipe pipe;
  Actions files;
  posix_spawn_file_actions_addopen(&files.actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&files.actions, pipe.ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&files.actions, pipe.ends[1], STDERR_FILENO);

  std::string name = program.string();
  std::vector<std::string> copies = arguments;
  std::vector<char *> argv = {name.data()};
  for (std::string &argument : copies) argv.push_back(argument.data());
  argv.push_back(nullptr);

  pid_t child = 0;
  const int error =
      posix_spawn(&child, name.c_str(), &files.actions, nullptr, argv.data(), environ);
  if (error != 0) {
    throw GuestError(fmt::format("{}: cannot be started: {}", name, std::strerror(error)));
  }
  pipe.close_writer();
  ProcessResult result;
  result.output = read_all(pipe.ends[0]);
  result.status = wait_for(child);
  return result;
}

}  // namespace dmar::guest
