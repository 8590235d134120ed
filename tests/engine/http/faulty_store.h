// A real store whose reads and probes can be made to fail.
#ifndef MUSTER_TESTS_ENGINE_HTTP_FAULTY_STORE_H_
#define MUSTER_TESTS_ENGINE_HTTP_FAULTY_STORE_H_

#include <memory>

#include "engine/store/forwarding_store.h"
#include "muster/store.h"

namespace muster {

// What goes wrong; outlives the store.
struct Faults {
  absl::Status read;
  absl::Status probe;
  int calls = 0;  // of the two that can fail
};

class FaultyStore : public ForwardingStore {
 public:
  explicit FaultyStore(Faults* faults) : faults_(*faults) {}

  absl::StatusOr<std::unique_ptr<ReadTransaction>> BeginRead() override {
    ++faults_.calls;
    if (!faults_.read.ok()) return faults_.read;
    return ForwardingStore::BeginRead();
  }
  absl::Status Probe() override {
    ++faults_.calls;
    if (!faults_.probe.ok()) return faults_.probe;
    return ForwardingStore::Probe();
  }

 private:
  Faults& faults_;
};

}  // namespace muster

#endif  // MUSTER_TESTS_ENGINE_HTTP_FAULTY_STORE_H_
