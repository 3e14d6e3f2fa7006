// SPDX-License-Identifier: Apache-2.0
// System software on a random machine: changes tables, invalidates by registers or by the queue,
// makes mistakes in the queue and repairs them, drains fault records, switches tables, translation
// and interrupt remapping, and breaks rules. Every step lets devices go on.
#ifndef DMAR_FUZZ_SOFTWARE_HPP
#define DMAR_FUZZ_SOFTWARE_HPP

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "bench/random.hpp"
#include "fuzz/fuzz_case.hpp"
#include "fuzz/machine.hpp"
#include "golden/descriptor.hpp"

namespace dmar::bench {

class Software {
 public:
  Software(Machine &machine, const FuzzCase &one);

  // From reset to translation.
  void start();
  // Random work for about `cycles` cycles.
  void run(std::uint64_t cycles);
  // Stops the devices, repairs what is broken, invalidates everything, and checks that one answer
  // alone is legal for every device and page from then on, and that nothing is left over.
  void finish();

  struct Statistics {
    std::uint64_t changes = 0;
    std::uint64_t queued = 0;      // batches of descriptors
    std::uint64_t registered = 0;  // register commands
    std::uint64_t queue_errors = 0;
    std::uint64_t control_changes = 0;
    std::uint64_t answers = 0;  // of devices that may be bad, right or wrong
    std::uint64_t completion_errors = 0;
    std::uint64_t time_outs = 0;
  };
  [[nodiscard]] const Statistics &statistics() const { return statistics_; }

 private:
  using Descriptor = std::array<std::uint64_t, 2>;
  struct Task {
    unsigned weight;
    std::optional<Feature> feature;
    void (Software::*run)();
  };

  void pause(std::uint64_t cycles);
  // Reads until the bits are all clear, or one is set. HangError if that never comes.
  void poll(std::uint32_t offset, unsigned bytes, std::uint64_t bits, bool set);
  void change_tables();
  void idle() { pause(random_.below(300)); }
  void inject_error();
  void clear_errors() { machine_.memory().clear_errors(); }
  [[nodiscard]] bool has(Feature feature) const { return features_.has(feature); }
  [[nodiscard]] bool may_use_registers() const;
  [[nodiscard]] bool may_use_queue() const;
  static const std::vector<Task> &tasks();

  // Invalidations (software_invalidation.cpp)
  [[nodiscard]] golden::Invalidation fitting(const Change &change);
  [[nodiscard]] golden::Invalidation random_invalidation();
  [[nodiscard]] golden::IotlbInvalidation page_invalidation(const Change &change);
  void invalidate(const std::vector<golden::Invalidation> &invalidations);
  void invalidate_everything();
  void stray_invalidations();
  void by_registers(const golden::Invalidation &invalidation);
  void by_queue(const std::vector<golden::Invalidation> &invalidations);
  [[nodiscard]] Descriptor encode(const golden::Invalidation &invalidation);
  // Translation is on, so that devices are heard.
  [[nodiscard]] bool may_flush_devices() const;
  [[nodiscard]] Descriptor device_tlb_descriptor();
  [[nodiscard]] Descriptor wait_descriptor(bool status, bool interrupt);
  [[nodiscard]] Descriptor bad_descriptor();
  void push(const Descriptor &descriptor);
  void ring();
  void end_batch();
  void queue_error();
  void tail_error();
  void push_harmless_at(std::uint32_t slot);
  void expect_queue_error(std::uint32_t head);
  void repair_queue();
  [[nodiscard]] std::uint32_t slot_bytes() const { return wide_ ? 32 : 16; }
  [[nodiscard]] std::uint32_t slots() const;
  [[nodiscard]] HostAddr slot_address(std::uint32_t slot) const;
  void set_queue(bool on);
  void toggle_queue();

  // Devices with TLBs that are at fault (software_device_errors.cpp)
  class Asked;
  // Clocks until a device is late; 0: too many to wait for.
  [[nodiscard]] unsigned device_time_out() const;
  std::vector<InvalidateRequest> ask_devices(std::uint64_t count);
  void answer(Asked &asked, const InvalidateCompletion &completion);
  void answer_rightly(Asked &asked, const InvalidateRequest &request);
  void answer_wildly(Asked &asked, const InvalidateRequest &kept);
  void late_answer(const InvalidateRequest &request);
  void unheard_answers(const std::vector<InvalidateRequest> &requests);
  void wrong_answers();
  void note_time_outs(std::vector<InvalidateRequest> late);
  void late_devices();
  void expect_device_errors();
  void clear_device_errors(std::uint32_t status);
  void device_error();

  // Control (software_control.cpp)
  void global_command(std::uint32_t command, std::uint32_t status, bool on);
  void set_root(std::uint64_t rtaddr);
  void set_translation(bool on);
  void flush_write_buffer();
  // The index of the next fault record starts again while nothing is remapped.
  void note_levels(std::uint32_t before, std::uint32_t after, std::uint64_t begin);
  void switch_root();
  void pause_translation();
  void break_table_mode();
  void set_protection(bool on);
  void toggle_protection();
  void renew_domain();
  void drain_faults();
  void check_registers();
  void check_messages();

  // Interrupt remapping (software_interrupts.cpp)
  void set_interrupt_table();
  void start_interrupts();
  void move_interrupt_table();
  void toggle_remapping();
  void toggle_compatibility();
  void masked_event();
  [[nodiscard]] PostedWorld *posted_world();  // nullptr when nothing is posted
  void take_posted();
  void spoil_posted();
  void repair_posted();
  void lose_monitor();

  // Against the rules (software_rules.cpp)
  void many_commands();
  void hasty_pointers();
  void hasty_commands();
  void leave_queue();
  void registers_beside_queue();
  void settle_commands(std::uint32_t levels);

  // For no reason (software_pokes.cpp)
  void read_everything();
  void poke_read_only();
  void poke_storage();

  Machine &machine_;
  FeatureSet features_;
  Random random_;
  Statistics statistics_;
  bool queue_on_ = false;
  bool wide_ = false;       // 256-bit descriptors
  std::uint32_t tail_ = 0;  // slots
  std::uint32_t status_ = 0;
  std::uint64_t completion_events_ = 0;
  std::uint64_t completion_events_due_ = 0;
  std::uint64_t fault_events_ = 0;
  bool pending_seen_ = false;
  bool finishing_ = false;  // no more changes of tables
  bool bad_devices_ = false;
  unsigned time_outs_ = 0;  // that this machine may still have
  bool posting_faults_ = false;
};

}  // namespace dmar::bench

#endif  // DMAR_FUZZ_SOFTWARE_HPP
