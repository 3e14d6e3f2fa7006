// SPDX-License-Identifier: Apache-2.0
// guest_files: makes what try.sh boots, and reports on a console afterwards.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "guest/file.hpp"
#include "guest/guest.hpp"
#include "guest/vms.hpp"

namespace {

namespace guest = dmar::guest;

int report(const std::vector<guest::Check> &checks) {
  int status = 0;
  for (const guest::Check &check : checks) {
    fmt::print("{} {}{}{}\n", check.passed ? "PASS" : "FAIL", check.name,
               check.detail.empty() ? "" : ": ", check.detail);
    if (!check.passed) status = 1;
  }
  return status;
}

int report(const guest::Console &console) {
  int status = report(console.checks);
  for (const guest::Check &skipped : console.skipped) {
    fmt::print("SKIP {}: {}\n", skipped.name, skipped.detail);
  }
  for (const guest::ReportedFault &fault : console.faults) fmt::print("     {}\n", fault.line);
  if (!console.panic.empty()) fmt::print("     {}\n", console.panic);
  if (!console.finished) {
    fmt::print("FAIL the guest did not come to its end\n");
    status = 1;
  }
  return status;
}

}  // namespace

int main(int argc, char **argv) {
  CLI::App app("Files of the Linux guest");
  app.require_subcommand(1);
  std::filesystem::path image;
  std::filesystem::path console;
  guest::Task task;
  bool shell = false;
  unsigned megabytes = 64;
  std::uint64_t seed = 1;

  CLI::App *kernel = app.add_subcommand("kernel", "print the path of the kernel");
  CLI::App *initramfs = app.add_subcommand("initramfs", "make an initramfs");
  initramfs->add_option("FILE", image)->required();
  initramfs->add_flag("--shell", shell);
  initramfs->add_option("--megabytes", task.megabytes);
  initramfs->add_option("--interrupt-remapping", task.interrupt_remapping);
  initramfs->add_option("--translation", task.translation);
  initramfs->add_option("--vfio", task.vfio);
  initramfs->add_option("--pins", task.pins);
  guest::VmsTask vms_task;
  CLI::App *vms = app.add_subcommand("vms", "make an initramfs that runs virtual machines");
  vms->add_option("FILE", image)->required();
  vms->add_option("--network", vms_task.network);
  vms->add_option("--disk", vms_task.disk);
  vms->add_option("--edu", vms_task.edu);
  CLI::App *disk = app.add_subcommand("disk", "make a disk image");
  disk->add_option("FILE", image)->required();
  disk->add_option("--megabytes", megabytes);
  disk->add_option("--seed", seed);
  CLI::App *bare = app.add_subcommand("bare", "write the bare-metal test kernel");
  bare->add_option("FILE", image)->required();
  CLI::App *check = app.add_subcommand("check", "report on a console and its disk");
  check->add_option("CONSOLE", console)->required();
  check->add_option("DISK", image)->required();
  CLI11_PARSE(app, argc, argv);

  try {
    if (kernel->parsed()) fmt::print("{}\n", guest::find_kernel().image.string());
    if (initramfs->parsed()) {
      if (shell) task.kind = guest::Task::Kind::kShell;
      guest::write_file(image, guest::make_initramfs(guest::find_kernel(), task));
    }
    if (vms->parsed()) {
      guest::write_file(image, guest::make_vms_initramfs(guest::find_kernel(), vms_task));
    }
    if (disk->parsed()) guest::make_disk(image, megabytes, seed);
    if (bare->parsed()) guest::write_file(image, guest::bare_kernel());
    if (check->parsed()) {
      const std::string text = guest::read_text(console);
      return report(guest::read_console(text)) | report(guest::check_disk(image, text, 0));
    }
  } catch (const guest::GuestError &error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
  return 0;
}
