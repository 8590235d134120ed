#include "shared_catalog.h"

namespace muster::python {

thread_local const SharedCatalog::CallUnderWay* SharedCatalog::innermost_ = nullptr;

SharedCatalog::CallUnderWay::CallUnderWay(SharedCatalog& owner)
    : owner_(owner), outer_(innermost_) {
  if (owner_.mark_.InForkedChild()) return;
  // A call from within a call on the same catalog must not wait for Close(),
  // which waits for the outer one.
  bool nested = false;
  for (const CallUnderWay* call = outer_; call != nullptr; call = call->outer_) {
    nested = nested || &call->owner_ == &owner;
  }
  std::unique_lock<std::mutex> lock(owner_.mutex_);
  if (!nested) owner_.changed_.wait(lock, [&] { return !owner_.closing_; });
  ++owner_.calls_under_way_;
  innermost_ = this;
}

SharedCatalog::CallUnderWay::~CallUnderWay() {
  innermost_ = outer_;
  if (owner_.mark_.InForkedChild()) return;
  const std::lock_guard<std::mutex> lock(owner_.mutex_);
  if (--owner_.calls_under_way_ == 0) owner_.changed_.notify_all();
}

SharedCatalog::SharedCatalog(std::unique_ptr<Catalog> catalog, Handler handler)
    : catalog_(std::move(catalog)), handler_(std::move(handler)) {}

SharedCatalog::~SharedCatalog() {
  // Closing may write to a disk.
  const GilReleased no_gil;
  catalog_->Close().IgnoreError();
}

absl::Status SharedCatalog::Close() {
  const GilReleased no_gil;
  if (mark_.InForkedChild()) return catalog_->Close();
  if (innermost_ != nullptr) {
    return absl::FailedPreconditionError(
        "a catalog cannot be closed from within a call on one");
  }
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [&] { return !closing_; });
  closing_ = true;
  changed_.wait(lock, [&] { return calls_under_way_ == 0; });
  absl::Status closed = catalog_->Close();
  closing_ = false;
  changed_.notify_all();
  return closed;
}

}  // namespace muster::python
