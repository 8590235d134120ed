// What the recorder (recorder.cc) writes of a run, and what reads it must know.
//
// A recording is a file of entries, in the order in which things happened: a header, and
// so many bytes of data. It is appended to in one write an entry, by any number of
// threads and processes.
#ifndef MUSTER_TESTS_DURABILITY_RECORDING_H_
#define MUSTER_TESTS_DURABILITY_RECORDING_H_

#include <cstdint>

namespace muster::durability {

// Set for a program that is recorded: the directory whose data.mdb is watched, the file
// to record to, and the descriptor that acknowledgements are written to.
inline constexpr char kWatchedDirectory[] = "MUSTER_RECORD_DIRECTORY";
inline constexpr char kRecordingFile[] = "MUSTER_RECORD_FILE";
inline constexpr char kAckDescriptor[] = "MUSTER_RECORD_ACKS";
// Set to anything: LMDB is opened with MDB_NOSYNC, whatever the program asks for.
inline constexpr char kNoSync[] = "MUSTER_RECORD_NOSYNC";

// Set to a number: from the first acknowledgement on, one in thirty writes and syncs fails,
// chosen by it.
inline constexpr char kRandomFaults[] = "MUSTER_RECORD_FAULTS";

enum class EntryKind : uint32_t {
  kWrite = 1,      // bytes at an offset; in the page cache by now
  kSyncedWrite,    // the same, and on the disk by now (a descriptor with O_DSYNC)
  kTruncate,       // the file's length is `offset` now
  kSyncBegin,      // a sync begins; `offset` is its number
  kSyncEnd,        // what was written before it began is on the disk
  kSyncFailed,     // it did not end well
  kDirectorySync,  // the directory, and with it the file's name, is on the disk
  kAck,            // the data are Acks
  kFailedWrite,    // like kSyncedWrite, but it failed: perhaps on the disk, perhaps not
  kUnknown,        // a call that is not understood; the data are its name
};

struct Entry {
  EntryKind kind = EntryKind::kUnknown;
  uint32_t size = 0;  // bytes of data that follow
  uint64_t offset = 0;
};

}  // namespace muster::durability

#endif  // MUSTER_TESTS_DURABILITY_RECORDING_H_
