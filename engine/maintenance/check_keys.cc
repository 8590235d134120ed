// The part of CheckStore() that follows API keys to their users and back.
#include <optional>
#include <string>

#include "identity/api_key.h"
#include "maintenance/checker.h"
#include "model/record.h"
#include "model/text.h"
#include "store/records.h"
#include "store/seal.h"

namespace muster::maintenance {
namespace {

using model::Concat;

// A key's hash is never shown, only its public id.
std::string NameOf(std::string_view hash) {
  return hash.size() == identity::kHashBytes ? identity::ApiKeyId(hash) : "with a short hash";
}

bool Has(Checker& checker, Table table, std::string_view key) {
  auto record = store::GetRecord(checker.txn(), table, key);
  return record.ok() && record->has_value();
}

void CheckKey(Checker& checker, std::string_view hash, std::string_view record) {
  absl::StatusOr<ApiKeyInfo> info = model::DecodeApiKey(record);
  if (!info.ok()) return;  // found before
  if (!checker.LeavesOut(Table::kUsers) && !Has(checker, Table::kUsers, info->user_id)) {
    checker.Find(Concat("the API key ", NameOf(hash),
                        " names a user that is not there: ", info->user_id));
  }
  const std::string entry = Concat(info->user_id, std::string_view("\0", 1), hash);
  if (!checker.LeavesOut(Table::kUserApiKeys) && !Has(checker, Table::kUserApiKeys, entry)) {
    checker.Find(Concat("the API key ", NameOf(hash),
                        " is missing among those of its user: ", info->user_id));
  }
}

void CheckEntry(Checker& checker, std::string_view entry) {
  const size_t end = entry.find('\0');
  const bool whole = end != std::string_view::npos;
  const std::string_view user = entry.substr(0, end);
  const std::string_view hash = whole ? entry.substr(end + 1) : std::string_view();
  auto record = store::GetRecord(checker.txn(), Table::kApiKeys, hash);
  if (!record.ok()) return;  // found before
  std::optional<std::string> owner;
  if (record->has_value()) {
    absl::StatusOr<ApiKeyInfo> info = model::DecodeApiKey(**record);
    if (info.ok()) owner = info->user_id;
  }
  if (!owner || *owner != user) {
    checker.Find(Concat("the user ", user, " is said to have the API key ", NameOf(hash),
                        ", which is not theirs"));
  }
}

}  // namespace

void CheckApiKeys(Checker& checker) {
  if (checker.LeavesOut(Table::kApiKeys)) return;
  checker.EnterStage(store::TableName(Table::kUserApiKeys));
  checker.ForEach(Table::kUserApiKeys, [&](std::string_view entry, std::string_view, uint64_t) {
    CheckEntry(checker, entry);
  });
  // Once more, since the checksums are known to be right by now.
  absl::Status status = store::ScanTable(checker.txn(), Table::kApiKeys, {},
                                         [&](std::string_view hash, std::string_view record) {
                                           CheckKey(checker, hash, record);
                                           return absl::OkStatus();
                                         });
  static_cast<void>(status);  // found before
}

}  // namespace muster::maintenance
