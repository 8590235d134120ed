#include "view/publisher.h"

#include <pthread.h>

#include <algorithm>
#include <array>
#include <vector>

namespace muster::view {
namespace {

struct Retired {
  const View* view;
  Retired* next;
};

// Trivially destructible, so that it is there for as long as any code runs.
struct Domain {
  std::atomic<Slot*> slots{nullptr};  // grows at the front, never shrinks

  // On lines of their own: what writers disturb.
  alignas(64) std::atomic<Retired*> retired{nullptr};
  std::atomic<size_t> retired_count{0};
  std::atomic<bool> asked{false};  // for a look through the slots …
  std::atomic<bool> busy{false};   // … which somebody is at
  std::atomic<PublishHook> hook{nullptr};
};
constinit Domain g_domain;

void Reach(PublishStep step) {
  if (PublishHook hook = g_domain.hook.load(std::memory_order_relaxed)) hook(step);
}

// The slots that a thread has at hand: trivial, so that it can be used for as
// long as the thread runs any code at all. `room` is 0 before the thread has
// dropped its first snapshot and again once it ends, which leaves one comparison
// for the usual case.
struct SlotCache {
  static constexpr uint32_t kMost = 8;
  std::array<Slot*, kMost> slots;
  uint32_t count;
  uint32_t room;
  bool thread_ends;
};
constinit thread_local SlotCache t_cache{};

void Disown(Slot* slot) { slot->owned.store(false, std::memory_order_release); }

// Gives the cached slots to whoever needs one, when the thread ends.
struct CacheReturner {
  ~CacheReturner() {
    SlotCache& cache = t_cache;
    while (cache.count > 0) Disown(cache.slots[--cache.count]);
    cache.room = 0;
    cache.thread_ends = true;
  }
};

// The cache is full, or was not used before, or not any more.
void ReturnSlotSlowly(SlotCache& cache, Slot* slot) {
  if (cache.room == 0 && !cache.thread_ends) {
    thread_local CacheReturner returner;  // runs at the thread's end from now on
    static_cast<void>(&returner);
    cache.room = SlotCache::kMost;
    cache.slots[cache.count++] = slot;
    return;
  }
  Disown(slot);
}

Slot* NewSlot() {
  Slot* slot = new Slot;
  slot->next = g_domain.slots.load(std::memory_order_relaxed);
  while (!g_domain.slots.compare_exchange_weak(slot->next, slot)) {
  }
  return slot;
}

Slot* AcquireSlotSlowly() {
  for (Slot* slot = g_domain.slots.load(std::memory_order_acquire); slot != nullptr;
       slot = slot->next) {
    bool owned = slot->owned.load(std::memory_order_relaxed);
    if (!owned && slot->owned.compare_exchange_strong(owned, true)) return slot;
  }
  return NewSlot();
}

// The views that stand in slots, in ascending order. Some may be freed already:
// they are addresses, no more.
std::vector<uintptr_t> HeldViews() {
  std::vector<uintptr_t> held;
  for (Slot* slot = g_domain.slots.load(std::memory_order_seq_cst); slot != nullptr;
       slot = slot->next) {
    const uintptr_t view = slot->held.load(std::memory_order_seq_cst);
    if (view != 0) held.push_back(view & ~Slot::kOrphanMark);
  }
  std::sort(held.begin(), held.end());
  return held;
}

void Push(Retired* node, std::atomic<Retired*>* list) {
  node->next = list->load(std::memory_order_relaxed);
  while (!list->compare_exchange_weak(node->next, node)) {
  }
}

// Takes those retired views off the list that stand in no slot. One thread at a
// time, so that no node is freed which another still looks at.
Retired* TakeUnheld() {
  // First the list, then the slots: a view is looked for only after it was retired.
  Retired* node = g_domain.retired.exchange(nullptr);
  Reach(PublishStep::kScanning);
  const std::vector<uintptr_t> held = HeldViews();
  Retired* free = nullptr;
  while (node != nullptr) {
    Retired* const next = node->next;
    if (std::binary_search(held.begin(), held.end(), reinterpret_cast<uintptr_t>(node->view))) {
      Push(node, &g_domain.retired);
    } else {
      node->next = free;
      free = node;
    }
    node = next;
  }
  Reach(PublishStep::kScanned);
  return free;
}

void Free(Retired* node) {
  while (node != nullptr) {
    Retired* const next = node->next;
    delete node->view;
    delete node;
    g_domain.retired_count.fetch_sub(1);
    node = next;
  }
}

// Frees the retired views that stand in no slot, or leaves that to whoever is at
// it already: he asks himself again after he has left.
void Reclaim() {
  g_domain.asked.store(true);
  while (g_domain.asked.load() && !g_domain.busy.exchange(true)) {
    g_domain.asked.exchange(false);
    Retired* const free = TakeUnheld();
    g_domain.busy.store(false);
    Reach(PublishStep::kUnlinked);
    Free(free);
  }
}

void Retire(const View* view) {
  g_domain.retired_count.fetch_add(1);
  Push(new Retired{view, nullptr}, &g_domain.retired);
}

// Rule 11. Runs in the child, which has one thread.
void ForgetAtFork() {
  g_domain.retired.store(nullptr);
  g_domain.retired_count.store(0);
  g_domain.asked.store(false);
  g_domain.busy.store(false);
}

}  // namespace

void ReleaseSlot(Slot* slot) noexcept {
  // Release: what was read through the snapshot was read before this.
  const uintptr_t view = slot->held.exchange(0, std::memory_order_acq_rel);
  SlotCache& cache = t_cache;
  if (cache.count < cache.room) {
    cache.slots[cache.count++] = slot;
  } else {
    ReturnSlotSlowly(cache, slot);
  }
  if ((view & Slot::kOrphanMark) != 0) Reclaim();
}

Publisher::Publisher(std::unique_ptr<const View> first) : current_(first.release()) {
  static const int registered = pthread_atfork(nullptr, nullptr, ForgetAtFork);
  static_cast<void>(registered);
}

Publisher::~Publisher() {
  Retire(current_.load(std::memory_order_relaxed));
  // No publication of this catalog's will come to free what is held. Snapshots of
  // other catalogs that are marked with the rest lose nothing by it.
  for (Slot* slot = g_domain.slots.load(std::memory_order_seq_cst); slot != nullptr;
       slot = slot->next) {
    uintptr_t view = slot->held.load(std::memory_order_seq_cst);
    if (view != 0) slot->held.compare_exchange_strong(view, view | Slot::kOrphanMark);
  }
  Reclaim();
}

Publisher::Held Publisher::Take() const noexcept {
  SlotCache& cache = t_cache;
  Slot* const slot = cache.count > 0 ? cache.slots[--cache.count] : AcquireSlotSlowly();
  return {Protect(slot, [this] { return current_.load(std::memory_order_seq_cst); }), slot};
}

void Publisher::Publish(std::unique_ptr<const View> next) {
  Reach(PublishStep::kBegun);
  const View* old = current_.exchange(next.release(), std::memory_order_seq_cst);
  Reach(PublishStep::kExchanged);
  Retire(old);
  Reach(PublishStep::kRetired);
  Reclaim();
  Reach(PublishStep::kFreed);
}

void SetPublishHook(PublishHook hook) { g_domain.hook.store(hook); }

size_t SlotCount() {
  size_t count = 0;
  for (const Slot* slot = g_domain.slots.load(); slot != nullptr; slot = slot->next) ++count;
  return count;
}

size_t RetiredViewCount() { return g_domain.retired_count.load(); }

}  // namespace muster::view
