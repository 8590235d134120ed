#include "identity/user_cache.h"

#include <sodium.h>

#include <cstring>
#include <string>

#include "model/record.h"

namespace muster::identity {
namespace {

constexpr size_t kAbsentShare = 8;  // one in so many bytes
// In place of the second half of a key's hash: which names are users.
constexpr uint64_t kUserMark = 0x7265737520736920;
// A note: the sum of the stamps above, the number of the user's stamp below.
constexpr unsigned kStampBits = 16;

static_assert(crypto_shorthash_KEYBYTES == 16 && crypto_shorthash_BYTES == 8);

uint64_t WordAt(std::string_view bytes, size_t at) {
  uint64_t word = 0;
  std::memcpy(&word, bytes.data() + at, sizeof(word));
  return word;
}

// Counts first, then the id to the end.
std::string Encode(std::string_view user_id, const UserStats& stats) {
  std::string payload;
  payload.reserve(user_id.size() + 20);
  for (int64_t count : {stats.running, stats.paused, stats.other, stats.total}) {
    model::PutVarint(static_cast<uint64_t>(count), &payload);
  }
  payload.append(user_id);
  return payload;
}

bool Decode(std::string_view payload, UserStats* stats, std::string_view* user_id) {
  uint64_t counts[4];
  for (uint64_t& count : counts) {
    if (!model::GetVarint(&payload, &count)) return false;
  }
  stats->running = static_cast<int64_t>(counts[0]);
  stats->paused = static_cast<int64_t>(counts[1]);
  stats->other = static_cast<int64_t>(counts[2]);
  stats->total = static_cast<int64_t>(counts[3]);
  *user_id = payload;
  return true;
}

}  // namespace

UserCache::UserCache(size_t bytes)
    : stamps_(bytes == 0 ? 0 : kStamps * sizeof(uint32_t)),
      present_(stamps_.data() == nullptr ? 0 : bytes - bytes / kAbsentShare),
      absent_(stamps_.data() == nullptr ? 0 : bytes / kAbsentShare) {
  if (sodium_init() >= 0) randombytes_buf(short_hash_key_.data(), short_hash_key_.size());
}

// Half of the hash tells keys apart, as it does in their public ids; nobody can
// look for two that agree in it without the catalog's secret.
UserCache::Hashed UserCache::OfKey(std::string_view hash) {
  return {{{WordAt(hash, 0), WordAt(hash, 8)}, WordAt(hash, 16)},
          static_cast<uint16_t>(WordAt(hash, 24))};
}

UserCache::Hashed UserCache::OfUser(std::string_view user_id) const {
  uint8_t hash[crypto_shorthash_BYTES];
  crypto_shorthash(hash, reinterpret_cast<const uint8_t*>(user_id.data()), user_id.size(),
                   short_hash_key_.data());
  uint64_t word = 0;
  std::memcpy(&word, hash, sizeof(word));
  // The bits of the place in another order than those of the fingerprint.
  const uint64_t place = (word ^ (word >> 32)) * 0x9e3779b97f4a7c15;
  return {{{word, kUserMark}, place}, static_cast<uint16_t>(word >> 48)};
}

uint32_t UserCache::SumOfStamps(uint16_t first, std::optional<uint16_t> second) const {
  const auto load = [this](uint16_t i) {
    return std::atomic_ref<uint32_t>(*StampAt(i)).load(std::memory_order_acquire);
  };
  return common_stamp_.load(std::memory_order_acquire) + load(first) +
         (second ? load(*second) : 0);
}

bool UserCache::IsCurrent(uint64_t note, uint16_t first, bool has_second) const {
  std::optional<uint16_t> second;
  if (has_second) second = static_cast<uint16_t>(note);
  return SumOfStamps(first, second) == static_cast<uint32_t>(note >> kStampBits);
}

UserCache::Answer UserCache::FindByKey(const KeyHash& hash, User* user) const {
  if (stamps_.data() == nullptr) return Answer::kUnknown;
  const Hashed hashed = OfKey(Bytes(hash));
  __builtin_prefetch(StampAt(hashed.stamp));
  CacheTable::Record record;
  if (present_.Find(hashed.name, &record) && IsCurrent(record.note, hashed.stamp, true)) {
    UserStats stats;
    std::string_view id;
    if (!Decode(record.payload(), &stats, &id)) return Answer::kUnknown;
    user->id.assign(id);
    user->stats = stats;
    return Answer::kFound;
  }
  if (absent_.Find(hashed.name, &record) && IsCurrent(record.note, hashed.stamp, false)) {
    return Answer::kAbsent;
  }
  return Answer::kUnknown;
}

UserCache::Answer UserCache::FindById(std::string_view user_id, UserStats* stats) const {
  if (stamps_.data() == nullptr) return Answer::kUnknown;
  const Hashed hashed = OfUser(user_id);
  __builtin_prefetch(StampAt(hashed.stamp));
  CacheTable::Record record;
  if (present_.Find(hashed.name, &record) && IsCurrent(record.note, hashed.stamp, false)) {
    std::string_view id;
    const bool is_it = Decode(record.payload(), stats, &id) && id == user_id;
    return is_it ? Answer::kFound : Answer::kUnknown;
  }
  if (absent_.Find(hashed.name, &record) && record.payload() == user_id &&
      IsCurrent(record.note, hashed.stamp, false)) {
    return Answer::kAbsent;
  }
  return Answer::kUnknown;
}

void UserCache::Put(CacheTable* table, uint64_t commit_id, const Hashed& hashed,
                    std::optional<uint16_t> second, std::string_view payload) {
  const uint64_t sum = SumOfStamps(hashed.stamp, second);
  // After the stamps: see the header.
  if (commit_id < through_.load(std::memory_order_acquire)) return;
  table->Put(hashed.name, sum << kStampBits | second.value_or(0), payload);
}

void UserCache::PutKey(uint64_t commit_id, const KeyHash& hash, std::string_view user_id,
                       const UserStats& stats) {
  if (stamps_.data() == nullptr) return;
  Put(&present_, commit_id, OfKey(Bytes(hash)), OfUser(user_id).stamp, Encode(user_id, stats));
}

void UserCache::PutAbsentKey(uint64_t commit_id, const KeyHash& hash) {
  if (stamps_.data() == nullptr) return;
  Put(&absent_, commit_id, OfKey(Bytes(hash)), std::nullopt, {});
}

void UserCache::PutUser(uint64_t commit_id, std::string_view user_id, const UserStats& stats) {
  if (stamps_.data() == nullptr) return;
  Put(&present_, commit_id, OfUser(user_id), std::nullopt, Encode(user_id, stats));
}

void UserCache::PutAbsentUser(uint64_t commit_id, std::string_view user_id) {
  if (stamps_.data() == nullptr) return;
  Put(&absent_, commit_id, OfUser(user_id), std::nullopt, user_id);
}

void UserCache::RaiseThrough(uint64_t commit_id) {
  uint64_t through = through_.load(std::memory_order_relaxed);
  while (through < commit_id &&
         !through_.compare_exchange_weak(through, commit_id, std::memory_order_release,
                                         std::memory_order_relaxed)) {
  }
}

void UserCache::Invalidate(uint64_t commit_id, List list, std::string_view key) {
  if (stamps_.data() == nullptr) return;
  if (list != List::kUsers && list != List::kApiKeys) return;
  if (list == List::kApiKeys && key.size() != kHashBytes) return;
  RaiseThrough(commit_id);
  const uint16_t stamp = list == List::kUsers ? OfUser(key).stamp : OfKey(key).stamp;
  std::atomic_ref<uint32_t>(*StampAt(stamp)).fetch_add(1, std::memory_order_release);
}

void UserCache::InvalidateAll(uint64_t commit_id) {
  RaiseThrough(commit_id);
  common_stamp_.fetch_add(1, std::memory_order_release);
}

}  // namespace muster::identity
