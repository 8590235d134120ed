// The look-ups of users and API keys: from memory where they are remembered,
// otherwise from the store.
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "catalog/catalog_impl.h"
#include "identity/api_key.h"
#include "identity/user_cache.h"
#include "model/record.h"
#include "model/rules.h"
#include "store/records.h"

namespace muster {
namespace {

using Answer = identity::UserCache::Answer;

// The same words, and the same work, for a key that never was and one that was
// revoked.
absl::Status UnknownApiKey() { return absl::NotFoundError("unknown API key"); }

absl::Status KeyWithoutUser() {
  return absl::DataLossError(
      "an API key names a user that is not there: restore the store from a backup");
}

// The user's counts, or nothing where there is no such user.
absl::StatusOr<std::optional<UserStats>> ReadStats(ReadTransaction& txn,
                                                   std::string_view user_id) {
  auto record = store::GetRecord(txn, List::kUsers, user_id);
  if (!record.ok()) return record.status();
  if (!record->has_value()) return std::optional<UserStats>();
  absl::StatusOr<UserStats> stats = model::DecodeUser(**record);
  if (!stats.ok()) return stats.status();
  return std::optional<UserStats>(*stats);
}

// Both records are of one commit, and the cache is told which.
absl::StatusOr<User> ReadUserByKey(ReadTransaction& txn, const identity::KeyHash& hash,
                                   identity::UserCache* users) {
  auto record = store::GetRecord(txn, List::kApiKeys, identity::Bytes(hash));
  if (!record.ok()) return record.status();
  if (!record->has_value()) {
    users->PutAbsentKey(txn.commit_id(), hash);
    return UnknownApiKey();
  }
  absl::StatusOr<ApiKeyInfo> info = model::DecodeApiKey(**record);
  if (!info.ok()) return info.status();
  absl::StatusOr<std::optional<UserStats>> stats = ReadStats(txn, info->user_id);
  if (!stats.ok()) return stats.status();
  if (!stats->has_value()) return KeyWithoutUser();
  users->PutKey(txn.commit_id(), hash, info->user_id, **stats);
  User user;
  user.id = std::move(info->user_id);
  user.stats = **stats;
  return user;
}

}  // namespace

absl::StatusOr<std::optional<UserStats>> Catalog::Impl::FindStats(std::string_view user_id) {
  if (absl::Status status = CheckOpen(); !status.ok()) return status;
  std::optional<UserStats> stats;
  if (!model::IsName(user_id)) return stats;
  committer->TryCatchUp();
  switch (users.FindById(user_id, &stats.emplace())) {
    case Answer::kFound:
      return stats;
    case Answer::kAbsent:
      return std::optional<UserStats>();
    case Answer::kUnknown:
      break;
  }
  auto txn = Read();
  if (!txn.ok()) return txn.status();
  absl::StatusOr<std::optional<UserStats>> read = ReadStats(**txn, user_id);
  if (!read.ok()) return read;
  if (read->has_value()) {
    users.PutUser((*txn)->commit_id(), user_id, **read);
  } else {
    users.PutAbsentUser((*txn)->commit_id(), user_id);
  }
  return read;
}

absl::StatusOr<std::optional<User>> Catalog::FindUser(std::string_view user_id) const {
  absl::StatusOr<std::optional<UserStats>> stats = impl_->FindStats(user_id);
  if (!stats.ok()) return stats.status();
  std::optional<User> user;
  if (stats->has_value()) {
    user.emplace();
    user->id = std::string(user_id);
    user->stats = **stats;
  }
  return user;
}

absl::StatusOr<uint64_t> Catalog::UserVersion(std::string_view user_id) const {
  auto txn = impl_->Read();
  if (!txn.ok()) return txn.status();
  if (!model::IsName(user_id)) return uint64_t{0};
  auto record = store::GetRecord(**txn, List::kUsers, user_id);
  if (!record.ok()) return record.status();
  return record->has_value() ? model::StampOf(**record) : 0;
}

absl::StatusOr<UserStats> Catalog::GetUserStats(std::string_view user_id) const {
  absl::StatusOr<std::optional<UserStats>> stats = impl_->FindStats(user_id);
  if (!stats.ok()) return stats.status();
  return stats->value_or(UserStats{});
}

absl::StatusOr<User> Catalog::FindUserByApiKey(std::string_view api_key) const {
  if (absl::Status status = impl_->CheckOpen(); !status.ok()) return status;
  const identity::KeyHash hash = identity::HashApiKey(impl_->committer->secret(), api_key);
  impl_->committer->TryCatchUp();
  absl::StatusOr<User> user = User();
  switch (impl_->users.FindByKey(hash, &*user)) {
    case Answer::kFound:
      return user;
    case Answer::kAbsent:
      return UnknownApiKey();
    case Answer::kUnknown:
      break;
  }
  auto txn = impl_->Read();
  if (!txn.ok()) return txn.status();
  return ReadUserByKey(**txn, hash, &impl_->users);
}

}  // namespace muster
