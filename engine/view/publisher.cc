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

  std::mutex spare_mutex;
  std::vector<Slot*> spare;  // in no thread's cache

  std::mutex retired_mutex;
  std::vector<const View*> retired;
  // Whether views wait for snapshots of catalogs that publish no more.
  std::atomic<bool> orphans{false};
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

// Gives the cached slots to the process when the thread ends.
struct CacheReturner {
  ~CacheReturner() {
    Domain& domain = TheDomain();
    std::lock_guard<std::mutex> lock(domain.spare_mutex);
    domain.spare.insert(domain.spare.end(), t_cache.slots.begin(),
                        t_cache.slots.begin() + t_cache.count);
    t_cache.count = 0;
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
  while (!domain.all.compare_exchange_weak(slot->next, slot, std::memory_order_release,
                                           std::memory_order_relaxed)) {
  }
  return slot;
}

Slot* AcquireSlotSlowly() {
  Domain& domain = TheDomain();
  {
    std::lock_guard<std::mutex> lock(domain.spare_mutex);
    if (!domain.spare.empty()) {
      Slot* slot = domain.spare.back();
      domain.spare.pop_back();
      return slot;
    }
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
    if (domain.retired.empty()) domain.orphans.store(false, std::memory_order_relaxed);
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
  // Release: what was read through the snapshot was read before this.
  slot->held.store(nullptr, std::memory_order_release);
  Domain& domain = TheDomain();
  if (SlotCache& cache = t_cache; cache.count < SlotCache::kMost && !cache.thread_ends) {
    if (cache.count == 0) ReturnCacheAtThreadEnd();
    cache.slots[cache.count++] = slot;
  } else {
    std::lock_guard<std::mutex> lock(domain.spare_mutex);
    domain.spare.push_back(slot);
  }
  if (domain.orphans.load(std::memory_order_relaxed)) Reclaim(domain);
}

Publisher::Publisher(std::unique_ptr<const View> first) : current_(first.release()) {}

Publisher::~Publisher() {
  Domain& domain = TheDomain();
  domain.orphans.store(true, std::memory_order_seq_cst);
  Retire(domain, current_.load(std::memory_order_relaxed));
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
