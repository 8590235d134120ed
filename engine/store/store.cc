#include "muster/store.h"

namespace muster {

// Out of line, so that each class has one vtable, in the library.
ReadTransaction::~ReadTransaction() = default;
Store::~Store() = default;

}  // namespace muster
