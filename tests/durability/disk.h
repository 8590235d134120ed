// Disk: what a disk may hold of a recorded run when the power goes.
//
// What was synced is there. Of what was written since, any part may be: whole writes,
// single pages of them, single sectors, in whatever order. The file is then at least as
// long as its last byte that is there. Writes in front of a sync that failed may have been
// dropped, and no later sync brings them back.
#ifndef MUSTER_TESTS_DURABILITY_DISK_H_
#define MUSTER_TESTS_DURABILITY_DISK_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "durability/driver.h"
#include "durability/recording.h"

namespace muster::durability {

struct RecordedEntry {
  EntryKind kind;
  uint64_t offset;
  std::string_view data;

  bool IsWrite() const { return kind == EntryKind::kWrite || kind == EntryKind::kSyncedWrite; }
};

// A recording in memory.
class Recording {
 public:
  explicit Recording(const std::string& path);
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;

  const std::vector<RecordedEntry>& entries() const { return entries_; }
  // A call that the recorder saw and that is not modelled; "" where there is none.
  const std::string& unknown() const { return unknown_; }

 private:
  std::string bytes_;
  std::vector<RecordedEntry> entries_;
  std::string unknown_;
};

class Disk {
 public:
  // The data file as it was; nothing: there was none.
  explicit Disk(std::optional<std::string> data_file);

  // The next thing that happened.
  void Take(const RecordedEntry& entry);

  // The file as programs see it: everything written.
  std::string Written() const;

  // The file after a power cut now, while `in_flight`, if not null, was being written;
  // nothing where its name is not on the disk.
  std::optional<std::string> Cut(Random* random, const RecordedEntry* in_flight) const;

 private:
  enum class State { kOpen, kDoubtful, kSettled };
  struct Pending {
    RecordedEntry entry;
    uint64_t order;  // of all that was taken
    State state;
  };

  void Settle(uint64_t sync);
  void Doubt();
  void Fold();

  std::string settled_;
  bool named_;  // the file's name is on the disk
  std::deque<Pending> pending_;
  uint64_t taken_ = 0;
  std::vector<std::pair<uint64_t, uint64_t>> syncs_;  // under way: number, order
};

}  // namespace muster::durability

#endif  // MUSTER_TESTS_DURABILITY_DISK_H_
