#include "commit/key_ring.h"

#include <algorithm>
#include <optional>
#include <tuple>

#include "absl/container/flat_hash_set.h"
#include "model/record.h"
#include "model/text.h"

namespace muster::commit {
namespace {

using model::Concat;

constexpr std::string_view kEndOfUser("\0", 1);  // cannot stand in a user's id

std::string IndexKey(std::string_view user_id, std::string_view hash) {
  return Concat(user_id, kEndOfUser, hash);
}

absl::Status IndexIsWrong() {
  return absl::DataLossError(
      "the index of users' API keys names one that is not there: restore the store from a "
      "backup");
}

}  // namespace

absl::StatusOr<std::vector<std::string>> KeyHashesOf(ReadTransaction& txn,
                                                     std::string_view user_id) {
  const std::string prefix = IndexKey(user_id, {});
  std::vector<std::string> hashes;
  absl::Status status =
      store::ScanTable(txn, Table::kUserApiKeys, prefix,
                       [&](std::string_view key, std::string_view) -> absl::Status {
                         hashes.emplace_back(key.substr(prefix.size()));
                         return absl::OkStatus();
                       });
  if (!status.ok()) return status;
  return hashes;
}

absl::StatusOr<std::vector<ApiKeyInfo>> ListKeys(ReadTransaction& txn,
                                                 std::string_view user_id) {
  std::vector<ApiKeyInfo> keys;
  const auto take = [&](std::string_view hash, std::string_view record) -> absl::Status {
    absl::StatusOr<ApiKeyInfo> info = model::DecodeApiKey(record);
    if (!info.ok()) return info.status();
    info->id = identity::ApiKeyId(hash);
    keys.push_back(*std::move(info));
    return absl::OkStatus();
  };
  absl::Status status;
  if (user_id.empty()) {
    status = store::ScanTable(txn, Table::kApiKeys, {}, take);
  } else {
    absl::StatusOr<std::vector<std::string>> hashes = KeyHashesOf(txn, user_id);
    if (!hashes.ok()) return hashes.status();
    for (const std::string& hash : *hashes) {
      auto record = store::GetRecord(txn, List::kApiKeys, hash);
      if (!record.ok()) return record.status();
      if (!record->has_value()) return IndexIsWrong();
      status = take(hash, **record);
      if (!status.ok()) break;
    }
  }
  if (!status.ok()) return status;
  std::sort(keys.begin(), keys.end(), [](const ApiKeyInfo& a, const ApiKeyInfo& b) {
    return std::tie(a.user_id, a.created_unix_ms, a.id) <
           std::tie(b.user_id, b.created_unix_ms, b.id);
  });
  return keys;
}

absl::Status KeyRing::Add(std::string_view user_id, std::string_view api_key,
                          std::string_view label, int64_t created_unix_ms,
                          std::string_view place) {
  const identity::KeyHash digest = identity::HashApiKey(secret_, api_key);
  const std::string_view hash = identity::Bytes(digest);
  auto existing = store::GetRecord(txn_, List::kApiKeys, hash);
  if (!existing.ok()) return existing.status();
  if (existing->has_value()) {
    absl::StatusOr<ApiKeyInfo> info = model::DecodeApiKey(**existing);
    if (!info.ok()) return info.status();
    if (info->user_id == user_id) return absl::OkStatus();
    return absl::FailedPreconditionError(Concat(place, ": the key belongs to another user"));
  }
  ApiKeyInfo info;
  info.user_id = std::string(user_id);
  info.label = std::string(label);
  info.hint = identity::Hint(api_key);
  info.created_unix_ms = created_unix_ms;
  std::string record;
  model::EncodeApiKey(info, &record);
  absl::StatusOr<bool> put = writer_->Put(List::kApiKeys, hash, record);
  if (!put.ok()) return put.status();
  changed_ = true;
  return writer_->PutUncounted(Table::kUserApiKeys, IndexKey(user_id, hash)).status();
}

absl::Status KeyRing::RemoveAllBut(std::string_view user_id,
                                   const std::vector<std::string_view>& api_keys) {
  absl::flat_hash_set<std::string> wanted;
  for (std::string_view key : api_keys) {
    wanted.emplace(identity::Bytes(identity::HashApiKey(secret_, key)));
  }
  absl::StatusOr<std::vector<std::string>> present = KeyHashesOf(txn_, user_id);
  if (!present.ok()) return present.status();
  for (const std::string& hash : *present) {
    if (wanted.contains(hash)) continue;
    if (absl::Status status = Remove(user_id, hash); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status KeyRing::SetAll(std::string_view user_id,
                             const std::vector<std::string_view>& api_keys,
                             int64_t created_unix_ms, std::string_view place) {
  absl::Status status = RemoveAllBut(user_id, api_keys);
  for (size_t i = 0; i < api_keys.size() && status.ok(); ++i) {
    status =
        Add(user_id, api_keys[i], {}, created_unix_ms, Concat(place, "/", std::to_string(i)));
  }
  return status;
}

absl::Status KeyRing::RevokeById(std::string_view id) {
  const std::optional<std::string> prefix = identity::HashPrefixOfId(id);
  std::string hash, user_id;
  absl::Status status =
      store::ScanTable(txn_, Table::kApiKeys, *prefix,
                       [&](std::string_view key, std::string_view record) -> absl::Status {
                         absl::StatusOr<ApiKeyInfo> info = model::DecodeApiKey(record);
                         if (!info.ok()) return info.status();
                         hash = std::string(key);
                         user_id = info->user_id;
                         return absl::OkStatus();
                       });
  if (!status.ok()) return status;
  if (hash.empty()) return absl::NotFoundError(Concat("unknown API key: ", id));
  return Remove(user_id, hash);
}

absl::Status KeyRing::RevokeByKey(std::string_view api_key) {
  const identity::KeyHash digest = identity::HashApiKey(secret_, api_key);
  return RevokeById(identity::ApiKeyId(identity::Bytes(digest)));
}

absl::Status KeyRing::Remove(std::string_view user_id, std::string_view hash) {
  changed_ = true;
  absl::StatusOr<bool> deleted = writer_->Delete(List::kApiKeys, hash);
  if (!deleted.ok()) return deleted.status();
  return writer_->DeleteUncounted(Table::kUserApiKeys, IndexKey(user_id, hash)).status();
}

}  // namespace muster::commit
