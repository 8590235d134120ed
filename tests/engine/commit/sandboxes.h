// A catalog that counts sandboxes, and what its tests do with it.
#ifndef MUSTER_TESTS_ENGINE_COMMIT_SANDBOXES_H_
#define MUSTER_TESTS_ENGINE_COMMIT_SANDBOXES_H_

#include <memory>
#include <string>
#include <utility>

#include "engine/commit/fixture.h"
#include "engine/commit/shared_store.h"
#include "model/record.h"
#include "store/memory/memory_store.h"
#include "store/meta.h"
#include "store/records.h"

namespace muster {

inline SandboxEvent Event(std::string sandbox, std::string user, SandboxStatus status,
                          int64_t sequence) {
  return {std::move(sandbox), std::move(user), status, sequence};
}

class SandboxTest : public CatalogTest {
 protected:
  SandboxTest() { Reopen(); }

  // The catalog anew over the same store, as another process would see it.
  void Reopen() {
    catalog_.reset();
    catalog_ = *Catalog::Open(std::make_unique<SharedStore>(store_, &watch_));
  }

  absl::Status Record(const SandboxEvent& event) {
    return Apply([&](WriteBatch& batch) { batch.RecordSandbox(event); });
  }
  // Of usr_1, where nothing else is said.
  void Take(std::string sandbox, SandboxStatus status, int64_t sequence,
            std::string user = "usr_1") {
    const absl::Status status_of =
        Record(Event(std::move(sandbox), std::move(user), status, sequence));
    ASSERT_TRUE(status_of.ok()) << status_of;
  }

  UserStats Stats(std::string_view user = "usr_1") { return *catalog_->GetUserStats(user); }
  bool IsThere(std::string_view user) { return catalog_->FindUser(user)->has_value(); }
  Sandbox Find(std::string_view id) { return **catalog_->FindSandbox(id); }

  // Writes a user's record as no batch would, behind the catalog's back.
  void Falsify(std::string_view user_id, const model::UserFields& user) {
    catalog_.reset();
    auto txn = *store_->BeginWrite();
    store::Meta meta = *store::RequireMeta(*txn);
    ++meta.version;
    std::string record;
    model::EncodeUser(user, &record);
    ASSERT_TRUE(store::RecordWriter(txn.get(), &meta).Put(List::kUsers, user_id, record).ok());
    ASSERT_TRUE(store::WriteMeta(*txn, meta).ok());
    ASSERT_TRUE(txn->Commit().ok());
    txn.reset();
    Reopen();
  }

  Watch watch_;
  const std::shared_ptr<Store> store_ = store::NewMemoryStore();
};

inline std::ostream& operator<<(std::ostream& out, const UserStats& stats) {
  return out << stats.running << " running, " << stats.paused << " paused, " << stats.other
             << " other, " << stats.total << " in total";
}

}  // namespace muster

#endif  // MUSTER_TESTS_ENGINE_COMMIT_SANDBOXES_H_
