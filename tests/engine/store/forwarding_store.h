// A store that hands every call on to another one, for tests that change one of them.
#ifndef MUSTER_TESTS_ENGINE_STORE_FORWARDING_STORE_H_
#define MUSTER_TESTS_ENGINE_STORE_FORWARDING_STORE_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "muster/store.h"
#include "store/memory/memory_store.h"

namespace muster {

class ForwardingStore : public Store {
 public:
  explicit ForwardingStore(std::shared_ptr<Store> store = store::NewMemoryStore())
      : store_(std::move(store)) {}

  absl::StatusOr<std::unique_ptr<ReadTransaction>> BeginRead() override {
    return store_->BeginRead();
  }
  absl::StatusOr<std::unique_ptr<WriteTransaction>> BeginWrite() override {
    return store_->BeginWrite();
  }
  absl::StatusOr<std::unique_ptr<WriteTransaction>> TryBeginWrite() override {
    return store_->TryBeginWrite();
  }
  uint64_t LatestCommit() const noexcept override { return store_->LatestCommit(); }
  std::string Fingerprint() const override { return store_->Fingerprint(); }
  std::optional<uint64_t> HighWaterVersion(uint64_t incarnation) const noexcept override {
    return store_->HighWaterVersion(incarnation);
  }
  void RaiseHighWaterVersion(uint64_t incarnation, uint64_t version) noexcept override {
    store_->RaiseHighWaterVersion(incarnation, version);
  }
  absl::StatusOr<bool> TryTakeRole(Role role) override { return store_->TryTakeRole(role); }
  void GiveUpRole(Role role) override { store_->GiveUpRole(role); }
  bool RoleTakenByOthers(Role role) const override { return store_->RoleTakenByOthers(role); }
  absl::Status MakeRoom() override { return store_->MakeRoom(); }
  absl::Status Recover() override { return store_->Recover(); }
  uint32_t CommitBell() const noexcept override { return store_->CommitBell(); }
  void RingCommitBell() noexcept override { store_->RingCommitBell(); }
  void WaitForCommitBell(uint32_t seen,
                         std::chrono::steady_clock::time_point deadline) override {
    store_->WaitForCommitBell(seen, deadline);
  }
  absl::Status Probe() override { return store_->Probe(); }
  absl::Status Close() override { return store_->Close(); }

 private:
  const std::shared_ptr<Store> store_;
};

}  // namespace muster

#endif  // MUSTER_TESTS_ENGINE_STORE_FORWARDING_STORE_H_
