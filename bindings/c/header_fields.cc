#include "header_fields.h"

#include <exception>
#include <string>

namespace muster::c {
namespace {

using Visit = std::function<void(std::string_view value)>;

// An exception must not pass through the program's own function, which may be
// written in a language that knows none: it waits here until that has returned.
struct Visitor {
  const Visit& visit;
  std::exception_ptr thrown;
};

void VisitValue(void* visitor, const char* value, size_t size) noexcept {
  auto& self = *static_cast<Visitor*>(visitor);
  if (self.thrown) return;
  try {
    self.visit(View({value, size}));
  } catch (...) {
    self.thrown = std::current_exception();
  }
}

void FindHeader(const muster_request& request, std::string_view name, const Visit& visit) {
  const std::string with_zero_byte(name);  // short enough to lie on the stack
  Visitor visitor{visit, nullptr};
  request.find_header(request.headers_context, with_zero_byte.c_str(), name.size(), VisitValue,
                      &visitor);
  if (visitor.thrown) std::rethrow_exception(visitor.thrown);
}

}  // namespace

void RequestFields::ForEach(std::string_view name, const Visit& visit) const {
  if (request_.find_header != nullptr) return FindHeader(request_, name, visit);
  if (request_.headers == nullptr) return;
  for (size_t i = 0; i < request_.header_count; ++i) {
    const muster_header& header = request_.headers[i];
    if (IsNamed(View(header.name), name)) visit(View(header.value));
  }
}

}  // namespace muster::c
