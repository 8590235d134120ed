// EventWriter: something that records the events of sandboxes and their users' counts.
#ifndef MUSTER_BENCH_PEERS_EVENT_WRITER_H_
#define MUSTER_BENCH_PEERS_EVENT_WRITER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "data/sandbox_events.h"

namespace muster_bench {

// Used by one thread. The events must outlive it.
class EventWriter {
 public:
  virtual ~EventWriter() = default;

  // Records events `begin` to before `end`, which follow on those before, in one
  // transaction.
  virtual void Record(uint64_t begin, uint64_t end) = 0;

  // As of HostWriter.
  virtual void Flush() {}
  virtual void Settle() {}

  // Of all users, in order of id.
  virtual std::vector<muster::UserStats> Stats() = 0;
};

// Muster, relaxed, in `directory`.
std::unique_ptr<EventWriter> MakeMusterEventWriter(const SandboxEvents& events,
                                                   const std::string& directory);

// LMDB with MDB_NOSYNC in `directory`, which exists: for each event a put of the
// sandbox and one of its user's counts, as long as Muster's records. It reads
// nothing: how the user stands it knows by heart.
std::unique_ptr<EventWriter> MakeLmdbEventWriter(const SandboxEvents& events,
                                                 const std::string& directory);

}  // namespace muster_bench

#endif  // MUSTER_BENCH_PEERS_EVENT_WRITER_H_
