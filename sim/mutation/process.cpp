// SPDX-License-Identifier: Apache-2.0
#include "process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <csignal>
#include <stdexcept>
#include <thread>

namespace dmar::mutation {

namespace {

using Clock = std::chrono::steady_clock;

constexpr rlim_t kLargestLog = 64U << 20;  // a broken unit can say the same for ever

std::vector<char *> pointers(std::vector<std::string> &words) {
  std::vector<char *> list;
  for (std::string &word : words) list.push_back(word.data());
  list.push_back(nullptr);
  return list;
}

void limit(int resource, rlim_t value) {
  const rlimit both{value, value};
  setrlimit(static_cast<__rlimit_resource>(resource), &both);
}

// In the child, between fork and exec: no allocation here.
[[noreturn]] void become(const Run &what, const char *log, char *const *words,
                         char *const *environment) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);  // an interrupted campaign leaves nothing behind
  const int file = open(log, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  dup2(file, STDOUT_FILENO);
  dup2(file, STDERR_FILENO);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_FSIZE, kLargestLog);
  if (what.processor_limit > 0) limit(RLIMIT_CPU, static_cast<rlim_t>(what.processor_limit) + 1);
  execve("/bin/sh", words, environment);
  _exit(127);
}

double seconds(const timeval &time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

Outcome wait_for(pid_t child, const Run &what) {
  using namespace std::chrono_literals;
  const auto start = Clock::now();
  Outcome outcome;
  int status = 0;
  rusage usage{};
  while (wait4(child, &status, WNOHANG, &usage) == 0) {
    const std::chrono::duration<double> passed = Clock::now() - start;
    if (what.wall_limit > 0 && passed.count() > what.wall_limit) {
      outcome.late = true;
      kill(-child, SIGKILL);
      wait4(child, &status, 0, &usage);
      break;
    }
    std::this_thread::sleep_for(10ms);
  }
  kill(-child, SIGKILL);  // whatever it left
  outcome.processor_seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime);
  if (WIFEXITED(status)) outcome.status = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) outcome.signal = WTERMSIG(status);
  const bool used_up =
      what.processor_limit > 0 && outcome.processor_seconds >= std::floor(what.processor_limit);
  outcome.late =
      outcome.late || outcome.signal == SIGXCPU || (outcome.signal == SIGKILL && used_up);
  return outcome;
}

}  // namespace

Output output_of(const std::vector<std::string> &words) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  std::vector<std::string> copy = words;
  const std::vector<char *> list = pointers(copy);
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error(fmt::format("{} cannot be started", words.front()));
  if (child == 0) {
    dup2(ends[1], STDOUT_FILENO);
    execvp(list.front(), list.data());
    _exit(127);
  }
  close(ends[1]);
  Output output;
  std::array<char, 4096> buffer{};
  for (ssize_t n = 0; (n = read(ends[0], buffer.data(), buffer.size())) > 0;) {
    output.text.append(buffer.data(), static_cast<std::size_t>(n));
  }
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFEXITED(status)) output.status = WEXITSTATUS(status);
  return output;
}

Outcome run(const Run &what) {
  // Everything that allocates comes before the fork: other threads may hold the allocator's lock.
  const std::string log = what.log.string();
  std::vector<std::string> words = {"sh", "-c", "exec " + what.command};
  std::vector<std::string> environment = what.environment;
  for (char **entry = environ; *entry != nullptr; ++entry) environment.emplace_back(*entry);
  const std::vector<char *> word_list = pointers(words);
  const std::vector<char *> environment_list = pointers(environment);
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error(fmt::format("'{}' cannot be started", what.command));
  if (child == 0) become(what, log.c_str(), word_list.data(), environment_list.data());
  return wait_for(child, what);
}

}  // namespace dmar::mutation
