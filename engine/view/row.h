// A row of a list, and what may become of one. Both borrow their bytes.
#ifndef MUSTER_VIEW_ROW_H_
#define MUSTER_VIEW_ROW_H_

#include <string_view>

namespace muster::view {

struct Row {
  std::string_view order_key;
  std::string_view record;  // the entry, by model/record.h
  std::string_view json;    // what clients see, without a comma; empty: nothing
};

// Replaced or added where `present`, else removed.
struct RowChange {
  std::string_view order_key;
  bool present = false;
  std::string_view record = {};
  std::string_view json = {};  // empty: clients do not see it
};

}  // namespace muster::view

#endif  // MUSTER_VIEW_ROW_H_
