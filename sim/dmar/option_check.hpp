// SPDX-License-Identifier: Apache-2.0
// What is checked of the values of every command before it does anything.
#ifndef DMAR_SIM_OPTION_CHECK_HPP
#define DMAR_SIM_OPTION_CHECK_HPP

namespace CLI {
class App;
}

namespace dmar::sim {

// UsageError when `command` was given an empty value, when an output is an input or another output
// (by whatever name, standard streams among them), or cannot be written.
void check_option_values(CLI::App &command);

}  // namespace dmar::sim

#endif  // DMAR_SIM_OPTION_CHECK_HPP
