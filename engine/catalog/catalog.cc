#include "muster/catalog.h"

#include <utility>

#include "catalog/catalog_impl.h"
#include "commit/key_ring.h"
#include "maintenance/backup.h"
#include "model/rules.h"
#include "model/text.h"
#include "store/lmdb/lmdb_store.h"
#include "store/memory/memory_store.h"

namespace muster {
namespace {

constexpr int64_t kMaxRetentionMs = model::kMaxSafeInteger;

}  // namespace

Catalog::Catalog(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Catalog::~Catalog() { static_cast<void>(Close()); }

absl::StatusOr<std::unique_ptr<Catalog>> Catalog::Open(const std::string& path,
                                                       const Options& options) {
  auto store = store::OpenLmdb(path, options);
  if (!store.ok()) return store.status();
  auto catalog = Open(*std::move(store), options);
  if (catalog.ok()) return catalog;
  // A full disk is ResourceExhausted later; an open says what catalog.h says.
  const absl::StatusCode code = absl::IsResourceExhausted(catalog.status())
                                    ? absl::StatusCode::kUnavailable
                                    : catalog.status().code();
  return absl::Status(
      code, model::Concat(model::Printable(path), ": ", model::Message(catalog.status())));
}

absl::StatusOr<std::unique_ptr<Catalog>> Catalog::Open(std::unique_ptr<Store> store,
                                                       const Options& options) {
  if (store == nullptr) return absl::InvalidArgumentError("store: must not be null");
  if (options.flush_interval_ms < 1) {
    return absl::InvalidArgumentError("flush_interval_ms must be at least 1");
  }
  if (options.tombstone_retention_ms < 0 || options.tombstone_retention_ms > kMaxRetentionMs) {
    return absl::InvalidArgumentError(
        "tombstone_retention_ms: must be an integer from 0 to 9007199254740991");
  }
  if (options.host_timeout_ms < 0) {
    return absl::InvalidArgumentError("host_timeout_ms must not be negative");
  }
  auto impl = std::make_unique<Impl>(std::move(store), options);
  if (absl::Status status = impl->Start(options); !status.ok()) return status;
  return std::unique_ptr<Catalog>(new Catalog(std::move(impl)));
}

absl::StatusOr<std::unique_ptr<Catalog>> Catalog::OpenInMemory(const Options& options) {
  return Open(store::NewMemoryStore(), options);
}

Snapshot Catalog::snapshot() noexcept {
  if (!impl_->closed.load(std::memory_order_relaxed)) impl_->committer->TryCatchUp();
  return Snapshot(impl_->committer->publisher().Take().slot);
}

absl::Status Catalog::Apply(const WriteBatch& batch, ApplyReport* report, Deadline deadline) {
  ApplyReport unread;
  if (report == nullptr) report = &unread;
  *report = ApplyReport{};
  if (absl::Status status = impl_->CheckOpenHere(); !status.ok()) return status;
  absl::Status status = impl_->committer->Apply(batch.rep(), report, deadline);
  if (!status.ok()) *report = ApplyReport{};
  if (status.ok() && batch.empty()) report->version = snapshot().version();
  return status;
}

absl::Status Catalog::ApplyAsync(WriteBatch batch, ApplyCallback callback) {
  if (absl::Status status = impl_->CheckOpenHere(); !status.ok()) return status;
  if (callback == nullptr) return absl::InvalidArgumentError("callback: must not be empty");
  return impl_->committer->ApplyAsync(std::move(batch), std::move(callback));
}

absl::Status Catalog::Flush() {
  if (absl::Status status = impl_->CheckOpenHere(); !status.ok()) return status;
  return impl_->committer->Flush();
}

absl::Status Catalog::CatchUp() {
  if (absl::Status status = impl_->CheckOpenHere(); !status.ok()) return status;
  return impl_->committer->CatchUp();
}

absl::StatusOr<std::vector<ApiKeyInfo>> Catalog::ListApiKeys(std::string_view user_id) const {
  const bool can_be = user_id.empty() || model::IsName(user_id);
  auto txn = impl_->Read();
  if (!txn.ok()) return txn.status();
  if (!can_be) return std::vector<ApiKeyInfo>();
  return commit::ListKeys(**txn, user_id);
}

absl::Status Catalog::CheckReady() {
  if (!impl_->CheckOpen().ok()) return absl::UnavailableError("the catalog is closed");
  if (absl::Status status = impl_->store->Probe(); !status.ok()) return status;
  return impl_->committer->CheckWritable();
}

absl::Status Catalog::Backup(const std::string& directory) {
  absl::Status status = Flush();
  return status.ok() ? maintenance::BackupTo(*impl_->store, directory) : status;
}

absl::Status Catalog::Backup(int fd) {
  absl::Status status = Flush();
  return status.ok() ? maintenance::BackupTo(*impl_->store, fd) : status;
}

absl::StatusOr<StoreStatus> Catalog::GetStatus() const {
  if (absl::Status status = impl_->CheckOpenHere(); !status.ok()) return status;
  return maintenance::StatusOf(*impl_->store);
}

absl::Status Catalog::Close() {
  if (impl_->closed.exchange(true)) return absl::OkStatus();
  // A forked child has nothing to flush: that is the parent's.
  const absl::Status stopped = impl_->IsHere() ? impl_->committer->Stop() : absl::OkStatus();
  absl::Status closed = impl_->store->Close();
  if (closed.ok()) return stopped;
  if (impl_->IsHere()) impl_->committer->Resume();
  impl_->closed = false;
  return closed;
}

}  // namespace muster
