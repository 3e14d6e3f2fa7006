// SPDX-License-Identifier: Apache-2.0
// How the invalidation queue fetches: lines of 64 bytes ahead of what is carried out, each
// descriptor once, never past the tail, and anew after whatever makes software look at them again.
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "bench/table_port_rules.hpp"
#include "tests/scenario/rtl_scenario.hpp"

namespace dmar {
namespace {

class QueueFetch : public RtlScenario {
 protected:
  static constexpr QueueDescriptor kBad{.lo = 0xE, .hi = 0};
  static constexpr std::uint64_t kStatusPage = 0x0700'5000;
  static constexpr std::uint64_t kRing = 4096;

  void enable(bool wide, unsigned size_code = 0, HostAddr base = Driver::kQueue) {
    wide_ = wide;
    driver().set_tail(0);
    driver().enable_queue(size_code, base, wide);
    reads_.clear();
    unit().observe_table_accesses([this](const bench::AxiAccess &access) {
      if (!access.write && access.address.id == bench::kQueueReadId) reads_.push_back(access);
    });
  }
  [[nodiscard]] unsigned widths() const { return config().abort_mode ? 2 : 1; }
  [[nodiscard]] unsigned slot_bytes() const { return wide_ ? 32 : 16; }
  // Whether the build keeps a whole line (QueueAhead in tb/bench/models.txt).
  [[nodiscard]] static bool fetches_lines() { return parameter("QueueAhead") != 0; }

  // A wait that writes `data` to word `data` of the status page.
  static QueueDescriptor status(std::uint32_t data) {
    return wait_descriptor({.status_write = true,
                            .status_address = HostAddr(kStatusPage + std::uint64_t{4} * data),
                            .status_data = data});
  }
  std::uint32_t status_word(std::uint32_t n) {
    return memory().read32(HostAddr(kStatusPage + std::uint64_t{4} * n));
  }
  void put(std::uint32_t at, QueueDescriptor descriptor) {
    memory().write64(driver().slot(at), descriptor.lo);
    memory().write64(driver().slot(at + 8), descriptor.hi);
  }
  void finish() {
    driver().ring_doorbell();
    driver().poll32(reg::kIqh, ~std::uint32_t{0}, driver().tail(), "the queue");
    unit().settle();
    EXPECT_EQ(driver().fault_status(), 0U);
  }
  void expect_stopped(QueueError cause, std::uint32_t at) {
    driver().poll32(reg::kFsts, fsts::kIqe, fsts::kIqe, "IQE");
    EXPECT_EQ(driver().read64(reg::kIqercd) & 0xF, static_cast<std::uint64_t>(cause));
    EXPECT_EQ(driver().read32(reg::kIqh), at);
    unit().settle();
  }
  // Ring offsets of all 16-byte beats read so far, in order.
  [[nodiscard]] std::vector<std::uint32_t> beats_read() const {
    std::vector<std::uint32_t> beats;
    for (const bench::AxiAccess &access : reads_) {
      for (unsigned n = 0; n <= access.address.len; ++n) {
        beats.push_back(static_cast<std::uint32_t>(bench::beat_address(access.address, n) -
                                                   Driver::kQueue.raw()));
      }
    }
    return beats;
  }

  std::vector<bench::AxiAccess> reads_;
  bool wide_ = false;
};

// Beats that come with pauses between them: an error of the first half is not forgotten.
TEST_P(QueueFetch, FetchErrorOfEitherHalfWithPauses) {
  make({.table_memory = {.stall_percent = 70}});
  for (unsigned wide = 0; wide < widths(); ++wide) {
    enable(wide != 0);
    for (std::uint32_t round = 1; round <= 16; ++round) {
      for (std::uint32_t half = 0; half < slot_bytes(); half += 16) {
        const std::uint32_t at = driver().tail();
        const HostAddr place = driver().slot(at + half);
        memory().inject_error(place, HostAddr(place.raw() + 15));
        driver().submit({status(round)});
        expect_stopped(QueueError::kFetch, at);
        EXPECT_EQ(status_word(round), 0U);
        memory().clear_errors();
        driver().write32(reg::kFsts, fsts::kIqe);
        finish();
        EXPECT_EQ(status_word(round), round);
        memory().write32(HostAddr(kStatusPage + std::uint64_t{4} * round), 0);
      }
    }
    driver().disable_queue();
  }
}

// Any number of descriptors from any place in a line: each beat once, and one burst a line.
TEST_P(QueueFetch, OneBurstForEachLine) {
  for (unsigned wide = 0; wide < widths(); ++wide) {
    enable(wide != 0);
    for (unsigned count = 1; count <= 21; ++count) {
      SCOPED_TRACE(fmt::format("{} descriptors, wide {}", count, wide));
      const std::uint32_t first = driver().tail();
      reads_.clear();
      for (unsigned n = 0; n < count; ++n) driver().push(wait_descriptor({}));
      finish();
      std::vector<std::uint32_t> expected;
      for (std::uint32_t at = 0; at < count * slot_bytes(); at += 16) {
        expected.push_back(static_cast<std::uint32_t>((first + at) % kRing));
      }
      EXPECT_EQ(beats_read(), expected);
      const std::uint32_t lines = (first + count * slot_bytes() - 1) / 64 - first / 64 + 1;
      if (fetches_lines()) {
        EXPECT_EQ(reads_.size(), lines);
      }
    }
    driver().disable_queue();
  }
}

// Around the ring several times, with every distance from the wrap to the tail in its line.
TEST_P(QueueFetch, TheRingTurnsInsideALine) {
  for (unsigned wide = 0; wide < widths(); ++wide) {
    enable(wide != 0);
    const unsigned slots = kRing / slot_bytes();
    std::uint32_t wanted = 0;
    for (unsigned round = 0; round < 6; ++round) {
      // All but one slot, so that head and tail stand in one line, the tail behind the head.
      reads_.clear();
      std::vector<std::uint32_t> statuses;
      for (unsigned n = 0; n + 1 < slots; ++n) {
        statuses.push_back(n % 3 == 0 ? ++wanted % 1024 : 0);
        driver().push(n % 3 == 0 ? status(wanted % 1024) : wait_descriptor({}));
      }
      finish();
      for (const std::uint32_t n : statuses) {
        if (n != 0) {
          EXPECT_EQ(status_word(n), n);
        }
      }
      EXPECT_EQ(beats_read().size(), (slots - 1) * slot_bytes() / 16);
    }
    driver().disable_queue();
  }
}

// The tail moves by one at every clock after the doorbell before: nothing at it or behind it is
// read.
TEST_P(QueueFetch, NeverPastTheTail) {
  for (unsigned wide = 0; wide < widths(); ++wide) {
    enable(wide != 0, 1);      // all of them have room
    std::uint64_t pushed = 0;  // beats, since the ring was empty
    std::uint64_t allowed = 0;
    std::uint64_t seen = 0;
    unit().observe_table_accesses([&](const bench::AxiAccess &access) {
      if (access.write || access.address.id != bench::kQueueReadId) return;
      EXPECT_EQ(access.address.address, Driver::kQueue.raw() + 16 * seen);
      seen += access.address.len + 1U;
      EXPECT_LE(seen, allowed) << "of " << pushed;
    });
    for (unsigned offset = 0; offset < 60; ++offset) {
      for (unsigned n = 0; n < 1 + offset % 5; ++n) {
        driver().push(offset % 2 == 0 ? iotlb_descriptor({}) : wait_descriptor({}));
        pushed += slot_bytes() / 16;
      }
      unit().start_write(reg::kIqt, 4, driver().tail());
      allowed = pushed;
      unit().step_until([this] { return !unit().register_busy(); }, "the doorbell");
      unit().step(offset);
      if (pushed - seen > kRing / 16 / 2) unit().settle();  // the ring must not run over
    }
    unit().settle();
    EXPECT_EQ(seen, pushed) << "a descriptor was read twice";
    unit().observe_table_accesses(nullptr);
    driver().disable_queue();
  }
}

// The neighbours of a bad descriptor were fetched with it. Software may change all that the head
// has not passed.
TEST_P(QueueFetch, FetchedAnewAfterAnError) {
  for (unsigned wide = 0; wide < widths(); ++wide) {
    enable(wide != 0);
    for (std::uint32_t place = 0; place < 4; ++place) {
      SCOPED_TRACE(fmt::format("place {}, wide {}", place, wide));
      const std::uint32_t first = driver().tail();
      const std::uint32_t bad = first + place * slot_bytes();
      for (std::uint32_t n = 1; n <= 8; ++n) memory().write32(HostAddr(kStatusPage + 4 * n), 0);
      for (std::uint32_t n = 0; n < 4; ++n) driver().push(n == place ? kBad : status(n + 1));
      driver().ring_doorbell();
      expect_stopped(QueueError::kInvalidType, bad);
      for (std::uint32_t n = place; n < 4; ++n) put(first + n * slot_bytes(), status(n + 5));
      driver().write32(reg::kFsts, fsts::kIqe);
      finish();
      for (std::uint32_t n = 0; n < 4; ++n) {
        EXPECT_EQ(status_word(n + 1), n < place ? n + 1 : 0) << n;
        EXPECT_EQ(status_word(n + 5), n < place ? 0 : n + 5) << n;
      }
    }
    driver().disable_queue();
  }
}

// Memory refuses one beat of a line: what is before it completes, the error counts when its turn
// comes, and only if it does.
TEST_P(QueueFetch, AnErrorInTheMiddleOfALine) {
  for (unsigned wide = 0; wide < widths(); ++wide) {
    enable(wide != 0);
    for (std::uint32_t beat = 0; beat < 4; ++beat) {
      SCOPED_TRACE(fmt::format("beat {}, wide {}", beat, wide));
      const std::uint32_t first = driver().tail();
      const std::uint32_t bad = (first + 16 * beat) / slot_bytes() * slot_bytes();
      const std::uint32_t before = (bad - first) / slot_bytes();
      for (std::uint32_t n = 1; n <= 4; ++n) memory().write32(HostAddr(kStatusPage + 4 * n), 0);
      for (std::uint32_t n = 0; n < 4; ++n) driver().push(status(n + 1));
      const HostAddr place = driver().slot(first + 16 * beat);
      memory().inject_error(place, HostAddr(place.raw() + 15));
      driver().ring_doorbell();
      expect_stopped(QueueError::kFetch, bad);
      for (std::uint32_t n = 0; n < 4; ++n) EXPECT_EQ(status_word(n + 1), n < before ? n + 1 : 0);
      memory().clear_errors();
      driver().write32(reg::kFsts, fsts::kIqe);
      finish();
      for (std::uint32_t n = 0; n < 4; ++n) EXPECT_EQ(status_word(n + 1), n + 1);
    }
    driver().disable_queue();
  }
}

// A bad descriptor first, an unreadable one behind it in the same line: the first one counts.
TEST_P(QueueFetch, AnErrorThatIsNotReached) {
  enable(false);
  driver().push(kBad);
  driver().push(wait_descriptor({}));
  memory().inject_error(driver().slot(16), HostAddr(driver().slot(16).raw() + 15));
  driver().ring_doorbell();
  expect_stopped(QueueError::kInvalidType, 0);
  memory().clear_errors();
  put(0, wait_descriptor({}));
  driver().write32(reg::kFsts, fsts::kIqe);
  finish();
}

// Off while a line is on its way and on again, at every clock: the ring is read from its start.
TEST_P(QueueFetch, NothingIsKeptWhileItIsOff) {
  for (unsigned offset = 0; offset < 60; ++offset) {
    SCOPED_TRACE(offset);
    enable(false);
    for (std::uint32_t n = 0; n < 6; ++n) driver().push(status(n + 1));
    driver().ring_doorbell();
    unit().step(offset);
    driver().disable_queue();
    for (std::uint32_t n = 0; n < 16; ++n) {
      memory().write32(HostAddr(kStatusPage + std::uint64_t{4} * (n + 1)), 0);
    }
    enable(false);
    for (std::uint32_t n = 0; n < 6; ++n) driver().push(status(n + 9));
    finish();
    for (std::uint32_t n = 0; n < 6; ++n) {
      EXPECT_EQ(status_word(n + 1), 0U);
      EXPECT_EQ(status_word(n + 9), n + 9);
    }
    driver().disable_queue();
  }
}

// IQA moves the ring while its first line is on its way, which software must not do: the queue
// carries out what stands in the ring that IQA names.
TEST_P(QueueFetch, TheRingMovesDuringAFetch) {
  constexpr HostAddr kOther{0x0710'0000};
  enable(false, 0, kOther);
  for (std::uint32_t n = 0; n < 4; ++n) driver().push(status(n + 11));
  driver().disable_queue();
  enable(false);
  for (std::uint32_t n = 0; n < 4; ++n) driver().push(status(n + 1));
  unit().hold_table_answers([](const bench::AddressBeat &burst, bool write) {
    return !write && burst.id == bench::kQueueReadId;
  });
  driver().ring_doorbell();
  unit().step(50);
  driver().write64(reg::kIqa, kOther.raw());
  release();
  driver().poll32(reg::kIqh, ~std::uint32_t{0}, driver().tail(), "the queue");
  unit().settle();
  for (std::uint32_t n = 0; n < 4; ++n) EXPECT_EQ(status_word(n + 11), n + 11) << n;
}

// Commands and invalidations in turn, at every distance: nobody is left out.
TEST_P(QueueFetch, CommandsInBetween) {
  start_with_page();
  enable(false);
  for (unsigned offset = 0; offset < 40; ++offset) {
    for (std::uint32_t n = 0; n < 12; ++n) {
      driver().push(n % 4 == 3 ? status(n) : iotlb_descriptor({}));
    }
    driver().ring_doorbell();
    unit().step(offset);
    driver().write32(reg::kGcmd, gcmd::kTe | gcmd::kQie | gcmd::kSrtp);
    driver().poll32(reg::kGsts, gsts::kRtps, gsts::kRtps, "set root pointer");
    finish();
    EXPECT_EQ(driver().read32(reg::kGsts) & gsts::kQies, gsts::kQies);
  }
}

// Page-selective invalidations of a domain whose device goes on with hits: what one more of them
// costs.
TEST_P(QueueFetch, EightClocksForEachPage) {
  if (!fetches_lines() || !config().page_selective) GTEST_SKIP() << "not built for it";
  const bench::MemoryTiming timing{.min_latency = 20, .max_latency = 20};
  make({.dma_memory = timing, .table_memory = timing});
  start_with_page();
  unit().access(read_of(kIova));
  enable(false);
  std::vector<bench::RtlIommu::Handle> open;
  std::uint64_t hits = 0;
  const auto clocks_for = [&](unsigned pages) {
    for (unsigned n = 0; n < pages; ++n) {
      driver().push(iotlb_descriptor({.granularity = granularity::kDeviceOrPage,
                                      .domain = 1,
                                      .address = Iova(kIova.raw() + (n + 1) * kPage)}));
    }
    const std::uint32_t ticket = driver().push_wait();
    unit().start_write(reg::kIqt, 4, driver().tail());
    const std::uint64_t start = unit().cycle();
    while (!driver().wait_completed(ticket) && unit().cycle() - start < 100'000) {
      while (open.size() < 2 * slots()) open.push_back(unit().submit(read_of(kIova)));
      unit().step();
      hits += std::erase_if(open, [&](auto handle) { return unit().poll(handle).has_value(); });
    }
    return unit().cycle() - start;
  };
  const std::uint64_t few = clocks_for(16);
  const std::uint64_t many = clocks_for(16 + 128);
  EXPECT_LE(many - few, 128U * 8) << "few " << few << ", many " << many;
  EXPECT_GT(hits, 64U);
  for (const auto handle : open) unit().wait(handle);
}

DMAR_RTL_SCENARIO(QueueFetch);

// Operands of the registers while the queue is or was on: what is lost makes the command coarser,
// never narrower.
class LostOperands : public RtlScenario {
 protected:
  [[nodiscard]] unsigned done_by(std::uint64_t command) {
    driver().write64(reg::kIotlb, command);
    const std::uint32_t done =
        driver().poll32(reg::kIotlb + 4, static_cast<std::uint32_t>(iotlb::kIvt >> 32), 0, "IOTLB");
    return (done >> (iotlb::kIaigShift - 32)) & 3;
  }
  static constexpr std::uint64_t kPageCommand =
      iotlb::kIvt | (std::uint64_t{granularity::kDeviceOrPage} << iotlb::kIirgShift) |
      (std::uint64_t{1} << iotlb::kDidShift);
};

TEST_P(LostOperands, TheQueueWasOnInBetween) {
  Domain domain = start_with_page();
  EXPECT_THAT(unit().access(read_of(kIova)), Reaches(kData));
  driver().write64(reg::kIva, kIova.raw());
  EXPECT_EQ(done_by(kPageCommand), granularity::kDeviceOrPage);
  EXPECT_EQ(done_by(kPageCommand), granularity::kDeviceOrPage) << "IVA stays";
  driver().write64(reg::kIva, kIova.raw());
  driver().enable_queue();
  driver().push(iotlb_descriptor({.granularity = granularity::kDeviceOrPage, .domain = 9}));
  driver().wait_for_queue();
  driver().disable_queue();
  EXPECT_THAT(unit().access(read_of(kIova)), Reaches(kData));
  domain.unmap(kIova);
  domain.map(kIova, HostAddr(kMoreData));
  driver().write32(reg::kIva, static_cast<std::uint32_t>(kIova.raw()));
  EXPECT_EQ(done_by(kPageCommand), granularity::kDomain) << "half of IVA is not known";
  EXPECT_THAT(unit().access(read_of(kIova)), Reaches(kMoreData));
  driver().write64(reg::kIva, kIova.raw());
  EXPECT_EQ(done_by(kPageCommand), granularity::kDeviceOrPage);
}

TEST_P(LostOperands, WrittenWhileTheQueueIsOn) {
  Domain domain = start_with_page();
  EXPECT_THAT(unit().access(read_of(kIova)), Reaches(kData));
  driver().enable_queue();
  driver().write64(reg::kIva, kIova.raw());
  driver().write32(reg::kCcmd, std::uint32_t{kDevice.raw()} << ccmd::kSidShift | 1);
  driver().wait_for_queue();
  driver().disable_queue();
  domain.unmap(kIova);
  domain.map(kIova, HostAddr(kMoreData));
  EXPECT_EQ(done_by(kPageCommand), granularity::kDomain);
  EXPECT_THAT(unit().access(read_of(kIova)), Reaches(kMoreData));
  driver().write32(reg::kCcmd + 4, static_cast<std::uint32_t>(ccmd::kIcc >> 32) |
                                       (granularity::kDeviceOrPage << (ccmd::kCirgShift - 32)));
  const std::uint32_t done =
      driver().poll32(reg::kCcmd + 4, static_cast<std::uint32_t>(ccmd::kIcc >> 32), 0, "CCMD");
  EXPECT_EQ((done >> (ccmd::kCaigShift - 32)) & 3, granularity::kDomain);
}

DMAR_RTL_SCENARIO_WITH(
    LostOperands,
    +[](const Config &config) { return config.version_major < 6 && config.page_selective; });

}  // namespace
}  // namespace dmar
