// What a test that is linked with the recorder asks of it: calls on the data file of a
// store that fail. Any thread; the faults are the process's.
#ifndef MUSTER_TESTS_DURABILITY_RECORDER_H_
#define MUSTER_TESTS_DURABILITY_RECORDER_H_

#include <cstdint>
#include <string>

namespace muster::durability {

enum class FaultCall {
  kWrite,      // of pages
  kMetaWrite,  // of LMDB's meta page, through a descriptor that syncs
  kSync,
  kCount,
};

// Files that are opened from now on in this directory are watched.
void WatchDirectory(const std::string& directory);

// The nth call from now on, from 1, fails with this errno, and the ones after it, `times`
// in all.
void FailCalls(FaultCall call, int nth, int times, int error);
void FailNothing();

// How many calls have failed on command since the program began.
uint64_t FaultsMet();

}  // namespace muster::durability

#endif  // MUSTER_TESTS_DURABILITY_RECORDER_H_
