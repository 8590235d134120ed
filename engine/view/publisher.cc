#include "view/publisher.h"

#include <algorithm>
#include <array>
#include <mutex>
#include <vector>

namespace muster::view {
namespace {

// Everything here lives as long as the process: a snapshot may be let go of
// when static objects are already being destroyed.
struct Domain {
  std::atomic<Slot*> all{nullptr};  // grows at the front, never shrinks

  std::mutex retired_mutex;
  std::vector<const View*> retired;
};

Domain& TheDomain() {
  static Domain* const domain = new Domain;
  return *domain;
}

// The slots that a thread has at hand. Trivially destructible, so that it can
// be used for as long as the thread runs any code at all.
struct SlotCache {
  static constexpr size_t kMost = 8;
  std::array<Slot*, kMost> slots;
  size_t count;
  bool thread_ends;
};
thread_local SlotCache t_cache{};

void Disown(Slot* slot) { slot->owned.store(false, std::memory_order_release); }

// Gives the cached slots to whoever needs one, when the thread ends.
struct CacheReturner {
  ~CacheReturner() {
    while (t_cache.count > 0) Disown(t_cache.slots[--t_cache.count]);
    t_cache.thread_ends = true;
  }
};

// Arms the returner for this thread; its construction is what makes it run.
void ReturnCacheAtThreadEnd() {
  thread_local CacheReturner returner;
  static_cast<void>(&returner);
}

Slot* NewSlot(Domain& domain) {
  Slot* slot = new Slot;
  slot->next = domain.all.load(std::memory_order_relaxed);
  while (!domain.all.compare_exchange_weak(slot->next, slot)) {
  }
  return slot;
}

Slot* AcquireSlotSlowly() {
  Domain& domain = TheDomain();
  for (Slot* slot = domain.all.load(std::memory_order_acquire); slot != nullptr;
       slot = slot->next) {
    bool owned = slot->owned.load(std::memory_order_relaxed);
    if (!owned && slot->owned.compare_exchange_strong(owned, true)) return slot;
  }
  return NewSlot(domain);
}

Slot* AcquireSlot() {
  SlotCache& cache = t_cache;
  return cache.count > 0 ? cache.slots[--cache.count] : AcquireSlotSlowly();
}

// Frees the retired views that stand in no slot.
void Reclaim(Domain& domain) {
  std::vector<const View*> free;
  {
    std::lock_guard<std::mutex> lock(domain.retired_mutex);
    std::vector<const View*> held;
    for (Slot* slot = domain.all.load(std::memory_order_seq_cst); slot != nullptr;
         slot = slot->next) {
      const View* view = slot->held.load(std::memory_order_seq_cst);
      if (view != nullptr) held.push_back(view);
    }
    std::sort(held.begin(), held.end());
    const auto is_held = [&](const View* view) {
      return std::binary_search(held.begin(), held.end(), view);
    };
    const auto first_free =
        std::partition(domain.retired.begin(), domain.retired.end(), is_held);
    free.assign(first_free, domain.retired.end());
    domain.retired.erase(first_free, domain.retired.end());
  }
  for (const View* view : free) delete view;
}

void Retire(Domain& domain, const View* view) {
  {
    std::lock_guard<std::mutex> lock(domain.retired_mutex);
    domain.retired.push_back(view);
  }
  Reclaim(domain);
}

}  // namespace

void ReleaseSlot(Slot* slot) noexcept {
  const View* view = slot->held.load(std::memory_order_relaxed);
  const bool orphaned = view->orphaned.load(std::memory_order_relaxed);
  // Release: what was read through the snapshot was read before this.
  slot->held.store(nullptr, std::memory_order_release);
  if (SlotCache& cache = t_cache; cache.count < SlotCache::kMost && !cache.thread_ends) {
    if (cache.count == 0) ReturnCacheAtThreadEnd();
    cache.slots[cache.count++] = slot;
  } else {
    Disown(slot);
  }
  if (orphaned) Reclaim(TheDomain());
}

Publisher::Publisher(std::unique_ptr<const View> first) : current_(first.release()) {}

Publisher::~Publisher() {
  Domain& domain = TheDomain();
  {
    std::lock_guard<std::mutex> lock(domain.retired_mutex);
    domain.retired.push_back(current_.load(std::memory_order_relaxed));
    // No publication of this catalog's will come to free these. Those of other
    // catalogs among them lose nothing by it.
    for (const View* view : domain.retired) {
      view->orphaned.store(true, std::memory_order_seq_cst);
    }
  }
  Reclaim(domain);
}

Publisher::Held Publisher::Take() const noexcept {
  Slot* slot = AcquireSlot();
  const View* view = current_.load(std::memory_order_acquire);
  for (;;) {
    slot->held.store(view, std::memory_order_seq_cst);
    const View* newest = current_.load(std::memory_order_seq_cst);
    if (newest == view) return {view, slot};
    view = newest;
  }
}

void Publisher::Publish(std::unique_ptr<const View> next) {
  const View* old = current_.exchange(next.release(), std::memory_order_seq_cst);
  Retire(TheDomain(), old);
}

size_t RetiredViewCount() {
  Domain& domain = TheDomain();
  std::lock_guard<std::mutex> lock(domain.retired_mutex);
  return domain.retired.size();
}

}  // namespace muster::view
