// Makes a view of what stands in the store.
#ifndef MUSTER_COMMIT_LOAD_VIEW_H_
#define MUSTER_COMMIT_LOAD_VIEW_H_

#include <memory>

#include "absl/status/statusor.h"
#include "muster/store.h"
#include "store/meta.h"
#include "view/view.h"

namespace muster::commit {

// The view of the state that `txn` sees, whose meta record is `meta`. Every
// record that is read has its checksum verified, every list its count and
// digest: DataLoss where they disagree; otherwise the errors of the store.
//
// `previous` is a view of the same store with the meta record it was made from;
// lists that are the same by their digests are shared with it, not read again.
// Both may be null.
absl::StatusOr<std::unique_ptr<view::View>> LoadView(ReadTransaction& txn,
                                                     const store::Meta& meta,
                                                     const view::View* previous,
                                                     const store::Meta* previous_meta);

// What tags and cursors of a store begin with.
view::TagBase TagBaseOf(const store::Meta& meta);

// Gives `view` the versions and tags of `meta`.
void SetVersions(const store::Meta& meta, view::View* view);

}  // namespace muster::commit

#endif  // MUSTER_COMMIT_LOAD_VIEW_H_
