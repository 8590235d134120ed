// TombstoneSweeper: drops what is kept of sandboxes that ended long ago.
//
// It goes round the records of all sandboxes, a slice at a time: a slice is read in
// a read transaction, and only where something in it has expired is there a batch,
// which looks at each record again before it drops it. So any number of processes
// may sweep one store, and nothing is written where there is nothing to drop.
//
// One thread at a time.
#ifndef MUSTER_COMMIT_TOMBSTONE_SWEEPER_H_
#define MUSTER_COMMIT_TOMBSTONE_SWEEPER_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "commit/batch_rep.h"
#include "muster/store.h"

namespace muster::commit {

class TombstoneSweeper {
 public:
  // Carries a batch out, as Committer::Apply() does.
  using Apply = std::function<absl::Status(const WriteBatch::Rep& batch)>;

  // The records that a slice looks at.
  static constexpr int kSliceRecords = 1000;

  // `retention_ms`, above 0, is how long an ended sandbox is kept. Borrows the store.
  TombstoneSweeper(Store& store, int64_t retention_ms, Apply apply);

  // Does the next slice. After an error, which is the store's or that of the batch,
  // the same slice comes again; a damaged record (DataLoss) is passed over. The time is
  // in ms since 1970.
  absl::Status SweepSlice(int64_t now_unix_ms);

  // After how long it wants to be called again.
  std::chrono::milliseconds pause() const { return pause_; }

 private:
  Store& store_;
  const int64_t retention_ms_;
  const Apply apply_;
  std::string first_;  // where the next slice begins; empty: at the start
  std::chrono::milliseconds pause_{0};
};

}  // namespace muster::commit

#endif  // MUSTER_COMMIT_TOMBSTONE_SWEEPER_H_
