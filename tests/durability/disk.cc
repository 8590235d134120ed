#include "durability/disk.h"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <utility>

namespace muster::durability {
namespace {

constexpr uint64_t kPage = 4096;
constexpr uint64_t kSector = 512;

void Put(const RecordedEntry& entry, std::string* file) {
  if (entry.kind == EntryKind::kTruncate) {
    file->resize(entry.offset);
    return;
  }
  const uint64_t end = entry.offset + entry.data.size();
  if (file->size() < end) file->resize(end);
  std::memcpy(file->data() + entry.offset, entry.data.data(), entry.data.size());
}

// How a disk treats what was not synced.
struct Mood {
  uint64_t percent_kept;
  uint64_t granule;  // what is kept or lost as one; 0: whole writes

  static Mood Of(Random* random) {
    constexpr uint64_t kPercents[] = {0, 5, 50, 95, 100};
    constexpr uint64_t kGranules[] = {0, kPage, kPage, kSector};
    return {kPercents[random->Below(std::size(kPercents))],
            kGranules[random->Below(std::size(kGranules))]};
  }
  bool Keeps(Random* random) const { return random->Below(100) < percent_kept; }
};

void PutSome(const RecordedEntry& entry, const Mood& mood, Random* random, std::string* file) {
  if (entry.kind == EntryKind::kTruncate || mood.granule == 0) {
    if (mood.Keeps(random)) Put(entry, file);
    return;
  }
  for (uint64_t begin = 0; begin < entry.data.size();) {
    const uint64_t left = mood.granule - (entry.offset + begin) % mood.granule;
    const std::string_view part = entry.data.substr(begin, left);
    if (mood.Keeps(random)) Put({entry.kind, entry.offset + begin, part}, file);
    begin += part.size();
  }
}

}  // namespace

Recording::Recording(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  bytes_.assign(std::istreambuf_iterator<char>(in), {});
  std::string_view rest = bytes_;
  Entry entry;
  while (rest.size() >= sizeof(entry)) {
    std::memcpy(&entry, rest.data(), sizeof(entry));
    rest.remove_prefix(sizeof(entry));
    if (rest.size() < entry.size) break;  // its process was killed meanwhile
    entries_.push_back({entry.kind, entry.offset, rest.substr(0, entry.size)});
    if (entry.kind == EntryKind::kUnknown) unknown_ = rest.substr(0, entry.size);
    rest.remove_prefix(entry.size);
  }
}

Disk::Disk(std::optional<std::string> data_file)
    : settled_(data_file.value_or("")), named_(data_file.has_value()) {}

void Disk::Take(const RecordedEntry& entry) {
  ++taken_;
  switch (entry.kind) {
    case EntryKind::kWrite:
    case EntryKind::kTruncate:
      pending_.push_back({entry, taken_, State::kOpen});
      break;
    case EntryKind::kFailedWrite:
      pending_.push_back({entry, taken_, State::kDoubtful});
      break;
    case EntryKind::kSyncedWrite:
      pending_.push_back({entry, taken_, State::kSettled});
      Fold();
      break;
    case EntryKind::kSyncBegin:
      syncs_.emplace_back(entry.offset, taken_);
      break;
    case EntryKind::kSyncEnd:
      Settle(entry.offset);
      break;
    case EntryKind::kSyncFailed:
      Doubt();
      break;
    case EntryKind::kDirectorySync:
      named_ = true;
      break;
    case EntryKind::kAck:
    case EntryKind::kUnknown:
      break;
  }
}

void Disk::Settle(uint64_t sync) {
  const auto begun = std::find_if(syncs_.begin(), syncs_.end(),
                                  [&](const auto& known) { return known.first == sync; });
  if (begun == syncs_.end()) return;
  for (Pending& pending : pending_) {
    if (pending.state == State::kOpen && pending.order < begun->second) {
      pending.state = State::kSettled;
    }
  }
  syncs_.erase(begun);
  Fold();
}

void Disk::Doubt() {
  for (Pending& pending : pending_) {
    if (pending.state == State::kOpen) pending.state = State::kDoubtful;
  }
}

// In order: what is settled behind something that is not may have to lie over it.
void Disk::Fold() {
  while (!pending_.empty() && pending_.front().state == State::kSettled) {
    Put(pending_.front().entry, &settled_);
    pending_.pop_front();
  }
}

std::string Disk::Written() const {
  std::string file = settled_;
  for (const Pending& pending : pending_) Put(pending.entry, &file);
  return file;
}

std::optional<std::string> Disk::Cut(Random* random, const RecordedEntry* in_flight) const {
  if (!named_ && random->Below(2) == 0) return std::nullopt;
  const Mood mood = Mood::Of(random);
  std::string file = settled_;
  for (const Pending& pending : pending_) {
    if (pending.state == State::kSettled) {
      Put(pending.entry, &file);
    } else {
      PutSome(pending.entry, mood, random, &file);
    }
  }
  if (in_flight != nullptr) PutSome(*in_flight, mood, random, &file);
  // The length is written by itself: it may be there without the bytes.
  const size_t length = Written().size();
  if (file.size() < length && random->Below(2) == 0) file.resize(length);
  return file;
}

}  // namespace muster::durability
