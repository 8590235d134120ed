// KeyRing: the API keys of users, inside a write transaction.
//
// A key is kept in two places: under its hash (whose it is, label, hint, time)
// and under its user (the hash again), so that both a credential and a user's
// keys are found at once. This is the one place that keeps the two in step.
#ifndef MUSTER_COMMIT_KEY_RING_H_
#define MUSTER_COMMIT_KEY_RING_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "identity/api_key.h"
#include "muster/model.h"
#include "muster/store.h"
#include "store/meta.h"
#include "store/records.h"

namespace muster::commit {

class KeyRing {
 public:
  KeyRing(WriteTransaction& txn, const store::Meta& meta, store::RecordWriter* writer)
      : txn_(txn), secret_(meta.secret), writer_(writer) {}

  // Adds a key to a user who is there. One that the user already has stays as
  // it is. FailedPrecondition "PLACE: …" where it is another user's.
  absl::Status Add(std::string_view user_id, std::string_view api_key, std::string_view label,
                   int64_t created_unix_ms, std::string_view place);

  // Removes the user's keys but these.
  absl::Status RemoveAllBut(std::string_view user_id,
                            const std::vector<std::string_view>& api_keys);

  // Makes the user's keys equal to these; keys that stay keep their label and
  // time. Errors name "PLACE/i".
  absl::Status SetAll(std::string_view user_id, const std::vector<std::string_view>& api_keys,
                      int64_t created_unix_ms, std::string_view place);

  absl::Status RemoveAllOf(std::string_view user_id) { return RemoveAllBut(user_id, {}); }

  // NotFound "unknown API key…" where there is none.
  absl::Status RevokeById(std::string_view id);
  absl::Status RevokeByKey(std::string_view api_key);

  bool changed() const { return changed_; }

 private:
  absl::Status Remove(std::string_view user_id, std::string_view hash);

  WriteTransaction& txn_;
  const identity::CatalogSecret secret_;
  store::RecordWriter* writer_;
  bool changed_ = false;
};

// The hashes of a user's keys, each of identity::kHashBytes.
absl::StatusOr<std::vector<std::string>> KeyHashesOf(ReadTransaction& txn,
                                                     std::string_view user_id);

// The keys of a user, or of all where `user_id` is empty, in order of user,
// time and id.
absl::StatusOr<std::vector<ApiKeyInfo>> ListKeys(ReadTransaction& txn,
                                                 std::string_view user_id);

}  // namespace muster::commit

#endif  // MUSTER_COMMIT_KEY_RING_H_
