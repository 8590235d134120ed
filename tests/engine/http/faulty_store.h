// A real store whose reads and probes can be made to fail.
#ifndef MUSTER_TESTS_ENGINE_HTTP_FAULTY_STORE_H_
#define MUSTER_TESTS_ENGINE_HTTP_FAULTY_STORE_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "muster/store.h"
#include "store/memory/memory_store.h"

namespace muster {

// What goes wrong; outlives the store.
struct Faults {
  absl::Status read;
  absl::Status probe;
  int calls = 0;  // of the two that can fail
};

class FaultyStore : public Store {
 public:
  explicit FaultyStore(Faults* faults) : faults_(*faults) {}

  absl::StatusOr<std::unique_ptr<ReadTransaction>> BeginRead() override {
    ++faults_.calls;
    if (!faults_.read.ok()) return faults_.read;
    return store_->BeginRead();
  }
  absl::Status Probe() override {
    ++faults_.calls;
    if (!faults_.probe.ok()) return faults_.probe;
    return store_->Probe();
  }
  absl::StatusOr<std::unique_ptr<WriteTransaction>> BeginWrite() override {
    return store_->BeginWrite();
  }
  uint64_t LatestCommit() const noexcept override { return store_->LatestCommit(); }
  std::string Fingerprint() const override { return store_->Fingerprint(); }
  std::optional<uint64_t> HighWaterVersion(uint64_t incarnation) const noexcept override {
    return store_->HighWaterVersion(incarnation);
  }
  void RaiseHighWaterVersion(uint64_t incarnation, uint64_t version) noexcept override {
    store_->RaiseHighWaterVersion(incarnation, version);
  }
  absl::Status Close() override { return store_->Close(); }

 private:
  Faults& faults_;
  const std::unique_ptr<Store> store_ = store::NewMemoryStore();
};

}  // namespace muster

#endif  // MUSTER_TESTS_ENGINE_HTTP_FAULTY_STORE_H_
