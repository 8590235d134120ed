// Snapshot: one version of a catalog's lists, that does not change any more.
//
// Taken from a Catalog without a lock, and consistent across all lists. It may
// be kept for as long as it is of use, moved to another thread, read by several
// threads at once, and held beyond Catalog::Close() and the Catalog itself.
// What it keeps in memory is freed, at the latest, with the first publication
// after the last holder let go, or when the last holder lets go of a catalog that
// is gone. It holds nothing in the store.
//
// No call here touches the store, waits, or fails for any reason but the ones
// it names.
#ifndef MUSTER_SNAPSHOT_H_
#define MUSTER_SNAPSHOT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "muster/export.h"
#include "muster/model.h"
#include "muster/spans.h"

namespace muster {

namespace view {
class View;
struct Slot;
}  // namespace view

// A part of a list. `limit` and `offset` are those that were used.
template <typename Entry>
struct Page {
  std::vector<Entry> items;
  int64_t total = 0;  // entries that clients see, on all pages together
  int64_t limit = 0;
  int64_t offset = 0;
};

// The same as JSON: the objects of the page, joined by commas, as clients get
// them. The bytes stay valid for as long as the Snapshot they came from.
struct RenderedPage {
  Spans rows;
  int64_t count = 0;  // how many objects
  int64_t total = 0;
  int64_t limit = 0;
  int64_t offset = 0;
};

// What is told of a page beside its rows, as above.
struct PageCounts {
  int64_t total = 0;
  int64_t limit = 0;
  int64_t offset = 0;
  int64_t count = 0;
};

// The rootfs list as clients see it.
struct RootfsView {
  std::vector<std::string> names;  // enabled ones, in bytewise order
  std::string default_name;        // "" where none is enabled
  std::vector<Rootfs> entries;     // one for each name; `successor` is empty
                                   // where it names none that is enabled
};

class MUSTER_EXPORT Snapshot {
 public:
  static constexpr int64_t kDefaultLimit = 50;
  static constexpr int64_t kMaxLimit = 500;

  // Holds nothing; good only for assigning to. Calls on it are undefined.
  Snapshot() = default;
  ~Snapshot() {
    if (slot_ != nullptr) Release();
  }
  Snapshot(Snapshot&& other) noexcept : slot_(std::exchange(other.slot_, nullptr)) {}
  Snapshot& operator=(Snapshot&& other) noexcept {
    Snapshot taken(std::move(other));
    std::swap(slot_, taken.slot_);
    return *this;
  }
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

  bool valid() const { return slot_ != nullptr; }

  // The version of the last batch that this snapshot holds; grows by one with
  // each batch that changed something.
  uint64_t version() const;

  // The version of the last batch that changed what clients see of a public
  // list (shapes, rootfs, hosts); 0 for other lists.
  uint64_t version(List list) const;

  // The entity tag of a public list, with its quotes, as it stands in an ETag
  // header; "" for other lists. Valid as long as the snapshot.
  std::string_view etag(List list) const;

  // Where Catalog::Changes() goes on to follow this snapshot.
  std::string cursor() const;

  // A page as clients see it: disabled entries left out, shapes in order of
  // size, hosts in order of id, a host's rootfses without disabled ones.
  // `limit` is brought into 1 to kMaxLimit, a negative `offset` to 0. Past the
  // end: no items and the true total. The typed form costs a decoding and an
  // allocation an entry; the rendered one neither.
  Page<Shape> Shapes(int64_t limit = kDefaultLimit, int64_t offset = 0) const;
  Page<Host> Hosts(int64_t limit = kDefaultLimit, int64_t offset = 0) const;
  RenderedPage RenderedShapes(int64_t limit = kDefaultLimit, int64_t offset = 0) const;
  RenderedPage RenderedHosts(int64_t limit = kDefaultLimit, int64_t offset = 0) const;

  // The rendered form once more, appended to `rows`, which may hold other text.
  PageCounts AppendShapes(int64_t limit, int64_t offset, Spans* rows) const;
  PageCounts AppendHosts(int64_t limit, int64_t offset, Spans* rows) const;

  // The rootfs list, and its JSON: the `data` object of GET /v1/rootfs, valid
  // as long as the snapshot.
  RootfsView Rootfses() const;
  std::string_view RenderedRootfses() const;

  // An entry as it is kept, disabled or not, with all of a host's rootfses;
  // nothing where there is none of that id.
  std::optional<Shape> FindShape(std::string_view id) const;
  std::optional<Rootfs> FindRootfs(std::string_view name) const;
  std::optional<Host> FindHost(std::string_view id) const;

  // Every entry as it is kept, disabled ones too, in the order of the list.
  // For tools; the cost grows with the list.
  std::vector<Shape> AllShapes() const;
  std::vector<Rootfs> AllRootfses() const;
  std::vector<Host> AllHosts() const;

  // What a handler that creates sandboxes needs: the entry of that name if it
  // may be used. NotFound "unknown shape: s-bad", FailedPrecondition
  // "disabled shape: s-old". For a rootfs, no name or an empty one means the
  // default; FailedPrecondition "no rootfs is enabled" where there is none.
  absl::StatusOr<Shape> ResolveShape(std::string_view id) const;
  absl::StatusOr<Rootfs> ResolveRootfs(
      std::optional<std::string_view> name = std::nullopt) const;

 private:
  friend class Catalog;
  explicit Snapshot(view::Slot* slot) : slot_(slot) {}
  void Release() noexcept;
  const view::View& view() const;

  view::Slot* slot_ = nullptr;  // has the view, and keeps it from being freed
};

}  // namespace muster

#endif  // MUSTER_SNAPSHOT_H_
