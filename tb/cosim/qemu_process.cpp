// SPDX-License-Identifier: Apache-2.0
// See qemu_process.hpp.
#include "cosim/qemu_process.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <sstream>

#include "cosim/error.hpp"

namespace dmar::cosim {

std::filesystem::path find_program(const std::string &name) {
  if (name.find('/') != std::string::npos) {
    return ::access(name.c_str(), X_OK) == 0 ? std::filesystem::path(name)
                                             : std::filesystem::path();
  }
  const char *path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "/usr/bin:/bin" : path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    const std::filesystem::path candidate = std::filesystem::path(folder) / name;
    if (::access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  return {};
}

QemuProcess::QemuProcess(const std::string &program, const std::vector<std::string> &arguments,
                         std::vector<FileDescriptor> inherited, bool own_terminal) {
  const std::filesystem::path file = find_program(program);
  if (file.empty()) {
    throw CosimError(
        fmt::format("{}: no such program; Debian has it in the package qemu-system-x86", program));
  }
  output_ = FileDescriptor(::memfd_create("messages", MFD_CLOEXEC));
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    throw CosimError(fmt::format("pipe: {}", std::strerror(errno)));
  }
  FileDescriptor read_end(ends[0]);
  FileDescriptor write_end(ends[1]);
  for (const FileDescriptor &descriptor : inherited) ::fcntl(descriptor.raw(), F_SETFD, 0);
  child_ = ::fork();
  if (child_ < 0) throw CosimError(fmt::format("fork: {}", std::strerror(errno)));
  if (child_ == 0) {
    run_child(file.string(), arguments, output_.raw(), own_terminal, write_end.raw());
  }
  write_end.close();
  inherited.clear();
  int error = 0;
  if (::read(read_end.raw(), &error, sizeof error) == sizeof error) {
    ::waitpid(child_, nullptr, 0);
    child_ = -1;
    throw CosimError(fmt::format("{}: cannot be started: {}", file.string(), std::strerror(error)));
  }
  watch_ = FileDescriptor(static_cast<int>(::syscall(SYS_pidfd_open, child_, 0)));
  if (!watch_.open()) throw CosimError(fmt::format("pidfd_open: {}", std::strerror(errno)));
}

void QemuProcess::run_child(const std::string &program, const std::vector<std::string> &arguments,
                            int output, bool own_terminal, int error_pipe) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // whatever becomes of us
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  if (!own_terminal) {
    ::setpgid(0, 0);  // an interrupt from the keyboard is for us alone
    const int nothing = ::open("/dev/null", O_RDONLY);
    ::dup2(nothing, STDIN_FILENO);
    ::dup2(output, STDOUT_FILENO);
    ::dup2(output, STDERR_FILENO);
  }
  std::vector<char *> words;
  words.push_back(const_cast<char *>(program.c_str()));
  for (const std::string &argument : arguments)
    words.push_back(const_cast<char *>(argument.c_str()));
  words.push_back(nullptr);
  ::execv(program.c_str(), words.data());
  const int error = errno;
  [[maybe_unused]] const ssize_t told = ::write(error_pipe, &error, sizeof error);
  ::_exit(127);
}

std::optional<ProcessEnd> QemuProcess::poll() {
  if (end_ || child_ < 0) return end_;
  int status = 0;
  if (::waitpid(child_, &status, WNOHANG) == child_) {
    end_ = WIFEXITED(status) ? ProcessEnd{.status = WEXITSTATUS(status)}
                             : ProcessEnd{.signal = WTERMSIG(status)};
  }
  return end_;
}

ProcessEnd QemuProcess::terminate(std::chrono::milliseconds patience) {
  for (const int signal : {SIGTERM, SIGKILL}) {
    if (poll()) return *end_;
    ::kill(child_, signal);
    pollfd watched{.fd = watch_.raw(), .events = POLLIN, .revents = 0};
    ::poll(&watched, 1, static_cast<int>(patience.count()));
  }
  int status = 0;
  if (!poll() && ::waitpid(child_, &status, 0) == child_) end_ = ProcessEnd{.signal = SIGKILL};
  return end_.value_or(ProcessEnd{});
}

QemuProcess::~QemuProcess() {
  if (child_ > 0) terminate(std::chrono::milliseconds(500));
}

std::string QemuProcess::messages() const {
  std::string text;
  std::array<char, 4096> piece{};
  for (ssize_t got = 0; (got = ::pread(output_.raw(), piece.data(), piece.size(),
                                       static_cast<off_t>(text.size()))) > 0;) {
    text.append(piece.data(), static_cast<std::size_t>(got));
  }
  return text;
}

}  // namespace dmar::cosim
