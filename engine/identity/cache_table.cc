#include "identity/cache_table.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstring>

namespace muster::identity {
namespace {

// The head of a bucket, in words.
constexpr size_t kSequence = 0;
constexpr size_t kUsed = 1;  // bit i: the entry whose first line is i
constexpr size_t kHand = 2;  // where the next victim is looked for
constexpr size_t kTags = 4;
constexpr size_t kTagWords = CacheTable::kBucketLines / sizeof(uint64_t);

// An entry, in words from its first line on.
constexpr size_t kFingerprint = 0;
constexpr size_t kNote = 2;  // the note above, the size of the payload below
constexpr size_t kPayload = 3;
constexpr unsigned kSizeBits = 16;

constexpr uint8_t kFree = 0;
constexpr uint8_t kContinued = 1;

constexpr unsigned kLines = CacheTable::kBucketLines;
constexpr size_t kLineBytes = CacheTable::kLineWords * sizeof(uint64_t);
// What the table begins with: 2 MiB, a page where the system has large ones.
constexpr size_t kFirstBuckets = (size_t{2} << 20) / CacheTable::kBucketBytes;
// The table grows when more than one line in so many is used. A bucket that has
// not been divided yet in this doubling has up to twice the others' share.
constexpr unsigned kLinesPerUsedLine = 4;
// Words of a bucket.
constexpr size_t kBucketWords = CacheTable::kBucketLines * CacheTable::kLineWords;
constexpr int kAttempts = 4;       // of a reader that meets writers
constexpr int kFetchedLines = 3;   // ahead, beside the head
constexpr int kMostChances = 128;  // given before a used entry has to go as well

std::atomic_ref<uint64_t> At(uint64_t* words, size_t i) {
  return std::atomic_ref<uint64_t>(words[i]);
}

unsigned LinesFor(size_t payload_bytes) {
  if (payload_bytes <= CacheTable::kFirstLinePayloadBytes) return 1;
  const size_t more = payload_bytes - CacheTable::kFirstLinePayloadBytes;
  return static_cast<unsigned>(1 + (more + kLineBytes - 1) / kLineBytes);
}

size_t WordsFor(size_t payload_bytes) {
  return (payload_bytes + sizeof(uint64_t) - 1) / sizeof(uint64_t);
}

unsigned After(unsigned line) { return line + 1 < kLines ? line + 1 : 1; }

uint64_t MaskOf(unsigned line, unsigned lines) { return ((uint64_t{1} << lines) - 1) << line; }

}  // namespace

CacheTable::CacheTable(size_t bytes) {
  const size_t fit = std::min<size_t>(bytes / kBucketBytes, UINT32_MAX);
  unsigned doublings = 0;
  while ((fit >> (doublings + 1)) >= kFirstBuckets) ++doublings;
  first_buckets_ = fit >> doublings;
  most_buckets_ = first_buckets_ << doublings;
  memory_.emplace(most_buckets_ * kBucketBytes);
  words_ = static_cast<uint64_t*>(memory_->data());
  extent_.store({static_cast<uint32_t>(first_buckets_), 1}, std::memory_order_relaxed);
}

// A name belongs to one of the first buckets, and with each doubling one more bit
// of its fingerprint tells whether it has moved into the new half.
uint64_t* CacheTable::BucketOf(const Name& name, Extent extent) const {
  const uint64_t first = ((name.place >> 32) * first_buckets_) >> 32;
  const uint64_t bits = name.fingerprint[0];
  uint64_t index = first + first_buckets_ * (bits & (2 * extent.doubled - 1));
  if (index >= extent.buckets) index = first + first_buckets_ * (bits & (extent.doubled - 1));
  return words_ + index * kBucketWords;
}

unsigned CacheTable::FirstLineOf(const Name& name) {
  return 1 + static_cast<unsigned>(((name.place & 0xffff) * (kLines - 1)) >> 16);
}

uint8_t CacheTable::TagOf(const Name& name) {
  constexpr uint64_t kFirstTag = kContinued + 1;
  return static_cast<uint8_t>(kFirstTag +
                              ((((name.place >> 16) & 0xffff) * (256 - kFirstTag)) >> 16));
}

CacheTable::Tags CacheTable::LoadTags(uint64_t* bucket) {
  std::array<uint64_t, kTagWords> words;
  for (size_t i = 0; i < kTagWords; ++i) {
    words[i] = At(bucket, kTags + i).load(std::memory_order_acquire);
  }
  return std::bit_cast<Tags>(words);
}

void CacheTable::StoreTags(uint64_t* bucket, const Tags& tags) {
  const auto words = std::bit_cast<std::array<uint64_t, kTagWords>>(tags);
  for (size_t i = 0; i < kTagWords; ++i) {
    At(bucket, kTags + i).store(words[i], std::memory_order_release);
  }
}

// The first line of the name's entry, or 0.
unsigned CacheTable::FindLine(uint64_t* bucket, const Tags& tags, const Name& name) {
  const uint8_t tag = TagOf(name);
  const unsigned first = FirstLineOf(name);
  unsigned line = first;
  do {
    if (tags[line] == tag) {
      uint64_t* entry = bucket + line * kLineWords;
      if (At(entry, kFingerprint).load(std::memory_order_acquire) == name.fingerprint[0] &&
          At(entry, kFingerprint + 1).load(std::memory_order_acquire) == name.fingerprint[1]) {
        return line;
      }
    }
    line = After(line);
  } while (line != first);
  return 0;
}

// False where the words were torn by a writer.
bool CacheTable::Copy(uint64_t* bucket, unsigned line, Record* record) {
  uint64_t* entry = bucket + line * kLineWords;
  const uint64_t note = At(entry, kNote).load(std::memory_order_acquire);
  record->note = note >> kSizeBits;
  record->payload_bytes = note & ((1u << kSizeBits) - 1);
  if (record->payload_bytes > kMaxPayloadBytes) return false;
  if (line + LinesFor(record->payload_bytes) > kLines) return false;
  for (size_t i = 0; i < WordsFor(record->payload_bytes); ++i) {
    record->words[i] = At(entry, kPayload + i).load(std::memory_order_acquire);
  }
  return true;
}

bool CacheTable::Find(const Name& name, Record* record) const {
  if (words_ == nullptr) return false;
  uint64_t* const bucket = BucketOf(name, extent_.load(std::memory_order_acquire));
  __builtin_prefetch(bucket);
  unsigned ahead = FirstLineOf(name);
  for (int i = 0; i < kFetchedLines; ++i, ahead = After(ahead)) {
    __builtin_prefetch(bucket + ahead * kLineWords);
  }
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const uint64_t sequence = At(bucket, kSequence).load(std::memory_order_acquire);
    if (sequence % 2 != 0) continue;
    const unsigned line = FindLine(bucket, LoadTags(bucket), name);
    if (line != 0 && !Copy(bucket, line, record)) continue;
    if (At(bucket, kSequence).load(std::memory_order_relaxed) != sequence) continue;
    if (line == 0) return false;
    const uint64_t used = uint64_t{1} << line;
    if ((At(bucket, kUsed).load(std::memory_order_relaxed) & used) == 0) {
      At(bucket, kUsed).fetch_or(used, std::memory_order_relaxed);
    }
    return true;
  }
  return false;
}

// Whether the caller is now alone in the bucket, to end with Unlock().
bool CacheTable::TryLock(uint64_t* bucket) {
  uint64_t sequence = At(bucket, kSequence).load(std::memory_order_relaxed);
  return sequence % 2 == 0 &&
         At(bucket, kSequence)
             .compare_exchange_strong(sequence, sequence + 1, std::memory_order_acquire,
                                      std::memory_order_relaxed);
}

void CacheTable::Unlock(uint64_t* bucket) {
  At(bucket, kSequence).fetch_add(1, std::memory_order_release);
}

void CacheTable::Put(const Name& name, uint64_t note, std::string_view payload) {
  if (words_ == nullptr || payload.size() > kMaxPayloadBytes) return;
  const Extent extent = extent_.load(std::memory_order_acquire);
  uint64_t* const bucket = BucketOf(name, extent);
  if (!TryLock(bucket)) return;
  Tags tags = LoadTags(bucket);
  int64_t more = LinesFor(payload.size());
  if (const unsigned old = FindLine(bucket, tags, name); old != 0) more -= Erase(old, &tags);
  const unsigned lines = LinesFor(payload.size());
  unsigned line = FindRoom(tags, FirstLineOf(name), lines);
  if (line == 0) line = MakeRoom(bucket, lines, &tags, &more);
  tags[line] = TagOf(name);
  std::fill_n(tags.begin() + line + 1, lines - 1, kContinued);
  StoreTags(bucket, tags);
  Write(bucket, line, name, note, payload);
  At(bucket, kUsed).fetch_and(~MaskOf(line, lines), std::memory_order_relaxed);
  Unlock(bucket);
  const int64_t used = lines_used_.fetch_add(more, std::memory_order_relaxed) + more;
  if (extent.buckets < most_buckets_ &&
      used > int64_t{extent.buckets} * (kLines - 1) / kLinesPerUsedLine) {
    Grow(extent);
  }
}

// Takes one more bucket into use, and moves there what belongs there.
void CacheTable::Grow(Extent extent) {
  const uint64_t doubled_buckets = first_buckets_ * extent.doubled;
  uint64_t* const from = words_ + (extent.buckets - doubled_buckets) * kBucketWords;
  uint64_t* const to = words_ + extent.buckets * kBucketWords;
  if (!TryLock(from)) return;
  const Extent now = extent_.load(std::memory_order_relaxed);
  if (now.buckets != extent.buckets || !TryLock(to)) return Unlock(from);
  Move(from, to, extent.doubled);
  Extent next{extent.buckets + 1, extent.doubled};
  if (next.buckets == 2 * doubled_buckets) next.doubled *= 2;
  extent_.store(next, std::memory_order_release);
  Unlock(to);
  Unlock(from);
}

// Those entries whose fingerprint has the bit, each to the same lines.
void CacheTable::Move(uint64_t* from, uint64_t* to, uint64_t bit) {
  Tags stay = LoadTags(from), moved{};
  for (unsigned line = 1; line < kLines; ++line) {
    if (stay[line] <= kContinued) continue;
    if ((At(from, line * kLineWords + kFingerprint).load(std::memory_order_relaxed) & bit) == 0)
      continue;
    unsigned end = line + 1;
    while (end < kLines && stay[end] == kContinued) ++end;
    std::copy(stay.begin() + line, stay.begin() + end, moved.begin() + line);
    for (size_t i = line * kLineWords; i < end * kLineWords; ++i) {
      At(to, i).store(At(from, i).load(std::memory_order_relaxed), std::memory_order_release);
    }
    Erase(line, &stay);
  }
  StoreTags(to, moved);
  StoreTags(from, stay);
  At(to, kUsed).store(At(from, kUsed).load(std::memory_order_relaxed),
                      std::memory_order_relaxed);
}

void CacheTable::Write(uint64_t* bucket, unsigned line, const Name& name, uint64_t note,
                       std::string_view payload) {
  uint64_t* entry = bucket + line * kLineWords;
  const auto write = [entry](size_t i, uint64_t word) {
    At(entry, i).store(word, std::memory_order_release);
  };
  write(kFingerprint, name.fingerprint[0]);
  write(kFingerprint + 1, name.fingerprint[1]);
  write(kNote, note << kSizeBits | payload.size());
  for (size_t i = 0; i < WordsFor(payload.size()); ++i) {
    uint64_t word = 0;
    const std::string_view bytes = payload.substr(i * sizeof(word), sizeof(word));
    std::memcpy(&word, bytes.data(), bytes.size());
    write(kPayload + i, word);
  }
}

// The first of so many free lines, looked for from `first` on; 0 for none.
unsigned CacheTable::FindRoom(const Tags& tags, unsigned first, unsigned lines) {
  unsigned line = first;
  do {
    if (line + lines <= kLines && std::all_of(tags.begin() + line, tags.begin() + line + lines,
                                              [](uint8_t tag) { return tag == kFree; })) {
      return line;
    }
    line = After(line);
  } while (line != first);
  return 0;
}

// Returns how many lines that freed.
unsigned CacheTable::Erase(unsigned line, Tags* tags) {
  while ((*tags)[line] == kContinued) --line;
  const unsigned first = line;
  do {
    (*tags)[line] = kFree;
    ++line;
  } while (line < kLines && (*tags)[line] == kContinued);
  return line - first;
}

// Frees so many lines in a row, from the hand on, and returns the first. An entry
// that was used is passed over once.
unsigned CacheTable::MakeRoom(uint64_t* bucket, unsigned lines, Tags* tags, int64_t* more) {
  unsigned line = static_cast<unsigned>(At(bucket, kHand).load(std::memory_order_relaxed));
  if (line == 0) line = 1;
  for (int chances = 0; chances < kMostChances; ++chances) {
    if (line + lines > kLines) line = 1;
    // The entry that the run begins in may begin before it.
    unsigned first = line;
    while ((*tags)[first] == kContinued) --first;
    const uint64_t used =
        At(bucket, kUsed).load(std::memory_order_relaxed) & MaskOf(first, line + lines - first);
    if (used == 0) break;
    const unsigned spared = static_cast<unsigned>(std::countr_zero(used));
    At(bucket, kUsed).fetch_and(~(uint64_t{1} << spared), std::memory_order_relaxed);
    line = spared + 1;
    while (line < kLines && (*tags)[line] == kContinued) ++line;
  }
  if (line + lines > kLines) line = 1;
  for (unsigned i = line; i < line + lines; ++i) {
    if ((*tags)[i] != kFree) *more -= Erase(i, tags);
  }
  At(bucket, kHand).store(line + lines, std::memory_order_relaxed);
  return line;
}

}  // namespace muster::identity
