// SPDX-License-Identifier: Apache-2.0
// The posted descriptors of a random machine, and a processor that takes the interrupts out of them
// at any moment: no vector may be lost, and no notification. Descriptors may be spoilt for a while.
#ifndef DMAR_FUZZ_POSTED_WORLD_HPP
#define DMAR_FUZZ_POSTED_WORLD_HPP

#include <array>
#include <cstdint>
#include <span>

#include "bench/dma_tracker.hpp"
#include "bench/random.hpp"
#include "dmar/types.hpp"
#include "memory/memory.hpp"
#include "scoreboard/legal_answers.hpp"
#include "tables/posted_descriptor.hpp"

namespace dmar::bench {

class PostedWorld {
 public:
  PostedWorld(Memory &memory, std::uint64_t seed);

  // An entry of the interrupt table in posted format, without its source.
  [[nodiscard]] PostedEntry random_entry();
  // A processor takes all that is pending in one of them, ON with it.
  void take();

  // Makes one of them impossible to post to: a reserved bit, or memory that answers with errors.
  void spoil();
  // Ends what spoil() has done, but for the errors of memory.
  void repair();

  // An interrupt was posted, or came to a fault; `postings` are the legal ones to where it went.
  // Mismatch when memory says otherwise, and when there was only one way and the vector is not
  // there.
  void note_posted(std::span<const Answer> postings, const Outcome &outcome);
  // True when `message` is the notification of a descriptor.
  bool note_message(const Message &message);
  // Nothing is under way any more. Mismatch when anything is lost or was never asked for.
  void check() const;
  [[nodiscard]] std::uint64_t notifications() const { return notifications_; }

 private:
  static constexpr std::size_t kCount = 6;
  struct Descriptor {
    std::uint64_t control = 0;      // as software wrote it, ON clear
    std::uint64_t taken_at = 0;     // cycle
    std::uint64_t outstanding = 0;  // times that ON was found set
    std::uint64_t notified = 0;
    unsigned spoilt = 0;  // word with a reserved bit; 0: none
    std::uint64_t flaw = 0;
    std::array<std::uint64_t, 4> may_be_pending{};  // vectors that may have been posted
  };

  [[nodiscard]] static HostAddr address(std::size_t n);
  void note_vector(Descriptor &descriptor, const PostedDescriptor &memory, const Answer &posting,
                   bool check);
  [[nodiscard]] bool was_reserved(HostAddr descriptor, std::uint64_t cycle) const;
  [[nodiscard]] PostedDescriptor at(std::size_t n) const { return {memory_, address(n)}; }

  Memory &memory_;
  Random random_;
  std::array<Descriptor, kCount> descriptors_{};
  std::uint64_t notifications_ = 0;
};

}  // namespace dmar::bench

#endif  // DMAR_FUZZ_POSTED_WORLD_HPP
