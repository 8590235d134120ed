// What stands behind the two handles of muster.h.
#ifndef MUSTER_BINDINGS_C_CATALOG_H_
#define MUSTER_BINDINGS_C_CATALOG_H_

#include <memory>

#include "muster/catalog.h"
#include "muster/http.h"

// Shared with its handlers, so that it does not matter which of them goes first.
struct muster_catalog {
  std::shared_ptr<muster::Catalog> catalog;
};

struct muster_handler {
  std::shared_ptr<muster::Catalog> catalog;  // null: there is none
  muster::Handler handler;                   // borrows *catalog
};

#endif  // MUSTER_BINDINGS_C_CATALOG_H_
