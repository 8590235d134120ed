// UserCache: whose a key is, and a user's counts, from memory.
//
// A cache in front of the store that knows nothing of the store. It remembers
//  - of a key: its user and the user's counts, in one entry, so that one look-up
//    answers "who am I" (for key users);
//  - of a user: the counts (for users whom the host authenticates);
//  - that a key or a user is not there, in a table of its own, so that unknown
//    names neither reach the store twice nor push known ones out.
// An entry takes 64 bytes where the id and the four counts fit into 40 (a count
// takes one byte below 128, two below 16,384, …), and 64 more for each 64 bytes
// above that. A key that is not there takes 64.
//
// Nothing is ever removed for being out of date; an entry carries what it takes
// to tell. Every key and every user has a stamp, one of 65,536, which goes up
// when it changes. An entry keeps the sum of its stamps (the key's, the user's,
// and one that all entries have) from before it was put, and is believed only
// while the sum is the same. Neighbours that share a stamp are forgotten with
// each other, which costs a read of the store and nothing else. (After exactly
// 2^32 changes between two look-ups of an entry, its sum is the same again.)
//
// Why no old value is ever believed. A value comes with the number of the commit
// at which it was read, and the cache knows the newest commit that it was told
// of (`through_`):
//  1. Whoever has committed N, or takes in what others committed up to N, calls
//     Invalidate(N, …) for all that changed, and only then acknowledges. Each call
//     raises `through_` to N, then raises the stamp (release).
//  2. Put() loads the stamps (acquire), then `through_`, and keeps the value only
//     if it was read at that commit or a later one.
//  Let N be a commit that changed the record after the value was read. If Put()
//  saw the stamp as N raised it, it also sees `through_` >= N, and drops the value.
//  If it did not, the stamp still changes, and the entry is out of date with that.
//  Once the change is acknowledged, every look-up that comes after sees the
//  stamp, because it happens after.
//  The commit's number, not a count of calls: a transaction begun after the calls
//  for N may still see N - 1, where N is another process's and just being
//  finished.
//
// Any thread may call anything. No call waits, and none but the constructor takes
// memory of any size; a Put() that meets another one in the same place is lost.
#ifndef MUSTER_IDENTITY_USER_CACHE_H_
#define MUSTER_IDENTITY_USER_CACHE_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "identity/api_key.h"
#include "identity/cache_table.h"
#include "identity/zeroed_memory.h"
#include "muster/model.h"

namespace muster::identity {

class UserCache {
 public:
  // Holds at most so many bytes of entries, an eighth of them for what is not
  // there, and 256 KiB of stamps beside them. Takes them as they are used. With 0,
  // or where memory cannot be had, nothing is remembered.
  explicit UserCache(size_t bytes);
  UserCache(const UserCache&) = delete;
  UserCache& operator=(const UserCache&) = delete;

  enum class Answer {
    kUnknown,  // not remembered: read the store
    kFound,
    kAbsent,  // there is none of that name
  };

  // `user` gets id and counts, if found.
  Answer FindByKey(const KeyHash& hash, User* user) const;

  // `stats` gets the counts, if found.
  Answer FindById(std::string_view user_id, UserStats* stats) const;

  // Remember what was read from the store in a transaction with that commit_id().
  // Counts are valid by the model's rules.
  void PutKey(uint64_t commit_id, const KeyHash& hash, std::string_view user_id,
              const UserStats& stats);
  void PutAbsentKey(uint64_t commit_id, const KeyHash& hash);
  void PutUser(uint64_t commit_id, std::string_view user_id, const UserStats& stats);
  void PutAbsentUser(uint64_t commit_id, std::string_view user_id);

  // Forgets what a commit changed: for kUsers, the user of id `key`, also where it
  // is found by its API keys; for kApiKeys, the one whose hash has the bytes
  // `key`. Nothing for other lists. `commit_id` is that of the commit, or of the
  // transaction in which it was found that others had changed it.
  void Invalidate(uint64_t commit_id, List list, std::string_view key);
  void InvalidateAll(uint64_t commit_id);

 private:
  static constexpr size_t kStamps = size_t{1} << 16;
  static constexpr size_t kShortHashKeyBytes = 16;

  // A name, and the number of its stamp.
  struct Hashed {
    CacheTable::Name name;
    uint16_t stamp;
  };
  static Hashed OfKey(std::string_view hash);
  Hashed OfUser(std::string_view user_id) const;

  uint32_t* StampAt(uint16_t i) const { return static_cast<uint32_t*>(stamps_.data()) + i; }
  // The sum of the two, where there is a second, and of the common one.
  uint32_t SumOfStamps(uint16_t first, std::optional<uint16_t> second) const;
  bool IsCurrent(uint64_t note, uint16_t first, bool has_second) const;
  void Put(CacheTable* table, uint64_t commit_id, const Hashed& hashed,
           std::optional<uint16_t> second, std::string_view payload);
  void RaiseThrough(uint64_t commit_id);

  // Keys of the hash that spreads user ids: random, so that nobody can choose ids
  // that fall into one bucket.
  std::array<uint8_t, kShortHashKeyBytes> short_hash_key_{};
  const ZeroedMemory stamps_;
  CacheTable present_;
  CacheTable absent_;

  // Written with every change of a user or key, read with every look-up.
  alignas(64) std::atomic<uint32_t> common_stamp_{0};
  std::atomic<uint64_t> through_{0};
};

}  // namespace muster::identity

#endif  // MUSTER_IDENTITY_USER_CACHE_H_
