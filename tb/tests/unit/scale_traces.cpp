// SPDX-License-Identifier: Apache-2.0
// Hit rates of the recorded drivers.
#include <gmock/gmock.h>

#include "scale/trace_caches.hpp"
#include "trace/parser.hpp"

namespace dmar::scale {
namespace {

TraceHits replay(const char *name, const SliceShape &shape = {}) {
  const trace::Trace trace = trace::load_trace(std::string(DMAR_TRACE_DIR "/") + name);
  return replay_caches(trace, shape);
}

// Counts are those of sim/traces/README.md, but for what was blocked.
TEST(TraceCaches, CountRequestsAndInvalidations) {
  const TraceHits strict = replay("linux612-blk-strict.trace.gz");
  EXPECT_GE(strict.invalidations, 3'702U);
  EXPECT_LE(strict.hits, strict.requests);
  EXPECT_GE(strict.requests - strict.hits, strict.never_before);
}

TEST(TraceCaches, InvalidationsAtEachUnmapCostHits) {
  EXPECT_GT(replay("linux61-blk-lazy.trace.gz").hit_rate(),
            replay("linux61-blk-strict-ir.trace.gz").hit_rate());
}

TEST(TraceCaches, SmallerCachesHitLess) {
  const char *name = "linux61-blk-lazy.trace.gz";
  EXPECT_LT(replay(name, {.sets = 1, .ways = 1}).hits, replay(name).hits);
}

}  // namespace
}  // namespace dmar::scale
