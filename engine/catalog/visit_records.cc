// Catalog::VisitRecords: everything that a catalog document describes.
#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "catalog/catalog_impl.h"
#include "model/order.h"
#include "model/record.h"
#include "store/records.h"

namespace muster {
namespace {

// The records of a list as they stand in the store, back to back.
class RecordCopy {
 public:
  absl::Status Take(ReadTransaction& txn, List list) {
    return store::ScanTable(txn, store::TableOf(list), {},
                            [&](std::string_view key, std::string_view record) {
                              model::PutText(key, &bytes_);
                              model::PutText(record, &bytes_);
                              return absl::OkStatus();
                            });
  }

  // Calls visit(key, record) -> absl::Status for each, until one is not OK.
  template <typename Visit>
  absl::Status ForEach(const Visit& visit) const {
    std::string_view rest = bytes_, key, record;
    while (model::GetText(&rest, &key) && model::GetText(&rest, &record)) {
      if (absl::Status status = visit(key, record); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

 private:
  std::string bytes_;
};

absl::Status VisitShapes(const RecordCopy& copy, const Catalog::RecordVisitor& visitor) {
  std::vector<std::pair<std::string, Shape>> shapes;
  absl::Status status = copy.ForEach([&](std::string_view id, std::string_view record) {
    absl::StatusOr<Shape> shape = model::DecodeShape(id, record);
    if (shape.ok()) shapes.emplace_back(model::ShapeOrderKey(*shape), *shape);
    return shape.status();
  });
  if (!status.ok()) return status;
  std::sort(shapes.begin(), shapes.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [order_key, shape] : shapes) visitor.shape(shape);
  return absl::OkStatus();
}

template <typename Decode, typename Visit>
absl::Status VisitInOrderOfId(const RecordCopy& copy, const Decode& decode,
                              const Visit& visit) {
  return copy.ForEach([&](std::string_view id, std::string_view record) {
    auto entry = decode(id, record);
    if (entry.ok()) visit(*entry);
    return entry.status();
  });
}

absl::StatusOr<User> DecodeWholeUser(std::string_view id, std::string_view record) {
  absl::StatusOr<model::UserFields> fields = model::ReadUser(record);
  if (!fields.ok()) return fields.status();
  User user;
  user.id = std::string(id);
  // Counts that follow from events cannot be put back by hand.
  if (!fields->counted_by_events) user.stats = fields->stats;
  return user;
}

}  // namespace

absl::Status Catalog::VisitRecords(const RecordVisitor& visitor) const {
  RecordCopy shapes, rootfses, hosts, users;
  {
    if (absl::Status status = impl_->CheckOpenHere(); !status.ok()) return status;
    auto txn = impl_->committer->BeginLongRead();
    if (!txn.ok()) return txn.status();
    absl::Status status = shapes.Take(**txn, List::kShapes);
    if (status.ok()) status = rootfses.Take(**txn, List::kRootfs);
    if (status.ok()) status = hosts.Take(**txn, List::kHosts);
    if (status.ok()) status = users.Take(**txn, List::kUsers);
    if (!status.ok()) return status;
  }
  absl::Status status = VisitShapes(shapes, visitor);
  if (status.ok()) status = VisitInOrderOfId(rootfses, model::DecodeRootfs, visitor.rootfs);
  if (status.ok()) status = VisitInOrderOfId(hosts, model::DecodeHost, visitor.host);
  if (status.ok()) status = VisitInOrderOfId(users, DecodeWholeUser, visitor.user);
  return status;
}

}  // namespace muster
