// Publisher: hands the newest view to readers without a lock, and frees a view
// once nobody can be reading it.
//
// How it works (hazard pointers):
//  1. A reader owns a slot. It writes the view it is about to use into the slot
//     and then looks whether that is still the newest one; if not, it tries
//     again. A slot's line is written by its one owner only.
//  2. The publisher first makes the new view the newest one, then looks through
//     all slots, and frees those retired views that stand in none.
//  Both steps are sequentially consistent, so that of a reader and a publisher
//  who meet, one sees the other: either the reader sees that its view is no
//  longer the newest, or the publisher sees the reader's slot.
//  3. The slot belongs to the snapshot, not to the thread: it goes with the
//     snapshot to other threads, and a thread without snapshots pins nothing.
//
// Slots are kept in a small cache by each thread; one that finds its cache empty
// looks for a slot that nobody owns, and makes one where there is none. Nobody
// waits for anybody. Slots are never freed: there are about as many as there ever
// were snapshots at one time.
#ifndef MUSTER_VIEW_PUBLISHER_H_
#define MUSTER_VIEW_PUBLISHER_H_

#include <atomic>
#include <memory>

#include "view/view.h"

namespace muster::view {

// Where a reader says which view it uses. A line of its own.
struct alignas(64) Slot {
  std::atomic<const View*> held{nullptr};
  std::atomic<bool> owned{true};  // by a snapshot or by a thread's cache
  Slot* next = nullptr;           // of all slots there are; set once
};

// Gives a slot back, whose view is then not used any more. Any thread.
void ReleaseSlot(Slot* slot) noexcept;

class Publisher {
 public:
  explicit Publisher(std::unique_ptr<const View> first);
  // Views that snapshots still hold are freed after the last of them lets go.
  ~Publisher();
  Publisher(const Publisher&) = delete;
  Publisher& operator=(const Publisher&) = delete;

  struct Held {
    const View* view;
    Slot* slot;
  };

  // The newest view, kept until ReleaseSlot(). Any thread. Takes memory only
  // where the thread has no slot in its cache.
  Held Take() const noexcept;

  // For the one thread that publishes: the newest view, which it may use until
  // it publishes the next.
  const View& current() const { return *current_.load(std::memory_order_relaxed); }

  // Makes `next` the newest view and frees those that nobody uses any more. A
  // Take() that happens after it gives `next` or a later one. One thread at a
  // time.
  void Publish(std::unique_ptr<const View> next);

 private:
  std::atomic<const View*> current_;
};

// How many views are neither the newest of a catalog nor freed yet. For tests.
size_t RetiredViewCount();

}  // namespace muster::view

#endif  // MUSTER_VIEW_PUBLISHER_H_
