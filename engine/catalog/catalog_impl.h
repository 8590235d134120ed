// What a Catalog is made of.
#ifndef MUSTER_CATALOG_CATALOG_IMPL_H_
#define MUSTER_CATALOG_CATALOG_IMPL_H_

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "commit/committer.h"
#include "identity/user_cache.h"
#include "muster/catalog.h"
#include "muster/store.h"
#include "store/fork_mark.h"

namespace muster {

class Catalog::Impl {
 public:
  Impl(std::unique_ptr<Store> the_store, const Options& options)
      : store(std::move(the_store)), users(options.identity_cache_bytes) {}

  absl::Status Start(const Options& options) {
    auto opened = commit::Committer::Open(*store, &users, options);
    if (!opened.ok()) return opened.status();
    committer = *std::move(opened);
    committer->StartSweeping();
    return absl::OkStatus();
  }

  absl::Status CheckOpen() const {
    if (!closed.load(std::memory_order_relaxed)) return absl::OkStatus();
    return absl::FailedPreconditionError("the catalog is closed: open it again");
  }

  // Whether this is the process that opened it.
  bool IsHere() const { return !mark.InForkedChild(); }

  // The same, before anything that takes a lock: after a fork a thread that is not
  // there may have it.
  absl::Status CheckOpenHere() const {
    if (IsHere()) return CheckOpen();
    return absl::FailedPreconditionError(
        "the catalog was opened before a fork: open it in the child, after the fork");
  }

  // A short read transaction of the store.
  absl::StatusOr<std::unique_ptr<ReadTransaction>> Read() const {
    if (absl::Status status = CheckOpenHere(); !status.ok()) return status;
    return committer->BeginRead();
  }

  // A user's counts, from memory or else from the store; nothing where there is
  // no such user.
  absl::StatusOr<std::optional<UserStats>> FindStats(std::string_view user_id);

  // For the feed: has snapshots hold that version, which somebody has committed.
  absl::Status ShowVersion(uint64_t version);
  uint64_t NewestVersion() const;
  // Waits until `reached` is true of the newest view. An error of it is returned once
  // all that was committed has been taken in.
  absl::Status WaitUntil(Deadline deadline,
                         const std::function<absl::StatusOr<bool>(const view::View&)>& reached);

  const store::ForkMark mark;
  const std::unique_ptr<Store> store;
  identity::UserCache users;
  std::unique_ptr<commit::Committer> committer;
  std::atomic<bool> closed{false};
};

}  // namespace muster

#endif  // MUSTER_CATALOG_CATALOG_IMPL_H_
