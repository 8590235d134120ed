// SharedCatalog: a Catalog under the rules of Python's threads.
//
// The engine asks that nobody calls while it closes. Python gives no such
// promise, so every call counts itself in, and Close() waits until all have
// left; calls that come while it closes wait for its end. Nobody waits with the
// GIL held: a call under way may need it (a readiness check written in Python).
//
// In a forked child none of this is done: the calls that it finds under way are of
// threads that are not there, one of which may hold the mutex. All calls go straight
// to the engine, which refuses what needs the store and closes nothing.
//
// A Handler and its Catalog share the object by shared_ptr. Any thread that
// holds the GIL.
#ifndef MUSTER_BINDINGS_PYTHON_SHARED_CATALOG_H_
#define MUSTER_BINDINGS_PYTHON_SHARED_CATALOG_H_

#include <pybind11/pybind11.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>

#include "absl/status/status.h"
#include "forks.h"
#include "gil.h"
#include "muster/catalog.h"
#include "muster/http.h"

namespace muster::python {

namespace py = pybind11;

class SharedCatalog {
 public:
  SharedCatalog(std::unique_ptr<Catalog> catalog, Handler handler);
  ~SharedCatalog();
  SharedCatalog(const SharedCatalog&) = delete;
  SharedCatalog& operator=(const SharedCatalog&) = delete;

  // Runs `call(Catalog&)` without the GIL, while the catalog stays open or
  // closed as it is. What it returns must not be an object of Python's.
  template <typename Call>
  auto Use(Call call) {
    const GilReleased no_gil;
    const CallUnderWay under_way(*this);
    return call(*catalog_);
  }

  // FailedPrecondition when this thread is itself within a call.
  absl::Status Close();

  // The one with the default options.
  const Handler& handler() const { return handler_; }

 private:
  class CallUnderWay {
   public:
    explicit CallUnderWay(SharedCatalog& owner);
    ~CallUnderWay();
    CallUnderWay(const CallUnderWay&) = delete;
    CallUnderWay& operator=(const CallUnderWay&) = delete;

   private:
    SharedCatalog& owner_;
    const CallUnderWay* const outer_;  // of the same thread
    friend class SharedCatalog;
  };

  // The innermost call of this thread, on whatever catalog.
  static thread_local const CallUnderWay* innermost_;

  std::unique_ptr<Catalog> catalog_;
  Handler handler_;  // borrows *catalog_
  const ForkMark mark_;

  std::mutex mutex_;
  std::condition_variable changed_;
  int calls_under_way_ = 0;
  bool closing_ = false;
};

}  // namespace muster::python

#endif  // MUSTER_BINDINGS_PYTHON_SHARED_CATALOG_H_
