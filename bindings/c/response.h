// A muster_response, and what it points into.
#ifndef MUSTER_BINDINGS_C_RESPONSE_H_
#define MUSTER_BINDINGS_C_RESPONSE_H_

#include <memory>
#include <optional>

#include "muster.h"
#include "muster/http.h"

namespace muster::c {

// Given to the program as a pointer to its base, and freed by that.
class OwnedResponse final : public muster_response {
 public:
  // Makes the response where it stays: `make()` returns a std::optional<Response>.
  template <class Make>
  explicit OwnedResponse(const Make& make) : muster_response{}, response_(make()) {
    if (response_) Describe();
  }
  OwnedResponse(const OwnedResponse&) = delete;
  OwnedResponse& operator=(const OwnedResponse&) = delete;

  bool has_value() const { return response_.has_value(); }

 private:
  void Describe();

  std::optional<Response> response_;
  std::unique_ptr<unsigned char[]> tables_;  // spans, then headers
};

}  // namespace muster::c

#endif  // MUSTER_BINDINGS_C_RESPONSE_H_
