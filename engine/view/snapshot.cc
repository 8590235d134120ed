#include "muster/snapshot.h"

#include <algorithm>
#include <string>
#include <utility>

#include "model/order.h"
#include "model/record.h"
#include "model/rules.h"
#include "model/text.h"
#include "view/feed_cursor.h"
#include "view/publisher.h"
#include "view/view.h"

namespace muster {
namespace {

using model::Concat;
using model::Printable;
using view::RenderedList;
using view::Row;

bool IsPublic(List list) { return static_cast<int>(list) < view::kPublicListCount; }

int64_t UsedLimit(int64_t limit) { return std::clamp<int64_t>(limit, 1, Snapshot::kMaxLimit); }
int64_t UsedOffset(int64_t offset) { return std::max<int64_t>(offset, 0); }

PageCounts AppendPage(const RenderedList& list, int64_t limit, int64_t offset, Spans* rows) {
  PageCounts counts;
  counts.limit = UsedLimit(limit);
  counts.offset = UsedOffset(offset);
  counts.total = static_cast<int64_t>(list.visible_count());
  counts.count = static_cast<int64_t>(
      list.Slice(static_cast<size_t>(counts.offset), static_cast<size_t>(counts.limit), rows));
  return counts;
}

RenderedPage RenderPage(const RenderedList& list, int64_t limit, int64_t offset) {
  RenderedPage page;
  const PageCounts counts = AppendPage(list, limit, offset, &page.rows);
  page.count = counts.count;
  page.total = counts.total;
  page.limit = counts.limit;
  page.offset = counts.offset;
  return page;
}

// A view holds only records that were decoded when it was made, so decoding
// them again cannot fail.
Shape ShapeOf(const Row& row) {
  return *model::DecodeShape(model::ShapeIdOfOrderKey(row.order_key), row.record);
}
Host HostOf(const Row& row) { return *model::DecodeHost(row.order_key, row.record); }

template <typename Entry, typename Decode>
Page<Entry> TypedPage(const RenderedList& list, int64_t limit, int64_t offset,
                      const Decode& decode) {
  Page<Entry> page;
  page.limit = UsedLimit(limit);
  page.offset = UsedOffset(offset);
  page.total = static_cast<int64_t>(list.visible_count());
  list.ForEachVisible(static_cast<size_t>(page.offset), static_cast<size_t>(page.limit),
                      [&](const Row& row) { page.items.push_back(decode(row)); });
  return page;
}

template <typename Entry>
absl::StatusOr<Entry> Usable(std::optional<Entry> entry, std::string_view kind,
                             std::string_view id) {
  if (!entry) return absl::NotFoundError(Concat("unknown ", kind, ": ", Printable(id)));
  if (entry->disabled) {
    return absl::FailedPreconditionError(Concat("disabled ", kind, ": ", Printable(id)));
  }
  return *std::move(entry);
}

}  // namespace

void Snapshot::Release() noexcept { view::ReleaseSlot(slot_); }

inline const view::View& Snapshot::view() const { return slot_->view(); }

uint64_t Snapshot::version() const { return view().version; }

uint64_t Snapshot::version(List list) const {
  return IsPublic(list) ? view().list_versions[static_cast<size_t>(list)] : 0;
}

std::string Snapshot::cursor() const {
  return view::ToText(view::FeedCursor{view().tag_base, view().version});
}

std::string_view Snapshot::etag(List list) const {
  return IsPublic(list) ? std::string_view(view().etags[static_cast<size_t>(list)])
                        : std::string_view();
}

Page<Shape> Snapshot::Shapes(int64_t limit, int64_t offset) const {
  return TypedPage<Shape>(*view().shapes, limit, offset, ShapeOf);
}

Page<Host> Snapshot::Hosts(int64_t limit, int64_t offset) const {
  return TypedPage<Host>(*view().hosts, limit, offset, [&](const Row& row) {
    Host host = HostOf(row);
    if (host.silent) host.status = HostStatus::kDead;
    std::erase_if(host.rootfses,
                  [&](const std::string& name) { return view().rootfs->IsDisabled(name); });
    return host;
  });
}

RenderedPage Snapshot::RenderedShapes(int64_t limit, int64_t offset) const {
  return RenderPage(*view().shapes, limit, offset);
}

RenderedPage Snapshot::RenderedHosts(int64_t limit, int64_t offset) const {
  return RenderPage(*view().hosts, limit, offset);
}

PageCounts Snapshot::AppendShapes(int64_t limit, int64_t offset, Spans* rows) const {
  return AppendPage(*view().shapes, limit, offset, rows);
}

PageCounts Snapshot::AppendHosts(int64_t limit, int64_t offset, Spans* rows) const {
  return AppendPage(*view().hosts, limit, offset, rows);
}

RootfsView Snapshot::Rootfses() const {
  RootfsView rootfses;
  for (const Rootfs& rootfs : view().rootfs->entries()) {
    if (rootfs.disabled) continue;
    rootfses.names.push_back(rootfs.name);
    rootfses.entries.push_back(rootfs);
    const Rootfs* successor = view().rootfs->Find(rootfs.successor);
    if (successor == nullptr || successor->disabled) rootfses.entries.back().successor.clear();
  }
  if (const Rootfs* chosen = view().rootfs->default_entry()) {
    rootfses.default_name = chosen->name;
  }
  return rootfses;
}

std::string_view Snapshot::RenderedRootfses() const { return view().rootfs->json(); }

std::optional<Shape> Snapshot::FindShape(std::string_view id) const {
  const auto order_key = view().shape_index->find(id);
  if (order_key == view().shape_index->end()) return std::nullopt;
  const std::optional<Row> row = view().shapes->Find(order_key->second);
  if (!row) return std::nullopt;
  return ShapeOf(*row);
}

std::optional<Rootfs> Snapshot::FindRootfs(std::string_view name) const {
  const Rootfs* rootfs = view().rootfs->Find(name);
  if (rootfs == nullptr) return std::nullopt;
  return *rootfs;
}

std::optional<Host> Snapshot::FindHost(std::string_view id) const {
  const std::optional<Row> row = view().hosts->Find(id);
  if (!row) return std::nullopt;
  return HostOf(*row);
}

std::vector<Shape> Snapshot::AllShapes() const {
  std::vector<Shape> shapes;
  view().shapes->ForEach([&](const Row& row) { shapes.push_back(ShapeOf(row)); });
  return shapes;
}

std::vector<Rootfs> Snapshot::AllRootfses() const { return view().rootfs->entries(); }

std::vector<Host> Snapshot::AllHosts() const {
  std::vector<Host> hosts;
  view().hosts->ForEach([&](const Row& row) { hosts.push_back(HostOf(row)); });
  return hosts;
}

absl::StatusOr<Shape> Snapshot::ResolveShape(std::string_view id) const {
  return Usable(FindShape(id), "shape", id);
}

absl::StatusOr<Rootfs> Snapshot::ResolveRootfs(std::optional<std::string_view> name) const {
  if (name && !name->empty()) return Usable(FindRootfs(*name), "rootfs", *name);
  const Rootfs* chosen = view().rootfs->default_entry();
  if (chosen == nullptr) return absl::FailedPreconditionError("no rootfs is enabled");
  return *chosen;
}

}  // namespace muster
