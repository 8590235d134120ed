// A request with one header field, as an adapter would show it.
#ifndef MUSTER_BENCH_DATA_ONE_HEADER_H_
#define MUSTER_BENCH_DATA_ONE_HEADER_H_

#include <functional>
#include <string_view>

#include "muster/http.h"

namespace muster_bench {

// Borrows both texts; the name is in lower case.
class OneHeader : public muster::HeaderFields {
 public:
  OneHeader(std::string_view name, std::string_view value) : name_(name), value_(value) {}

  void ForEach(std::string_view name,
               const std::function<void(std::string_view value)>& visit) const override {
    if (name == name_) visit(value_);
  }

 private:
  std::string_view name_;
  std::string_view value_;
};

}  // namespace muster_bench

#endif  // MUSTER_BENCH_DATA_ONE_HEADER_H_
