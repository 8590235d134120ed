#include "muster/store.h"

#include <algorithm>
#include <thread>

namespace muster {
namespace {

constexpr std::chrono::milliseconds kBellLookInterval{5};

}  // namespace

// Out of line, so that each class has one vtable, in the library.
ReadTransaction::~ReadTransaction() = default;
Store::~Store() = default;

absl::StatusOr<std::unique_ptr<WriteTransaction>> Store::TryBeginWrite() {
  return BeginWrite();
}

absl::StatusOr<bool> Store::TryTakeRole(Role) { return true; }
void Store::GiveUpRole(Role) {}
bool Store::RoleTakenByOthers(Role) const { return false; }

absl::Status Store::MakeRoom() {
  return absl::ResourceExhaustedError("the store is full and cannot grow: delete something");
}

absl::Status Store::Recover() { return absl::OkStatus(); }

absl::StatusOr<StoreUsage> Store::Usage() {
  return absl::UnimplementedError("the store does not know how much room it takes");
}

absl::Status Store::Backup(int) {
  return absl::UnimplementedError("the store is no file: export the catalog instead");
}

// Both parts only grow, so the sum is another one whenever either is.
uint32_t Store::CommitBell() const noexcept {
  return rung_.load(std::memory_order_acquire) + static_cast<uint32_t>(LatestCommit());
}

void Store::RingCommitBell() noexcept { rung_.fetch_add(1, std::memory_order_release); }

void Store::WaitForCommitBell(uint32_t seen, std::chrono::steady_clock::time_point deadline) {
  for (;;) {
    const auto now = std::chrono::steady_clock::now();
    if (CommitBell() != seen || now >= deadline) return;
    std::this_thread::sleep_until(std::min(deadline, now + kBellLookInterval));
  }
}

}  // namespace muster
