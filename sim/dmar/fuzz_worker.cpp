// SPDX-License-Identifier: Apache-2.0
// See fuzz_worker.hpp.
#include "fuzz_worker.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <system_error>

#include "fuzz_json.hpp"

namespace dmar::sim {

namespace {

constexpr int kLimitPollMilliseconds = 100;
constexpr std::size_t kPrintedBytes = 4000;

[[noreturn]] void fail(const char *what) {
  throw std::system_error(errno, std::generic_category(), what);
}

// Machines run some ten thousand cycles a second.
std::chrono::seconds limit_of(const bench::FuzzCase &one) {
  return std::chrono::seconds(300 + one.cycles / 500);
}

}  // namespace

FuzzWorker::FuzzWorker(const bench::FuzzCase &one, const std::optional<bench::WaveWindow> &wave)
    : case_(one),
      log_(std::tmpfile()),
      deadline_(std::chrono::steady_clock::now() + limit_of(one)) {
  std::array<int, 2> ends{};
  if (!log_) fail("tmpfile");
  if (pipe2(ends.data(), O_CLOEXEC) != 0) fail("pipe");
  std::fflush(nullptr);  // or the child would print it once more
  child_ = fork();
  if (child_ < 0) fail("fork");
  if (child_ == 0) run_child(ends[1], wave);
  close(ends[1]);
  pipe_ = ends[0];
  fcntl(pipe_, F_SETFL, O_NONBLOCK);
}

FuzzWorker::~FuzzWorker() {
  if (pipe_ >= 0) close(pipe_);
  if (child_ < 0) return;
  kill(child_, SIGKILL);
  waitpid(child_, nullptr, 0);
}

// Interrupts are for the parent, which ends its children.
void FuzzWorker::run_child(int pipe, const std::optional<bench::WaveWindow> &wave) const {
  std::signal(SIGINT, SIG_IGN);
  std::signal(SIGTERM, SIG_DFL);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  dup2(fileno(log_.get()), STDOUT_FILENO);
  dup2(fileno(log_.get()), STDERR_FILENO);
  std::string text;
  try {
    text = to_json(bench::run_case(case_, wave)).dump();
  } catch (const std::exception &error) {
    fmt::print("{}\n", error.what());
  }
  std::fflush(nullptr);
  for (std::size_t sent = 0; sent < text.size();) {
    const ssize_t bytes = ::write(pipe, text.data() + sent, text.size() - sent);
    if (bytes <= 0) break;
    sent += static_cast<std::size_t>(bytes);
  }
  _exit(text.empty() ? EXIT_FAILURE : EXIT_SUCCESS);
}

bool FuzzWorker::ended() {
  std::array<char, 4096> buffer{};
  while (true) {
    const ssize_t bytes = ::read(pipe_, buffer.data(), buffer.size());
    if (bytes == 0) return true;
    if (bytes < 0) return errno != EAGAIN && errno != EINTR;
    received_.append(buffer.data(), static_cast<std::size_t>(bytes));
  }
}

std::optional<bench::FuzzResult> FuzzWorker::poll() {
  if (!killed_ && std::chrono::steady_clock::now() > deadline_) {
    killed_ = true;
    kill(child_, SIGKILL);
  }
  if (!ended()) return std::nullopt;
  return result();
}

// The end of what the child printed: messages of RTL assertions, of the C++ library.
std::string FuzzWorker::printed() const {
  const long size = std::fseek(log_.get(), 0, SEEK_END) == 0 ? std::ftell(log_.get()) : 0;
  const auto bytes = std::min(static_cast<std::size_t>(std::max(size, 0L)), kPrintedBytes);
  std::string text(bytes, ' ');
  std::fseek(log_.get(), -static_cast<long>(bytes), SEEK_END);
  text.resize(std::fread(text.data(), 1, bytes, log_.get()));
  return text;
}

bench::FuzzResult FuzzWorker::result() {
  int status = 0;
  waitpid(child_, &status, 0);
  child_ = -1;
  bench::FuzzResult result;
  std::string crash;
  if (killed_) {
    crash = "the machine did not end in time";
  } else if (WIFSIGNALED(status)) {
    crash = fmt::format("the program crashed: {}", strsignal(WTERMSIG(status)));
  } else if (WEXITSTATUS(status) != EXIT_SUCCESS) {
    crash = "the program ended without a result";
  } else {
    result = result_from_json(received_);
  }
  if (!crash.empty()) result.failure = bench::make_failure(crash, 0);
  if (result.failure) {
    if (const std::string text = printed(); !text.empty()) {
      result.failure->text += "\n  printed meanwhile:\n" + text;
    }
  }
  return result;
}

std::optional<bench::FuzzResult> run_in_worker(const bench::FuzzCase &one,
                                               const std::function<bool()> &stopped,
                                               const std::optional<bench::WaveWindow> &wave) {
  FuzzWorker worker(one, wave);
  while (!stopped()) {
    if (const auto result = worker.poll()) return result;
    pollfd wait{.fd = worker.descriptor(), .events = POLLIN, .revents = 0};
    ::poll(&wait, 1, kLimitPollMilliseconds);
  }
  return std::nullopt;
}

}  // namespace dmar::sim
