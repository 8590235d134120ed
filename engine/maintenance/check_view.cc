// The part of CheckStore() that holds the view, as a server would load it, against
// the records: each row must be there, in its place, and rendered as its record is.
#include <memory>
#include <string>
#include <vector>

#include "commit/load_view.h"
#include "maintenance/checker.h"
#include "model/order.h"
#include "model/record.h"
#include "model/text.h"
#include "store/records.h"
#include "store/seal.h"
#include "view/rendering.h"
#include "view/view.h"

namespace muster::maintenance {
namespace {

using model::Concat;
using view::Row;

void FindOddRow(Checker& checker, List list, std::string_view key) {
  checker.Find(Concat("the view of ", store::TableName(store::TableOf(list)),
                      " does not show the record ", key, " as it is"));
}

std::string RenderedHost(std::string_view id, std::string_view record,
                         const view::DisabledNames& disabled) {
  absl::StatusOr<model::HostFields> host = model::ReadHost(record);
  if (!host.ok() || host->disabled) return {};
  std::string json(view::MaxHostJsonBytes(id, record), '\0');
  json.resize(
      static_cast<size_t>(view::RenderHost(id, *host, disabled, json.data()) - json.data()));
  return json;
}

// `order_key` and `json` are made of the record here, and found in the view there.
void CheckRow(Checker& checker, List list, const view::RenderedList& rows, std::string_view key,
              std::string_view record, std::string_view order_key, std::string_view json) {
  const std::optional<Row> row = rows.Find(order_key);
  if (!row || row->record != record || row->json != json) FindOddRow(checker, list, key);
}

void CheckOrder(Checker& checker, List list, const view::RenderedList& rows, uint64_t count) {
  std::string previous;
  bool ascending = true;
  rows.ForEach([&](const Row& row) {
    ascending = ascending && (previous.empty() || previous < row.order_key);
    previous = std::string(row.order_key);
  });
  if (ascending && rows.row_count() == count) return;
  checker.Find(Concat("the view of ", store::TableName(store::TableOf(list)),
                      " has other rows than there are records, or in another order"));
}

}  // namespace

void CheckView(Checker& checker, const store::Meta& meta) {
  checker.EnterStage("view");
  auto loaded = commit::LoadView(checker.txn(), meta, nullptr, nullptr);
  if (!loaded.ok()) return checker.Find(loaded.status());
  const view::View& view = **loaded;
  checker.ForEach(Table::kShapes, [&](std::string_view id, std::string_view record, uint64_t) {
    absl::StatusOr<Shape> shape = model::DecodeShape(id, record);
    if (!shape.ok()) return;
    std::string json;
    if (!shape->disabled) view::RenderShape(*shape, &json);
    CheckRow(checker, List::kShapes, *view.shapes, id, record, model::ShapeOrderKey(*shape),
             json);
  });
  CheckOrder(checker, List::kShapes, *view.shapes, meta.list(List::kShapes).count);
  checker.ForEach(Table::kHosts, [&](std::string_view id, std::string_view record, uint64_t) {
    CheckRow(checker, List::kHosts, *view.hosts, id, record, id,
             RenderedHost(id, record, view.rootfs->disabled()));
  });
  CheckOrder(checker, List::kHosts, *view.hosts, meta.list(List::kHosts).count);
  std::vector<Rootfs> rootfses;
  checker.ForEach(Table::kRootfs,
                  [&](std::string_view name, std::string_view record, uint64_t) {
                    absl::StatusOr<Rootfs> rootfs = model::DecodeRootfs(name, record);
                    if (rootfs.ok()) rootfses.push_back(*std::move(rootfs));
                  });
  if (view::RenderRootfses(rootfses) != view.rootfs->json()) {
    checker.Find("the view of rootfs does not show the records as they are");
  }
}

}  // namespace muster::maintenance
