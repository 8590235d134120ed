#include "view/view_edit.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "model/order.h"
#include "model/record.h"
#include "view/rendering.h"

namespace muster::view {
namespace {

constexpr size_t Number(List list) { return static_cast<size_t>(list); }

RowChange Removed(std::string order_key) {
  RowChange change;
  change.order_key = std::move(order_key);
  return change;
}

RowChange Changed(const Shape& shape) {
  RowChange change;
  change.order_key = model::ShapeOrderKey(shape);
  change.present = true;
  model::EncodeShape(shape, &change.record);
  if (!shape.disabled) RenderShape(shape, &change.json);
  return change;
}

}  // namespace

absl::Status ViewEdit::Put(List list, std::string_view id, std::string_view record) {
  if (list == List::kShapes) {
    absl::StatusOr<Shape> shape = model::DecodeShape(id, record);
    if (!shape.ok()) return shape.status();
    shapes_.insert_or_assign(std::string(id), *std::move(shape));
  } else if (list == List::kRootfs) {
    absl::StatusOr<Rootfs> rootfs = model::DecodeRootfs(id, record);
    if (!rootfs.ok()) return rootfs.status();
    rootfs_.insert_or_assign(std::string(id), *std::move(rootfs));
  } else if (list == List::kHosts) {
    hosts_.insert_or_assign(std::string(id), std::string(record));
  }
  return absl::OkStatus();
}

void ViewEdit::Delete(List list, std::string_view id) {
  if (list == List::kShapes) shapes_.insert_or_assign(std::string(id), std::nullopt);
  if (list == List::kRootfs) rootfs_.insert_or_assign(std::string(id), std::nullopt);
  if (list == List::kHosts) hosts_.insert_or_assign(std::string(id), std::nullopt);
}

absl::StatusOr<std::unique_ptr<View>> ViewEdit::Finish() {
  auto view = std::make_unique<View>(base_);
  if (!shapes_.empty()) FinishShapes(view.get());
  if (!rootfs_.empty()) FinishRootfs(view.get());
  if (!hosts_.empty() || view->rootfs != base_.rootfs) {
    if (absl::Status status = FinishHosts(view.get()); !status.ok()) return status;
  }
  return view;
}

void ViewEdit::FinishShapes(View* view) {
  auto index = std::make_shared<ShapeIndex>(*base_.shape_index);
  std::vector<RowChange> changes;
  for (auto& [id, shape] : shapes_) {
    const auto old = index->find(id);
    if (shape) changes.push_back(Changed(*shape));
    // A shape whose numbers changed leaves its old place in the order.
    if (old != index->end() && !(shape && changes.back().order_key == old->second)) {
      changes.push_back(Removed(old->second));
    }
    if (shape) {
      (*index)[id] = model::ShapeOrderKey(*shape);
    } else if (old != index->end()) {
      index->erase(old);
    }
  }
  std::sort(changes.begin(), changes.end(),
            [](const RowChange& a, const RowChange& b) { return a.order_key < b.order_key; });
  view->shapes = base_.shapes->With(changes, &changed_[Number(List::kShapes)]);
  view->shape_index = std::move(index);
}

void ViewEdit::FinishRootfs(View* view) {
  std::vector<Rootfs> sorted;
  auto next = rootfs_.begin();
  const auto take_changed_until = [&](const Rootfs* before) {
    while (next != rootfs_.end() && (before == nullptr || next->first < before->name)) {
      if (next->second) sorted.push_back(*next->second);
      ++next;
    }
  };
  for (const Rootfs& rootfs : base_.rootfs->entries()) {
    take_changed_until(&rootfs);
    if (next != rootfs_.end() && next->first == rootfs.name) {
      if (next->second) sorted.push_back(*next->second);
      ++next;
    } else {
      sorted.push_back(rootfs);
    }
  }
  take_changed_until(nullptr);
  view->rootfs = std::make_shared<RootfsList>(std::move(sorted));
  changed_[Number(List::kRootfs)] = view->rootfs->json() != base_.rootfs->json();
}

absl::Status ViewEdit::TouchHostsNaming(const absl::flat_hash_set<std::string>& names) {
  if (names.empty()) return absl::OkStatus();
  absl::Status status;
  base_.hosts->ForEach([&](const Row& row) {
    if (!status.ok() || hosts_.find(row.order_key) != hosts_.end()) return;
    absl::StatusOr<Host> host = model::DecodeHost(row.order_key, row.record);
    if (!host.ok()) {
      status = host.status();
      return;
    }
    const bool names_one =
        std::any_of(host->rootfses.begin(), host->rootfses.end(),
                    [&](const std::string& name) { return names.contains(name); });
    if (names_one) hosts_.emplace(row.order_key, std::string(row.record));
  });
  return status;
}

absl::Status ViewEdit::FinishHosts(View* view) {
  const RootfsList& rootfs = *view->rootfs;
  absl::Status status = TouchHostsNaming(rootfs.DisabledDifference(*base_.rootfs));
  if (!status.ok() || hosts_.empty()) return status;
  const auto is_disabled = [&](std::string_view name) { return rootfs.IsDisabled(name); };
  std::vector<RowChange> changes;
  changes.reserve(hosts_.size());
  for (auto& [id, record] : hosts_) {
    changes.push_back(Removed(id));
    if (!record) continue;
    absl::StatusOr<Host> host = model::DecodeHost(id, *record);
    if (!host.ok()) return host.status();
    RowChange& change = changes.back();
    change.present = true;
    change.record = std::move(*record);
    if (!host->disabled) RenderHost(*host, is_disabled, &change.json);
  }
  view->hosts = base_.hosts->With(changes, &changed_[Number(List::kHosts)]);
  return absl::OkStatus();
}

}  // namespace muster::view
