// SPDX-License-Identifier: Apache-2.0
// Standard output and standard error. What cannot be said is lost and stops nothing; whether all
// of standard output has arrived is found out once, at the end.
#ifndef DMAR_SIM_STANDARD_STREAMS_HPP
#define DMAR_SIM_STANDARD_STREAMS_HPP

#include <fmt/core.h>

#include <string_view>
#include <utility>

namespace dmar::sim {

// Before anything is opened: a stream that the caller closed must not become one of our files.
void open_standard_streams();

void put_output(std::string_view text);
void put_error(std::string_view text);

template <class... T>
void say(fmt::format_string<T...> format, T &&...values) {
  put_output(fmt::format(format, std::forward<T>(values)...));
}

template <class... T>
void complain(fmt::format_string<T...> format, T &&...values) {
  put_error(fmt::format(format, std::forward<T>(values)...));
}

// The exit status: `status`, or that of an error when standard output was not written to its end.
// A reader that went away ends the program in silence, as it is usual in a pipe.
int finish_output(int status);

}  // namespace dmar::sim

#endif  // DMAR_SIM_STANDARD_STREAMS_HPP
