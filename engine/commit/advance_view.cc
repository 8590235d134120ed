#include "commit/advance_view.h"

#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "commit/changed_identities.h"
#include "commit/load_view.h"
#include "store/change_log.h"
#include "store/records.h"
#include "view/view_edit.h"

namespace muster::commit {
namespace {

// Each costs a look-up, a rendering and a copied run of rows: a few microseconds.
constexpr uint64_t kFewEntries = 256;
// Other rootfses may mean other hosts; so many can be looked through at once.
constexpr uint64_t kFewHosts = 4096;

bool IsPublic(List list) { return static_cast<int>(list) < view::kPublicListCount; }

bool LogReachesBack(const store::Meta& have, const store::Meta& want) {
  return have.id == want.id && have.incarnation == want.incarnation &&
         have.version >= want.log.floor && have.version <= want.version;
}

uint64_t EntriesBetween(const store::Meta& have, const store::Meta& want) {
  return want.log.appended - have.log.appended;
}

// Reading lists in order is faster than looking up much of what is in them.
bool LogIsShorter(const store::Meta& have, const store::Meta& want) {
  uint64_t records = 0;
  for (int i = 0; i < view::kPublicListCount; ++i) records += want.lists[i].count;
  return EntriesBetween(have, want) <= kFewEntries + records / 4;
}

// The records that changed after a version, each once.
class ChangedRecords {
 public:
  absl::Status Read(ReadTransaction& txn, uint64_t after) {
    return store::ScanChangeLog(txn, after, [this](const store::LogEntry& entry) {
      ++entry_count_;
      identities_.Add(entry.list, entry.key);
      if (IsPublic(entry.list)) {
        std::string record(1, static_cast<char>(entry.list));
        records_.insert(record.append(entry.key));
      }
      return absl::OkStatus();
    });
  }

  uint64_t entry_count() const { return entry_count_; }
  const ChangedIdentities& identities() const { return identities_; }

  // Brings them into the edit, as they stand in the transaction.
  absl::Status Apply(ReadTransaction& txn, view::ViewEdit* edit) const {
    for (const std::string& which : records_) {
      const List list = static_cast<List>(which[0]);
      const std::string_view key = std::string_view(which).substr(1);
      auto record = store::GetRecord(txn, list, key);
      if (!record.ok()) return record.status();
      absl::Status status;
      if (record->has_value()) {
        status = edit->Put(list, key, **record);
      } else {
        edit->Delete(list, key);
      }
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

 private:
  uint64_t entry_count_ = 0;
  ChangedIdentities identities_;
  absl::flat_hash_set<std::string> records_;  // the list's number, the key
};

// Whether the view has as many entries as the meta record counts.
bool Agrees(const view::View& view, const store::Meta& meta) {
  return view.shapes->row_count() == meta.list(List::kShapes).count &&
         view.rootfs->entries().size() == meta.list(List::kRootfs).count &&
         view.hosts->row_count() == meta.list(List::kHosts).count;
}

// Null where the log does not lead there.
absl::StatusOr<std::unique_ptr<view::View>> FollowLog(ReadTransaction& txn,
                                                      const store::Meta& meta,
                                                      const view::View& base,
                                                      const store::Meta& base_meta,
                                                      identity::UserCache* users) {
  ChangedRecords changed;
  absl::Status status = changed.Read(txn, base_meta.version);
  if (!status.ok()) return status;
  // Also where the rest fails: a revoked key must not pass because of it.
  changed.identities().Forget(txn.commit_id(), users);
  std::unique_ptr<view::View> none;
  if (changed.entry_count() != EntriesBetween(base_meta, meta)) return none;
  view::ViewEdit edit(base);
  status = changed.Apply(txn, &edit);
  if (!status.ok()) return status;
  absl::StatusOr<std::unique_ptr<view::View>> view = edit.Finish();
  if (!view.ok()) return view;
  if (!Agrees(**view, meta)) return none;
  SetVersions(meta, view->get());
  return view;
}

}  // namespace

bool IsSameVersion(const store::Meta& a, const store::Meta& b) {
  return a.id == b.id && a.incarnation == b.incarnation && a.version == b.version;
}

bool IsFar(const store::Meta& have, const store::Meta& want) {
  if (IsSameVersion(have, want)) return false;
  if (!LogReachesBack(have, want)) return true;
  const bool other_rootfses =
      have.list(List::kRootfs).digest != want.list(List::kRootfs).digest;
  return EntriesBetween(have, want) > kFewEntries ||
         (other_rootfses && have.list(List::kHosts).count > kFewHosts);
}

absl::StatusOr<std::unique_ptr<view::View>> AdvanceView(
    ReadTransaction& txn, const store::Meta& meta, const view::View& base,
    const store::Meta& base_meta, Means means, identity::UserCache* users) {
  if (LogReachesBack(base_meta, meta) &&
      (means == Means::kLog || LogIsShorter(base_meta, meta))) {
    auto view = FollowLog(txn, meta, base, base_meta, users);
    if (view.ok() && *view != nullptr) return view;
    // A log that is damaged is no reason to fail: the lists tell it all.
  }
  if (means == Means::kLog) return std::unique_ptr<view::View>();
  auto view = LoadView(txn, meta, &base, &base_meta);
  if (view.ok() && users != nullptr) users->InvalidateAll(txn.commit_id());
  return view;
}

}  // namespace muster::commit
