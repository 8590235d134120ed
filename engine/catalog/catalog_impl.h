// What a Catalog is made of.
#ifndef MUSTER_CATALOG_CATALOG_IMPL_H_
#define MUSTER_CATALOG_CATALOG_IMPL_H_

#include <atomic>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "commit/committer.h"
#include "muster/catalog.h"
#include "muster/store.h"

namespace muster {

class Catalog::Impl {
 public:
  explicit Impl(std::unique_ptr<Store> the_store) : store(std::move(the_store)) {}

  absl::Status Start() {
    auto opened = commit::Committer::Open(*store);
    if (!opened.ok()) return opened.status();
    committer = *std::move(opened);
    return absl::OkStatus();
  }

  absl::Status CheckOpen() const {
    if (!closed.load(std::memory_order_relaxed)) return absl::OkStatus();
    return absl::FailedPreconditionError("the catalog is closed: open it again");
  }

  // A short read transaction of the store.
  absl::StatusOr<std::unique_ptr<ReadTransaction>> Read() const {
    if (absl::Status status = CheckOpen(); !status.ok()) return status;
    return store->BeginRead();
  }

  const std::unique_ptr<Store> store;
  std::unique_ptr<commit::Committer> committer;
  std::atomic<bool> closed{false};
};

}  // namespace muster

#endif  // MUSTER_CATALOG_CATALOG_IMPL_H_
