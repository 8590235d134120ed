// How the core looks at the header fields of a muster_request.
#ifndef MUSTER_BINDINGS_C_HEADER_FIELDS_H_
#define MUSTER_BINDINGS_C_HEADER_FIELDS_H_

#include <functional>
#include <string_view>

#include "muster.h"
#include "muster/http.h"

namespace muster::c {

// Null data means no bytes, whatever the size says.
inline std::string_view View(const muster_span& span) {
  return span.data == nullptr ? std::string_view() : std::string_view(span.data, span.size);
}

// Borrows the request.
class RequestFields final : public HeaderFields {
 public:
  explicit RequestFields(const muster_request& request) : request_(request) {}
  void ForEach(std::string_view name,
               const std::function<void(std::string_view value)>& visit) const override;

 private:
  const muster_request& request_;
};

}  // namespace muster::c

#endif  // MUSTER_BINDINGS_C_HEADER_FIELDS_H_
