// CacheTable: a bounded table of small records. A record that is there costs one
// memory latency, reading takes no lock, and no call ever waits.
//
// One block of memory, taken from the system when it is first touched, made of
// buckets of 2 KiB. A bucket is 32 lines of 64 bytes; line 0 is its head, and an
// entry takes as many consecutive lines of the others as it needs (1 to 5). The
// bucket, and the line where an entry is looked for first, come from the
// entry's name alone, so that both are fetched at the same time.
//
// Invariants:
//  1. The bucket's sequence is odd while a writer is in it and grows by 2 with
//     each writer. Whoever moves it from even to odd is alone. One who cannot
//     goes away without having written: this is a cache.
//  2. Byte i of the tags tells of line i: 0 free, 1 more of the entry before,
//     otherwise the first line of an entry whose name has that tag. Byte 0 is 0.
//  3. A name has at most one entry in its bucket.
//  4. A reader believes what it has copied only if the sequence was even before
//     and is the same after. The copy's loads are acquire and a writer's stores
//     are release, so that a reader that has seen any word of a writer's also
//     sees that writer's odd sequence. All words are atomic: nothing here is a
//     data race, however the copy turns out.
//  5. Readers write one bit, "used", and only where it is not set: a table in
//     steady state is not written at all.
//
//  6. A bucket is in use if its number is below the extent's. The table begins
//     with 2 MiB of them and, while more than a quarter of their lines is used, each Put()
//     takes one more into use (linear hashing): it moves there what belongs there from the one
//     bucket that had it, alone in both. So memory is used as it is needed, large pages are
//     filled, and no call ever moves more than a bucket. A thread that still sees the extent
//     before misses an entry, or puts one where nobody looks for it; both are repaired by the
//     next Put() of the name.
//
// Where a bucket is full, entries leave it by second chance: those that were
// used since the hand passed last stay. Any thread may call anything.
#ifndef MUSTER_IDENTITY_CACHE_TABLE_H_
#define MUSTER_IDENTITY_CACHE_TABLE_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "identity/zeroed_memory.h"

namespace muster::identity {

class CacheTable {
 public:
  // Words of which a line, and a bucket, consist.
  static constexpr size_t kLineWords = 8;
  static constexpr size_t kBucketLines = 32;
  static constexpr size_t kBucketBytes = kBucketLines * kLineWords * sizeof(uint64_t);
  // What goes into an entry's first line, and into an entry at all.
  static constexpr size_t kFirstLinePayloadBytes = 40;
  static constexpr size_t kMaxPayloadBytes = kFirstLinePayloadBytes + 4 * 64;

  // What an entry is found by. `place` must be spread evenly, and so must the first word of the
  // fingerprint; who can choose names must not be able to foresee it. It may say something
  // about the name that the fingerprint does not, or not.
  struct Name {
    uint64_t fingerprint[2];
    uint64_t place;
  };

  // A copy of an entry. Not initialised until it was found.
  struct Record {
    uint64_t note;  // as it was put
    size_t payload_bytes;
    uint64_t words[kMaxPayloadBytes / sizeof(uint64_t)];

    std::string_view payload() const {
      return {reinterpret_cast<const char*>(words), payload_bytes};
    }
  };

  // Takes at most so many bytes; holds nothing where that is less than a bucket,
  // or where the system gives no memory.
  explicit CacheTable(size_t bytes);

  // Whether the name has an entry, which is then copied. May miss one while
  // another thread changes the bucket.
  bool Find(const Name& name, Record* record) const;

  // Makes the name's entry this one, at the cost of others where the bucket is
  // full. Only the lower 48 bits of `note` are kept. Does nothing where another
  // thread is changing the bucket, or the payload is over kMaxPayloadBytes.
  void Put(const Name& name, uint64_t note, std::string_view payload);

 private:
  using Tags = std::array<uint8_t, kBucketLines>;

  // How much of the table is in use. `doubled` is how many times the first
  // buckets all are, a power of two; beyond that, buckets are being added.
  struct Extent {
    uint32_t buckets;
    uint32_t doubled;
  };

  uint64_t* BucketOf(const Name& name, Extent extent) const;
  static unsigned FirstLineOf(const Name& name);
  static uint8_t TagOf(const Name& name);
  static Tags LoadTags(uint64_t* bucket);
  static void StoreTags(uint64_t* bucket, const Tags& tags);
  static bool TryLock(uint64_t* bucket);
  static void Unlock(uint64_t* bucket);
  static unsigned FindLine(uint64_t* bucket, const Tags& tags, const Name& name);
  static bool FindIn(uint64_t* bucket, const Name& name, Record* record);
  static bool Copy(uint64_t* bucket, unsigned line, Record* record);
  static unsigned FindRoom(const Tags& tags, unsigned first, unsigned lines);
  static unsigned MakeRoom(uint64_t* bucket, unsigned lines, Tags* tags, int64_t* more);
  static unsigned Erase(unsigned line, Tags* tags);
  static void Write(uint64_t* bucket, unsigned line, const Name& name, uint64_t note,
                    std::string_view payload);
  void Grow(Extent extent);
  static void Move(uint64_t* from, uint64_t* to, uint64_t bit);

  size_t first_buckets_ = 0;
  size_t most_buckets_ = 0;
  std::optional<ZeroedMemory> memory_;
  uint64_t* words_ = nullptr;
  std::atomic<Extent> extent_;
  // Apart from what look-ups read.
  alignas(64) std::atomic<int64_t> lines_used_{0};
};

}  // namespace muster::identity

#endif  // MUSTER_IDENTITY_CACHE_TABLE_H_
