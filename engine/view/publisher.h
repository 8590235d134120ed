// Publisher: hands the newest view to readers without a lock, and frees a view
// once nobody can be reading it. Hazard pointers, one per snapshot.
//
// Words: a *slot* is where a snapshot says which view it uses; a view is
// *retired* once another has taken its place, *orphaned* once its publisher is
// gone.
//
// Rules
//  1. A slot is owned by one snapshot, or by one thread's cache, or by nobody.
//     Only its owner writes which view it holds (rule 7 adds a mark to that).
//     It has a cache line to itself, so that readers share no line they write.
//  2. A reader stores the newest view's address in its slot and then loads the
//     newest again. Only if that is the same address may it use the view; else
//     it goes on with the newer one. Before that it looks at the address, never
//     at what is there.
//  3. A publisher exchanges the newest view, retires the old one, and only then
//     looks through all slots. It frees the retired views that stand in none.
//  4. The store and the second load of rule 2, the exchange and the loads of
//     rule 3 are sequentially consistent. So of a reader and a publisher who
//     meet one sees the other: were the reader's second load to come before the
//     exchange, and the publisher's look at the slot before the reader's store,
//     then the four would stand in a circle. Release and acquire alone would let
//     both miss.
//  5. The address of a freed view may come back as that of a newer one, between
//     the two loads of rule 2. The reader then finds the same address and goes
//     on, rightly: what it uses is what is the newest now, which its slot has
//     protected since before the second load. (The second load that gives the
//     newer view's address also sees the newer view's bytes, since it acquires
//     what the exchange released. And if it still gives the freed view's, it
//     came before the exchange that retired it: rule 4, it is not freed.)
//  6. A slot is cleared with release, and a publisher's look at it acquires: what
//     was read through a snapshot was read before the view is freed, whichever
//     thread drops the snapshot. Handing the snapshot to that thread is the
//     user's synchronisation, as for any object.
//  7. A publisher that ends marks every slot that is in use, and whoever clears a
//     marked one looks for views to free. The mark is set by compare-exchange
//     and cleared by exchange of the same word, so that none is missed; one that
//     came for nothing costs a look. No Take() may run beside the end, but
//     snapshots may be read, moved and dropped.
//  8. One thread at a time looks through the slots. Who comes while another is at
//     it leaves word, and the other looks once more: nobody waits for anybody,
//     so a thread that is suspended anywhere here stops no reader, no drop and
//     no publication. It only keeps memory from being freed for so long.
//  9. Slots are never freed, and neither is anything else that outlives a
//     publisher: a snapshot may be dropped while static objects are being
//     destroyed. There are about as many slots as there were snapshots and
//     threads at one time.
// 10. A thread that ends gives its cached slots to whoever needs one. What it
//     drops after that (from the destructor of a thread_local) goes there too.
// 11. A forked child has slots whose owners it does not have: what these hold is
//     never freed there. Whoever was looking through the slots at the fork is
//     not in the child either, which therefore starts with nobody at it and with
//     no retired views.
//
// What it costs: taking and dropping write to the reader's own slot and its
// thread's cache, nothing else. Taking ends after one round unless a publication
// fell between its two loads; every further round needs a publication more. A
// thread whose cache is empty walks the slots for one that nobody owns, and takes
// memory where there is none.
#ifndef MUSTER_VIEW_PUBLISHER_H_
#define MUSTER_VIEW_PUBLISHER_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "view/view.h"

namespace muster::view {

struct alignas(64) Slot {
  static constexpr uintptr_t kOrphanMark = 1;  // in the address of a view

  // The view that is used; what Take() returned it for. Its owner's threads.
  const View& view() const {
    return *reinterpret_cast<const View*>(held.load(std::memory_order_relaxed) & ~kOrphanMark);
  }

  std::atomic<uintptr_t> held{0};  // a view's address, maybe marked; 0: none
  std::atomic<bool> owned{true};   // by a snapshot or by a thread's cache
  Slot* next = nullptr;            // of all slots there are; set once
};

// Rule 2: makes the slot hold the newest view, of those that `load_newest()` gives,
// and returns it. Apart from Take() so that a test can publish between the loads.
template <typename LoadNewest>
const View* Protect(Slot* slot, const LoadNewest& load_newest) {
  const View* view = load_newest();
  for (;;) {
    slot->held.store(reinterpret_cast<uintptr_t>(view), std::memory_order_seq_cst);
    const View* const newest = load_newest();
    if (newest == view) return view;
    view = newest;
  }
}

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

// --- For tests ---

// Where a publication may be stopped.
enum class PublishStep {
  kBegun,      // the new view is made, the old one is the newest
  kExchanged,  // the new view is the newest
  kRetired,    // the old one waits to be freed
  kScanning,   // the slots are about to be looked through
  kScanned,    // it is known which views are free; none is freed
  kUnlinked,   // they are freed next, others may look through the slots
  kFreed,
};
inline constexpr int kPublishStepCount = 7;

// Called by whoever publishes, at each step; null for nothing. What it uses must
// live on until nobody publishes.
using PublishHook = void (*)(PublishStep step);
void SetPublishHook(PublishHook hook);

// How many views are neither the newest of a catalog nor freed yet.
size_t RetiredViewCount();

// How many slots there are.
size_t SlotCount();

}  // namespace muster::view

#endif  // MUSTER_VIEW_PUBLISHER_H_
