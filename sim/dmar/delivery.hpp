// SPDX-License-Identifier: Apache-2.0
// The output files of a command at its end. One that cannot be written costs the exit status, not
// the others.
#ifndef DMAR_SIM_DELIVERY_HPP
#define DMAR_SIM_DELIVERY_HPP

#include <exception>
#include <string>

#include "output_file.hpp"
#include "standard_streams.hpp"
#include "usage_error.hpp"

namespace dmar::sim {

class Delivery {
 public:
  // Does it and keeps the message when that fails.
  template <class Work>
  void attempt(const Work &work) {
    try {
      work();
    } catch (const std::exception &error) {
      failed(error.what());
    }
  }
  void failed(const std::string &why) { messages_ += "dmar: " + why + "\n"; }

  // Nothing for an empty `file`. `text` makes what stands in it.
  template <class Text>
  void write(const std::string &file, const Text &text) {
    if (!file.empty()) attempt([&] { write_whole(file, text()); });
  }

  // Says what failed; the exit status that `status` becomes by it.
  [[nodiscard]] int status(int status) const {
    put_error(messages_);
    return messages_.empty() ? status : kUsage;
  }

 private:
  std::string messages_;
};

}  // namespace dmar::sim

#endif  // DMAR_SIM_DELIVERY_HPP
