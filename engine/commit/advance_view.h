// AdvanceView: from the view of one commit to that of a later one.
//
// By way of the change log where it reaches back, so that the cost is that of what
// changed; else by reading the lists whose contents are other than before. What
// comes out is the same.
//
// Free functions; borrow all that they are given. Any thread.
#ifndef MUSTER_COMMIT_ADVANCE_VIEW_H_
#define MUSTER_COMMIT_ADVANCE_VIEW_H_

#include <memory>

#include "absl/status/statusor.h"
#include "identity/user_cache.h"
#include "muster/store.h"
#include "store/meta.h"
#include "view/view.h"

namespace muster::commit {

// Whether both are states of one store with the same changes: nothing to do.
bool IsSameVersion(const store::Meta& a, const store::Meta& b);

// Whether getting from `have` to `want` takes longer than somebody who only wanted
// to read should spend on it: about a millisecond.
bool IsFar(const store::Meta& have, const store::Meta& want);

// What may be done to get there.
enum class Means {
  kLog,  // what changed, as the log says
  kAny,  // whole lists too
};

// The view of the state that `txn` sees and `meta` describes, made from `base`,
// whose meta record was `base_meta`; null where the means do not lead there.
// Makes `users` (may be null) forget what changed. Errors: DataLoss, Unavailable.
absl::StatusOr<std::unique_ptr<view::View>> AdvanceView(
    ReadTransaction& txn, const store::Meta& meta, const view::View& base,
    const store::Meta& base_meta, Means means, identity::UserCache* users);

}  // namespace muster::commit

#endif  // MUSTER_COMMIT_ADVANCE_VIEW_H_
