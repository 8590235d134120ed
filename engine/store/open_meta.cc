#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/meta.h"
#include "store/random.h"

namespace muster::store {
namespace {

// Where the meta record is lost but others are there, the store must not pass
// for a new one.
absl::Status CheckNoRecords(ReadTransaction& transaction) {
  bool found = false;
  for (int table = 0; table < kTableCount && !found; ++table) {
    absl::Status status = transaction.Scan(static_cast<Table>(table), {},
                                           [&](std::string_view, std::string_view) {
                                             found = true;
                                             return false;
                                           });
    if (!status.ok()) return status;
  }
  if (!found) return absl::OkStatus();
  return absl::DataLossError(
      "the store has records but no meta record: restore the store from a backup");
}

// Whether versions could come to mean something else than they did.
//
// The mark is raised after a commit, so that within a write transaction it can
// be above the version only if versions were lost. In a read transaction it can
// also be above because somebody committed meanwhile: therefore it is decided
// twice.
//
// Where nothing is known of the incarnation, it may have been any version.
//
// A relaxed writer that lives is ahead of what it has written, and does this itself
// if need be.
bool NeedsIncarnation(const Store& store, const Meta& meta) {
  if (store.RoleTakenByOthers(Role::kOnlyWriter)) return false;
  const std::optional<uint64_t> mark = store.HighWaterVersion(meta.incarnation);
  return meta.fingerprint != store.Fingerprint() || !mark || meta.version < *mark;
}

bool NeedsWriting(const Store& store, const Meta& meta) {
  return meta.format != kStoreFormat || NeedsIncarnation(store, meta);
}

// What stands there, if it can be used as it is.
absl::StatusOr<std::optional<Meta>> ReadUsable(Store& store) {
  absl::StatusOr<std::unique_ptr<ReadTransaction>> transaction = store.BeginRead();
  if (!transaction.ok()) return transaction.status();
  absl::StatusOr<std::optional<Meta>> meta = ReadMeta(**transaction);
  if (meta.ok() && meta->has_value() && NeedsWriting(store, **meta)) meta->reset();
  return meta;
}

// Formats before the third wrote their log in another form.
absl::Status ClearChangeLog(WriteTransaction& transaction) {
  std::vector<std::string> keys;
  absl::Status status =
      transaction.Scan(Table::kChangeLog, {}, [&](std::string_view key, std::string_view) {
        keys.emplace_back(key);
        return true;
      });
  for (const std::string& key : keys) {
    if (status.ok()) status = transaction.Delete(Table::kChangeLog, key);
  }
  return status;
}

absl::StatusOr<Meta> WriteUsable(Store& store) {
  absl::StatusOr<std::unique_ptr<WriteTransaction>> transaction = store.BeginWrite();
  if (!transaction.ok()) return transaction.status();
  absl::StatusOr<std::optional<Meta>> found = ReadMeta(**transaction);
  if (!found.ok()) return found.status();
  // Another process may have done it while this one waited.
  if (found->has_value() && !NeedsWriting(store, **found)) return **std::move(found);

  absl::Status status = InitRandom();
  if (!status.ok()) return status;
  Meta meta;
  if (found->has_value()) {
    meta = **std::move(found);
  } else {
    status = CheckNoRecords(**transaction);
    if (!status.ok()) return status;
    RandomBytes(meta.id.data(), meta.id.size());
    RandomBytes(meta.secret.data(), meta.secret.size());
  }
  if (meta.format < 3) status = ClearChangeLog(**transaction);
  if (!status.ok()) return status;
  meta.format = kStoreFormat;
  meta.incarnation = RandomNonZero();
  meta.fingerprint = store.Fingerprint();
  // Known before it is there: nobody may find it and take it for forgotten.
  store.RaiseHighWaterVersion(meta.incarnation, meta.version);
  status = WriteMeta(**transaction, meta);
  if (status.ok()) status = (*transaction)->Commit();
  if (!status.ok()) return status;
  return meta;
}

}  // namespace

absl::StatusOr<Meta> OpenMeta(Store& store) {
  absl::StatusOr<std::optional<Meta>> usable = ReadUsable(store);
  if (!usable.ok()) return usable.status();
  absl::StatusOr<Meta> meta =
      usable->has_value() ? absl::StatusOr<Meta>(**std::move(usable)) : WriteUsable(store);
  if (meta.ok()) store.RaiseHighWaterVersion(meta->incarnation, meta->version);
  return meta;
}

}  // namespace muster::store
