// Views are handed out without a lock and freed when nobody uses them.
#include "view/publisher.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

namespace muster::view {
namespace {

std::unique_ptr<View> OfVersion(uint64_t version) {
  auto view = std::make_unique<View>();
  view->version = version;
  return view;
}

TEST(Publisher, HandsOutTheNewestView) {
  Publisher publisher(OfVersion(1));
  publisher.Publish(OfVersion(2));
  const auto held = publisher.Take();
  EXPECT_EQ(held.view->version, 2u);
  ReleaseSlot(held.slot);
}

TEST(Publisher, KeepsAViewThatIsHeld) {
  Publisher publisher(OfVersion(1));
  const auto held = publisher.Take();
  publisher.Publish(OfVersion(2));
  publisher.Publish(OfVersion(3));
  EXPECT_EQ(held.view->version, 1u);
  EXPECT_EQ(RetiredViewCount(), 1u);
  ReleaseSlot(held.slot);
}

TEST(Publisher, FreesAViewWithTheNextPublicationAfterItWasLetGo) {
  Publisher publisher(OfVersion(1));
  const auto held = publisher.Take();
  publisher.Publish(OfVersion(2));
  ReleaseSlot(held.slot);
  publisher.Publish(OfVersion(3));
  EXPECT_EQ(RetiredViewCount(), 0u);
}

TEST(Publisher, AViewOutlivesItsPublisherWhileItIsHeld) {
  std::optional<Publisher> publisher(std::in_place, OfVersion(7));
  const auto held = publisher->Take();
  publisher.reset();
  EXPECT_EQ(held.view->version, 7u);
  ReleaseSlot(held.slot);
  EXPECT_EQ(RetiredViewCount(), 0u) << "freed by whoever let go of it last";
}

TEST(Publisher, ASlotMayBeGivenBackByAnotherThread) {
  Publisher publisher(OfVersion(1));
  const auto held = publisher.Take();
  std::thread([&] {
    EXPECT_EQ(held.view->version, 1u);
    ReleaseSlot(held.slot);
  }).join();
  publisher.Publish(OfVersion(2));
  EXPECT_EQ(RetiredViewCount(), 0u);
}

TEST(Publisher, NeverHandsOutAViewThatWasReplacedBeforeItsSlotWasWritten) {
  Publisher publisher(OfVersion(1));
  Slot* const slot = publisher.Take().slot;
  uint64_t version = 1;
  const View* const view = Protect(slot, [&] {
    const View* const newest = &publisher.current();
    // Three publications come between a load and what follows it.
    if (version < 4) publisher.Publish(OfVersion(++version));
    return newest;
  });
  ASSERT_EQ(view, &publisher.current());
  publisher.Publish(OfVersion(5));
  EXPECT_EQ(view->version, 4u);
  EXPECT_EQ(&slot->view(), view);
  ReleaseSlot(slot);
}

TEST(Publisher, AThreadThatHoldsNothingPinsNothing) {
  Publisher publisher(OfVersion(1));
  std::atomic<int> taken{0};
  std::atomic<bool> end{false};
  std::vector<std::thread> idle;
  for (int i = 0; i < 16; ++i) {
    idle.emplace_back([&] {
      ReleaseSlot(publisher.Take().slot);
      ++taken;
      while (!end) std::this_thread::yield();
    });
    while (taken != i + 1) std::this_thread::yield();
    publisher.Publish(OfVersion(static_cast<uint64_t>(i) + 2));
  }
  EXPECT_EQ(RetiredViewCount(), 0u);
  end = true;
  for (std::thread& thread : idle) thread.join();
}

TEST(Publisher, ThreadsThatEndLeaveTheirSlotsToOthers) {
  Publisher publisher(OfVersion(1));
  const auto take_many = [&publisher] {
    std::vector<Slot*> slots;
    for (int i = 0; i < 20; ++i) slots.push_back(publisher.Take().slot);
    for (Slot* slot : slots) ReleaseSlot(slot);
  };
  std::thread(take_many).join();
  const size_t count = SlotCount();
  for (int i = 0; i < 50; ++i) std::thread(take_many).join();
  EXPECT_EQ(SlotCount(), count);
}

// Readers and a publisher at full speed: a freed view would be noticed by its
// parts not agreeing, and by the sanitizers.
TEST(Publisher, ReadersSeeWholeViewsThatOnlyGoForward) {
  Publisher publisher(OfVersion(1));
  std::atomic<bool> end{false};
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      uint64_t last = 0;
      while (!end) {
        const auto held = publisher.Take();
        const uint64_t version = held.view->version;
        EXPECT_GE(version, last);
        EXPECT_EQ(held.view->list_versions[0], version == 1 ? 0 : version);
        last = version;
        ReleaseSlot(held.slot);
      }
    });
  }
  for (uint64_t version = 2; version < 20000; ++version) {
    auto view = OfVersion(version);
    view->list_versions[0] = version;
    publisher.Publish(std::move(view));
  }
  end = true;
  for (std::thread& reader : readers) reader.join();
  publisher.Publish(OfVersion(20000));
  EXPECT_EQ(RetiredViewCount(), 0u);
}

}  // namespace
}  // namespace muster::view
