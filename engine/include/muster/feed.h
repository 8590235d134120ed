// The feed: which records changed, in order, to be resumed anywhere.
//
// A consumer reads a snapshot, and from then on what changed since:
//
//   muster::Snapshot snapshot = catalog.snapshot();
//   std::string after = snapshot.cursor();
//   for (;;) {
//     auto page = catalog.Changes(after, 1000);
//     if (absl::IsOutOfRange(page.status())) …  // begin again with a snapshot
//     for (const muster::CatalogChange& change : page->changes) …
//     after = page->next;
//     if (page->at_end) catalog.WaitForChange(after, deadline);
//   }
//
// A change names a record and not its content, which is read from a snapshot.
#ifndef MUSTER_FEED_H_
#define MUSTER_FEED_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "muster/export.h"
#include "muster/model.h"

namespace muster {

// A record that a batch changed. Of hosts, that one fell silent is one too; of users,
// other counts. API keys are never told of.
struct CatalogChange {
  enum class Kind : uint8_t { kPut, kDelete };

  List list = List::kShapes;
  std::string id;
  Kind kind = Kind::kPut;
  uint64_t version = 0;  // of the batch; grows from batch to batch, with gaps

  bool operator==(const CatalogChange& o) const {
    return list == o.list && id == o.id && kind == o.kind && version == o.version;
  }
  bool operator!=(const CatalogChange& o) const { return !(*this == o); }
};

// A piece of the feed: whole batches, in order.
struct ChangesPage {
  std::vector<CatalogChange> changes;
  std::string next;     // the cursor to go on from
  bool at_end = false;  // nothing was committed after it by then

  // The cursor to go on from for who has taken in changes[index] and those before
  // it. Within a batch it is that of the batch before, which then comes whole again,
  // so that nothing is missed.
  MUSTER_EXPORT std::string CursorAfter(size_t index) const;

  std::string start;  // the cursor that the page was asked for
};

}  // namespace muster

#endif  // MUSTER_FEED_H_
