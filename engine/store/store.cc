#include "muster/store.h"

namespace muster {

// Out of line, so that each class has one vtable, in the library.
ReadTransaction::~ReadTransaction() = default;
Store::~Store() = default;

absl::StatusOr<std::unique_ptr<WriteTransaction>> Store::TryBeginWrite() {
  return BeginWrite();
}

}  // namespace muster
