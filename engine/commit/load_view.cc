#include "commit/load_view.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "model/order.h"
#include "model/record.h"
#include "store/records.h"
#include "view/rendering.h"

namespace muster::commit {
namespace {

using view::RenderedList;
using view::Row;

absl::Status LoadShapes(ReadTransaction& txn, const store::Meta& meta, view::View* view) {
  struct Loaded {
    std::string order_key, record, json;
  };
  std::vector<Loaded> shapes;
  auto index = std::make_shared<view::ShapeIndex>();
  absl::Status status = store::ScanRecords(
      txn, List::kShapes, meta, [&](std::string_view id, std::string_view record) {
        absl::StatusOr<Shape> shape = model::DecodeShape(id, record);
        if (!shape.ok()) return shape.status();
        Loaded& loaded = shapes.emplace_back();
        loaded.order_key = model::ShapeOrderKey(*shape);
        loaded.record = std::string(record);
        if (!shape->disabled) view::RenderShape(*shape, &loaded.json);
        index->emplace(std::string(id), loaded.order_key);
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  std::sort(shapes.begin(), shapes.end(),
            [](const Loaded& a, const Loaded& b) { return a.order_key < b.order_key; });
  RenderedList::Builder builder;
  for (const Loaded& shape : shapes) {
    builder.Append({shape.order_key, shape.record, shape.json});
  }
  view->shapes = builder.Finish();
  view->shape_index = std::move(index);
  return absl::OkStatus();
}

absl::Status LoadRootfs(ReadTransaction& txn, const store::Meta& meta, view::View* view) {
  std::vector<Rootfs> sorted;
  absl::Status status = store::ScanRecords(
      txn, List::kRootfs, meta, [&](std::string_view name, std::string_view record) {
        absl::StatusOr<Rootfs> rootfs = model::DecodeRootfs(name, record);
        if (rootfs.ok()) sorted.push_back(*std::move(rootfs));
        return rootfs.status();
      });
  if (status.ok()) view->rootfs = std::make_shared<view::RootfsList>(std::move(sorted));
  return status;
}

absl::Status LoadHosts(ReadTransaction& txn, const store::Meta& meta, view::View* view) {
  const view::DisabledNames& disabled = view->rootfs->disabled();
  RenderedList::Builder builder;
  absl::Status status = store::ScanRecords(
      txn, List::kHosts, meta, [&](std::string_view id, std::string_view record) {
        const absl::StatusOr<model::HostFields> host = model::ReadHost(record);
        if (!host.ok()) return host.status();
        if (host->disabled) {
          builder.Append({id, record, {}});
        } else {
          char* const json = builder.Room(view::MaxHostJsonBytes(id, record));
          builder.AppendRendered(id, record, view::RenderHost(id, *host, disabled, json));
        }
        return absl::OkStatus();
      });
  if (status.ok()) view->hosts = builder.Finish();
  return status;
}

bool SameRecords(const store::Meta& a, const store::Meta* b, List list) {
  if (b == nullptr || a.id != b->id) return false;
  return a.list(list).count == b->list(list).count &&
         a.list(list).digest == b->list(list).digest;
}

}  // namespace

view::TagBase TagBaseOf(const store::Meta& meta) {
  view::TagBase base;
  static_assert(sizeof(base.store_id) <= sizeof(meta.id));
  std::memcpy(&base.store_id, meta.id.data(), sizeof(base.store_id));
  base.incarnation = meta.incarnation;
  return base;
}

void SetVersions(const store::Meta& meta, view::View* view) {
  std::array<uint64_t, view::kPublicListCount> versions;
  for (int i = 0; i < view::kPublicListCount; ++i) versions[i] = meta.lists[i].version;
  view->SetVersions(TagBaseOf(meta), meta.version, versions);
}

absl::StatusOr<std::unique_ptr<view::View>> LoadView(ReadTransaction& txn,
                                                     const store::Meta& meta,
                                                     const view::View* previous,
                                                     const store::Meta* previous_meta) {
  auto view = previous != nullptr ? std::make_unique<view::View>(*previous)
                                  : std::make_unique<view::View>();
  absl::Status status;
  if (!SameRecords(meta, previous_meta, List::kShapes)) {
    status = LoadShapes(txn, meta, view.get());
  }
  if (status.ok() && !SameRecords(meta, previous_meta, List::kRootfs)) {
    status = LoadRootfs(txn, meta, view.get());
  }
  // What clients see of a host depends on which rootfses are disabled.
  const bool other_filter =
      previous == nullptr || !view->rootfs->DisabledDifference(*previous->rootfs).empty();
  if (status.ok() && (other_filter || !SameRecords(meta, previous_meta, List::kHosts))) {
    status = LoadHosts(txn, meta, view.get());
  }
  if (!status.ok()) return status;
  SetVersions(meta, view.get());
  return view;
}

}  // namespace muster::commit
