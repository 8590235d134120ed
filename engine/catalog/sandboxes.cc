// The look-up of a sandbox, and the proof of the counts.
#include <optional>
#include <string_view>
#include <utility>

#include "catalog/catalog_impl.h"
#include "commit/recount.h"
#include "model/record.h"
#include "model/rules.h"
#include "store/records.h"

namespace muster {

absl::StatusOr<std::optional<Sandbox>> Catalog::FindSandbox(std::string_view sandbox_id) const {
  auto txn = impl_->Read();
  if (!txn.ok()) return txn.status();
  std::optional<Sandbox> none;
  if (!model::IsName(sandbox_id)) return none;
  auto record = store::GetRecord(**txn, List::kSandboxes, sandbox_id);
  if (!record.ok()) return record.status();
  if (!record->has_value()) return none;
  absl::StatusOr<Sandbox> sandbox = model::DecodeSandbox(sandbox_id, **record);
  if (!sandbox.ok()) return sandbox.status();
  return std::optional<Sandbox>(*std::move(sandbox));
}

absl::StatusOr<RecountReport> Catalog::Recount(bool repair) {
  if (absl::Status status = impl_->CheckOpenHere(); !status.ok()) return status;
  if (!repair) {
    auto txn = impl_->committer->BeginLongRead();
    if (!txn.ok()) return txn.status();
    absl::StatusOr<store::Meta> meta = store::RequireMeta(**txn);
    if (!meta.ok()) return meta.status();
    return commit::Recount(**txn, *meta);
  }
  RecountReport found;
  WriteBatch::Rep batch;
  batch.Add(ChangeKind::kRecount, List::kUsers, {}, {});
  batch.set_recount_report(&found);
  ApplyReport report;
  absl::Status status = impl_->committer->Apply(batch, &report, kNoDeadline);
  if (!status.ok()) return status;
  return found;
}

}  // namespace muster
