// SPDX-License-Identifier: Apache-2.0
// Interrupt, termination and hang-up as something to poll for, so that a long command ends in
// order: files so far are written, children end first. Made before everything that may start a
// thread, for each of them would take the signals otherwise.
#ifndef DMAR_SIM_STOP_SIGNALS_HPP
#define DMAR_SIM_STOP_SIGNALS_HPP

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>

namespace dmar::sim {

class StopSignals {
 public:
  StopSignals() {
    ::sigemptyset(&signals_);
    ::sigaddset(&signals_, SIGINT);
    ::sigaddset(&signals_, SIGTERM);
    struct sigaction hang_up {};
    ::sigaction(SIGHUP, nullptr, &hang_up);
    if (hang_up.sa_handler != SIG_IGN) ::sigaddset(&signals_, SIGHUP);  // not behind nohup
    ::sigprocmask(SIG_BLOCK, &signals_, &before_);
    file_ = ::signalfd(-1, &signals_, SFD_CLOEXEC | SFD_NONBLOCK);
  }
  ~StopSignals() {
    signalfd_siginfo taken{};
    while (::read(file_, &taken, sizeof taken) > 0) {
    }
    ::close(file_);
    ::sigprocmask(SIG_SETMASK, &before_, nullptr);
  }
  StopSignals(const StopSignals &) = delete;
  StopSignals &operator=(const StopSignals &) = delete;

  [[nodiscard]] int descriptor() const { return file_; }

  // Whether one has arrived.
  [[nodiscard]] bool requested() const {
    pollfd watched{.fd = file_, .events = POLLIN, .revents = 0};
    return ::poll(&watched, 1, 0) > 0 && watched.revents != 0;
  }

 private:
  sigset_t signals_{};
  sigset_t before_{};
  int file_ = -1;
};

}  // namespace dmar::sim

#endif  // DMAR_SIM_STOP_SIGNALS_HPP
