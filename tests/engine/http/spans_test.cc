// Spans: a text in a few runs, few of them inside, many on the heap.
#include "muster/spans.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <new>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace muster {
namespace {

constexpr char kBytes[] = "abcdefghijklmnopqrstuvwxyz";

// `count` spans of one byte each.
Spans Of(size_t count) {
  Spans spans;
  for (size_t i = 0; i < count; ++i) spans.Append(std::string_view(kBytes + i % 26, 1));
  return spans;
}

std::string TextOf(size_t count) {
  std::string text;
  for (size_t i = 0; i < count; ++i) text.push_back(kBytes[i % 26]);
  return text;
}

// Around the bound between inside and the heap.
const std::vector<size_t> kCounts = {0,
                                     1,
                                     Spans::kInline - 1,
                                     Spans::kInline,
                                     Spans::kInline + 1,
                                     3 * Spans::kInline,
                                     501,
                                     502,
                                     503,
                                     1300};

void ExpectHolds(const Spans& spans, size_t count) {
  EXPECT_EQ(spans.size(), count);
  EXPECT_EQ(spans.byte_count(), count);
  EXPECT_EQ(spans.empty(), count == 0);
  EXPECT_EQ(static_cast<size_t>(spans.end() - spans.begin()), count);
  EXPECT_EQ(spans.ToString(), TextOf(count));
}

TEST(Spans, HoldWhatWasAppended) {
  for (size_t count : kCounts) ExpectHolds(Of(count), count);
}

TEST(Spans, LeaveOutEmptyRuns) {
  Spans spans;
  spans.Append("");
  spans.Append(std::string_view());
  EXPECT_TRUE(spans.empty());
}

TEST(Spans, AreWholeAfterAMove) {
  for (size_t count : kCounts) {
    Spans from = Of(count);
    const Spans to(std::move(from));
    ExpectHolds(to, count);
  }
}

TEST(Spans, AreEmptyAndOfUseAfterTheyHaveMovedAway) {
  for (size_t count : kCounts) {
    for (size_t next : kCounts) {
      Spans from = Of(count);
      const Spans to(std::move(from));
      ExpectHolds(from, 0);
      for (std::string_view bytes : Of(next)) from.Append(bytes);
      ExpectHolds(from, next);
      ExpectHolds(to, count);
    }
  }
}

TEST(Spans, TakeOverByAssignment) {
  for (size_t count : kCounts) {
    for (size_t before : kCounts) {
      Spans from = Of(count);
      Spans moved_to = Of(before);
      Spans copied_to = Of(before);
      copied_to = from;
      moved_to = std::move(from);
      ExpectHolds(moved_to, count);
      ExpectHolds(copied_to, count);
      ExpectHolds(from, 0);
    }
  }
}

TEST(Spans, AreWholeAfterBeingAssignedToThemselves) {
  for (size_t count : kCounts) {
    Spans spans = Of(count);
    Spans& same = spans;
    spans = std::move(same);
    ExpectHolds(spans, count);
    spans = same;
    ExpectHolds(spans, count);
  }
}

TEST(Spans, ACopyIsOnItsOwn) {
  for (size_t count : kCounts) {
    Spans from = Of(count);
    const Spans copy(from);
    from.Append("more");
    ExpectHolds(copy, count);
  }
}

TEST(Spans, MayBeClearedAndFilledAgain) {
  for (size_t count : kCounts) {
    for (size_t next : kCounts) {
      Spans spans = Of(count);
      spans.Clear();
      ExpectHolds(spans, 0);
      for (std::string_view bytes : Of(next)) spans.Append(bytes);
      ExpectHolds(spans, next);
    }
  }
}

TEST(Spans, TakeOtherBytesInTheirPlace) {
  for (size_t count : kCounts) {
    Spans spans = Of(count);
    for (size_t i = 0; i < count; ++i) spans.Replace(i, "-");
    EXPECT_EQ(spans.ToString(), std::string(count, '-'));
  }
}

TEST(Spans, MayBeDroppedByAnotherThread) {
  for (int i = 0; i < 3; ++i) {
    std::vector<Spans> all;
    for (size_t count : kCounts) all.push_back(Of(count));
    std::thread([&] {
      for (size_t j = 0; j < all.size(); ++j) ExpectHolds(all[j], kCounts[j]);
      all.clear();
      ExpectHolds(Of(400), 400);
    }).join();
  }
}

TEST(Spans, MayLiveAsLongAsTheirThread) {
  std::thread([] {
    thread_local Spans kept;
    kept = Of(100);
    ExpectHolds(Of(200), 200);
  }).join();
}

// It reads nothing: bytes that cannot be read do no harm.
TEST(Spans, ArePrefetchedWithoutBeingRead) {
  Spans spans;
  spans.Prefetch();
  spans.Append({reinterpret_cast<const char*>(uintptr_t{64}), size_t{1} << 20});
  spans.Prefetch();
  EXPECT_EQ(spans.byte_count(), size_t{1} << 20);
}

// What was in the memory before must not show.
TEST(Spans, StartEmptyInMemoryThatWasUsed) {
  alignas(Spans) std::array<unsigned char, sizeof(Spans)> memory;
  memory.fill(0xee);
  Spans* const spans = new (memory.data()) Spans;
  ExpectHolds(*spans, 0);
  for (std::string_view bytes : Of(30)) spans->Append(bytes);
  ExpectHolds(*spans, 30);
  spans->~Spans();
}

}  // namespace
}  // namespace muster
