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

// What a changed shape's row is made of.
struct ShapeRow {
  std::string order_key;
  bool present = false;
  std::string record;
  std::string json;
};

ShapeRow RowOf(const Shape& shape) {
  ShapeRow row;
  row.order_key = model::ShapeOrderKey(shape);
  row.present = true;
  std::string record;
  model::EncodeShape(shape, &record);
  model::Stamp(record, shape.version, &row.record);
  if (!shape.disabled) RenderShape(shape, &row.json);
  return row;
}

bool NamesOne(const model::HostFields& host, const DisabledNames& names) {
  bool found = false;
  model::ForEachRootfs(host.rootfses, [&](std::string_view name) {
    found = names.contains(name);
    return !found;
  });
  return found;
}

// Changes to hosts, in order of id. Their records are borrowed, their JSON is
// rendered here, one behind the other.
class HostChanges {
 public:
  explicit HostChanges(const DisabledNames& disabled) : disabled_(disabled) {}

  void Remove(std::string_view id) {
    changes_.push_back({id});
    json_ends_.push_back(json_size_);
  }

  void Put(std::string_view id, std::string_view record, const model::HostFields& host) {
    changes_.push_back({id, true, record});
    if (!host.disabled) {
      const size_t room = json_size_ + MaxHostJsonBytes(id, record);
      if (json_.size() < room) json_.resize(std::max(room, 2 * json_.size()));
      const char* const end = RenderHost(id, host, disabled_, json_.data() + json_size_);
      json_size_ = static_cast<size_t>(end - json_.data());
    }
    json_ends_.push_back(json_size_);
  }

  // All of them. Valid until the next call of any of these.
  const std::vector<RowChange>& Finish() {
    size_t begin = 0;
    for (size_t i = 0; i < changes_.size(); ++i) {
      changes_[i].json = std::string_view(json_).substr(begin, json_ends_[i] - begin);
      begin = json_ends_[i];
    }
    return changes_;
  }

 private:
  const DisabledNames& disabled_;
  std::vector<RowChange> changes_;
  std::vector<size_t> json_ends_;
  std::string json_;  // and room for more
  size_t json_size_ = 0;
};

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
    hosts_.push_back({id, record});
  }
  return absl::OkStatus();
}

void ViewEdit::Delete(List list, std::string_view id) {
  if (list == List::kShapes) shapes_.insert_or_assign(std::string(id), std::nullopt);
  if (list == List::kRootfs) rootfs_.insert_or_assign(std::string(id), std::nullopt);
  if (list == List::kHosts) hosts_.push_back({id, std::nullopt});
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
  std::vector<ShapeRow> rows;
  for (auto& [id, shape] : shapes_) {
    const auto old = index->find(id);
    if (shape) rows.push_back(RowOf(*shape));
    // A shape whose numbers changed leaves its old place in the order.
    if (old != index->end() && !(shape && rows.back().order_key == old->second)) {
      rows.push_back({old->second});
    }
    if (shape) {
      (*index)[id] = model::ShapeOrderKey(*shape);
    } else if (old != index->end()) {
      index->erase(old);
    }
  }
  std::sort(rows.begin(), rows.end(),
            [](const ShapeRow& a, const ShapeRow& b) { return a.order_key < b.order_key; });
  std::vector<RowChange> changes;
  for (const ShapeRow& row : rows) {
    changes.push_back({row.order_key, row.present, row.record, row.json});
  }
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

void ViewEdit::SortHosts() {
  const auto by_id = [](const HostChange& a, const HostChange& b) { return a.id < b.id; };
  if (!std::is_sorted(hosts_.begin(), hosts_.end(), by_id)) {
    std::stable_sort(hosts_.begin(), hosts_.end(), by_id);
  }
  // The last of those with one id.
  const auto last = std::unique(hosts_.rbegin(), hosts_.rend(),
                                [](const auto& a, const auto& b) { return a.id == b.id; });
  hosts_.erase(hosts_.begin(), last.base());
}

absl::Status ViewEdit::FinishHosts(View* view) {
  SortHosts();
  HostChanges changes(view->rootfs->disabled());
  absl::Status status;
  auto next = hosts_.begin();
  // The changed hosts whose ids are below `before`; null: all that are left.
  const auto take_changed_until = [&](const std::string_view* before) {
    for (; next != hosts_.end() && (before == nullptr || next->id < *before); ++next) {
      const auto& [id, record] = *next;
      if (!record) {
        changes.Remove(id);
        continue;
      }
      const absl::StatusOr<model::HostFields> host = model::ReadHost(*record);
      if (!host.ok()) {
        status = host.status();
        return;
      }
      changes.Put(id, *record, *host);
    }
  };
  // A host is rendered again where it names a rootfs that was disabled or enabled.
  const DisabledNames filter_change = view->rootfs->DisabledDifference(*base_.rootfs);
  if (!filter_change.empty()) {
    base_.hosts->ForEach([&](const Row& row) {
      const absl::StatusOr<model::HostFields> host = model::ReadHost(row.record);
      if (status.ok()) status = host.status();
      if (!status.ok() || !NamesOne(*host, filter_change)) return;
      take_changed_until(&row.order_key);
      const bool changed_itself = next != hosts_.end() && next->id == row.order_key;
      if (!changed_itself) changes.Put(row.order_key, row.record, *host);
    });
  }
  if (status.ok()) take_changed_until(nullptr);
  if (!status.ok()) return status;
  view->hosts = base_.hosts->With(changes.Finish(), &changed_[Number(List::kHosts)]);
  return absl::OkStatus();
}

}  // namespace muster::view
