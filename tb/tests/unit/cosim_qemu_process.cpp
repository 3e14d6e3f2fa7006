// SPDX-License-Identifier: Apache-2.0
// A child process: how it ends, what it says, and what it inherits.
#include <gmock/gmock.h>
#include <poll.h>
#include <sys/wait.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <memory>

#include "cosim/qemu_process.hpp"
#include "cosim_support.hpp"

namespace dmar::cosim {
namespace {

using testing::HasSubstr;
using Milliseconds = std::chrono::milliseconds;

constexpr Milliseconds kPatience{300'000};

// Runs `script` in a shell of which the arguments are $1, $2 ...
std::unique_ptr<QemuProcess> shell(const std::string &script, std::vector<std::string> more = {},
                                   std::vector<FileDescriptor> inherited = {}) {
  std::vector<std::string> arguments{"-c", script, "sh"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return std::make_unique<QemuProcess>("/bin/sh", arguments, std::move(inherited), false);
}

ProcessEnd await(QemuProcess &process) {
  pollfd watched{.fd = process.descriptor(), .events = POLLIN, .revents = 0};
  EXPECT_EQ(::poll(&watched, 1, static_cast<int>(kPatience.count())), 1);
  const auto end = process.poll();
  EXPECT_TRUE(end);
  return end.value_or(ProcessEnd{});
}

TEST(QemuProcess, TellsTheExitStatus) {
  for (const int status : {0, 1, 127}) {
    const auto process = shell("exit " + std::to_string(status));
    const ProcessEnd end = await(*process);
    EXPECT_EQ(end.status, status);
    EXPECT_EQ(end.signal, 0);
    EXPECT_EQ(process->poll()->status, status);  // and again
    EXPECT_EQ(process->terminate(Milliseconds(0)).status, status);
  }
}

TEST(QemuProcess, TellsTheSignalThatKilledIt) {
  const auto process = shell("kill -SEGV $$; sleep 20");
  const ProcessEnd end = await(*process);
  EXPECT_EQ(end.signal, SIGSEGV);
  EXPECT_EQ(end.status, -1);
}

TEST(QemuProcess, HasNoEndWhileItRuns) {
  SocketPair pair;
  std::vector<FileDescriptor> inherited;
  const std::string number = std::to_string(pair.far.raw());
  inherited.push_back(std::move(pair.far));
  const auto process = shell("eval \"read line <&$1\"; exit 7", {number}, std::move(inherited));
  EXPECT_FALSE(process->poll());
  pollfd watched{.fd = process->descriptor(), .events = POLLIN, .revents = 0};
  EXPECT_EQ(::poll(&watched, 1, 0), 0);
  send_text(pair.near, "go on\n");
  EXPECT_EQ(await(*process).status, 7);
}

TEST(QemuProcess, KeepsItsMessages) {
  const auto process = shell("echo to output; echo to error >&2; echo more");
  await(*process);
  EXPECT_EQ(process->messages(), "to output\nto error\nmore\n");
  EXPECT_EQ(process->messages(), "to output\nto error\nmore\n");
}

TEST(QemuProcess, KeepsLongMessages) {
  const auto process = shell("i=0; while [ $i -lt 2000 ]; do echo line $i; i=$((i+1)); done");
  await(*process);
  EXPECT_THAT(process->messages(), testing::EndsWith("line 1998\nline 1999\n"));
}

TEST(QemuProcess, GivesNothingToRead) {
  const auto process = shell("read line; echo $?");
  await(*process);
  EXPECT_EQ(process->messages(), "1\n");
}

TEST(QemuProcess, KeepsTheNumbersOfWhatIsInherited) {
  SocketPair pair;
  const int number = pair.far.raw();
  std::vector<FileDescriptor> inherited;
  inherited.push_back(std::move(pair.far));
  const auto process =
      shell("eval \"echo hello >&$1\"", {std::to_string(number)}, std::move(inherited));
  await(*process);
  EXPECT_EQ(received_text(pair.near), "hello\n");
  // Closed here, so that we see when the child has gone.
  char byte = 0;
  EXPECT_EQ(::recv(pair.near.raw(), &byte, 1, MSG_DONTWAIT), 0);
}

TEST(QemuProcess, InheritsNothingElse) {
  const FileDescriptor ours = memory_file(10);
  const auto process = shell("ls /proc/self/fd/" + std::to_string(ours.raw()) + " && echo there");
  await(*process);
  EXPECT_THAT(process->messages(), testing::Not(HasSubstr("there")));
}

TEST(QemuProcess, NamesThePackageOfAMissingProgram) {
  const std::size_t before = open_descriptors();
  for (const char *program : {"qemu-system-no-such", "/no/such/qemu"}) {
    EXPECT_EQ(
        error_of([&] { QemuProcess process(program, {}, {}, false); }),
        std::string(program) + ": no such program; Debian has it in the package qemu-system-x86");
  }
  EXPECT_EQ(open_descriptors(), before);
}

TEST(QemuProcess, SaysWhyAProgramCannotBeStarted) {
  const std::string file = testing::TempDir() + "not_a_program." + std::to_string(::getpid());
  std::ofstream(file) << "\x7F"
                         "ELF, but no more than that";
  std::filesystem::permissions(file, std::filesystem::perms::owner_all);
  const std::size_t before = open_descriptors();
  EXPECT_THAT(error_of([&] { QemuProcess process(file, {}, {}, false); }),
              testing::StartsWith(file + ": cannot be started: "));
  EXPECT_EQ(open_descriptors(), before);
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);  // no child is left
  std::filesystem::remove(file);
}

TEST(QemuProcess, FindsProgramsInPath) {
  EXPECT_EQ(find_program("sh").filename(), "sh");
  EXPECT_EQ(find_program("/bin/sh"), "/bin/sh");
  EXPECT_TRUE(find_program("no-such-program-anywhere").empty());
  EXPECT_TRUE(find_program("/etc/passwd").empty());
}

TEST(QemuProcess, EndsOneThatIsWilling) {
  const auto process = shell("trap 'exit 3' TERM; echo ready; while :; do sleep 0.01; done");
  while (process->messages().empty()) ::usleep(1000);
  const ProcessEnd end = process->terminate(kPatience);
  EXPECT_EQ(end.status, 3);
  EXPECT_EQ(end.signal, 0);
}

TEST(QemuProcess, KillsOneThatIgnoresTermination) {
  const auto process = shell("trap '' TERM; echo ready; while :; do sleep 0.01; done");
  while (process->messages().empty()) ::usleep(1000);
  const auto begin = std::chrono::steady_clock::now();
  const ProcessEnd end = process->terminate(Milliseconds(100));
  EXPECT_EQ(end.signal, SIGKILL);
  EXPECT_EQ(end.status, -1);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, Milliseconds(100));
  EXPECT_EQ(process->poll()->signal, SIGKILL);
}

TEST(QemuProcess, EndsWithItsObject) {
  const std::size_t before = open_descriptors();
  auto process = shell("echo $$; exec sleep 1000");
  while (process->messages().empty()) ::usleep(1000);
  const int child = std::stoi(process->messages());
  EXPECT_EQ(::kill(child, 0), 0);
  process.reset();
  EXPECT_EQ(::kill(child, 0), -1);
  EXPECT_EQ(open_descriptors(), before);
}

// Signals that we have blocked to poll for them must reach the child all the same.
TEST(QemuProcess, StartsWithoutBlockedSignals) {
  sigset_t term;
  ::sigemptyset(&term);
  ::sigaddset(&term, SIGTERM);
  ::sigprocmask(SIG_BLOCK, &term, nullptr);
  const auto process = shell("echo ready; exec sleep 1000");
  while (process->messages().empty()) ::usleep(1000);
  EXPECT_EQ(process->terminate(kPatience).signal, SIGTERM);
  ::sigprocmask(SIG_UNBLOCK, &term, nullptr);
}

}  // namespace
}  // namespace dmar::cosim
