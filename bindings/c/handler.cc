// From a muster_request to a muster_response.
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

#include "catalog.h"
#include "error.h"
#include "header_fields.h"
#include "muster.h"
#include "muster/http.h"
#include "response.h"
#include "sized_struct.h"

namespace {

using muster::c::CopySized;
using muster::c::Guarded;
using muster::c::Missing;
using muster::c::OwnedResponse;
using muster::c::View;

// A later field must not lie in what is padding today.
static_assert(sizeof(muster_handler_options) ==
              offsetof(muster_handler_options, disabled_endpoints) + sizeof(uint32_t));
static_assert(sizeof(muster_request) ==
              offsetof(muster_request, user_id) + sizeof(const muster_span*));

absl::StatusOr<muster::HandlerOptions> ToOptions(const muster_handler_options& given) {
  constexpr uint32_t kAll = MUSTER_ENDPOINT_SHAPES | MUSTER_ENDPOINT_ROOTFS |
                            MUSTER_ENDPOINT_HOSTS | MUSTER_ENDPOINT_WHOAMI |
                            MUSTER_ENDPOINT_HEALTHZ | MUSTER_ENDPOINT_READYZ;
  const uint32_t disabled = given.disabled_endpoints;
  if ((disabled & ~kAll) != 0) {
    return absl::InvalidArgumentError("disabled_endpoints: must be a sum of MUSTER_ENDPOINT_…");
  }
  muster::HandlerOptions options;
  if (given.mount_prefix != nullptr) options.mount_prefix = given.mount_prefix;
  options.hosts_require_credential = given.hosts_require_credential != 0;
  options.serve_shapes = (disabled & MUSTER_ENDPOINT_SHAPES) == 0;
  options.serve_rootfs = (disabled & MUSTER_ENDPOINT_ROOTFS) == 0;
  options.serve_hosts = (disabled & MUSTER_ENDPOINT_HOSTS) == 0;
  options.serve_whoami = (disabled & MUSTER_ENDPOINT_WHOAMI) == 0;
  options.serve_healthz = (disabled & MUSTER_ENDPOINT_HEALTHZ) == 0;
  options.serve_readyz = (disabled & MUSTER_ENDPOINT_READYZ) == 0;
  return options;
}

// `make(muster::HandlerOptions)` gives an absl::StatusOr<muster::Handler> that borrows
// the catalog.
template <class Make>
absl::Status Create(std::shared_ptr<muster::Catalog> catalog,
                    const muster_handler_options* options, const Make& make,
                    muster_handler** handler) {
  muster_handler_options own;
  if (absl::Status copied = CopySized(options, "options", &own); !copied.ok()) return copied;
  auto converted = ToOptions(own);
  if (!converted.ok()) return converted.status();
  auto made = make(*std::move(converted));
  if (!made.ok()) return made.status();
  *handler = new muster_handler{std::move(catalog), *std::move(made)};
  return absl::OkStatus();
}

// `answer(const muster::Request&, const muster_span* user_id)` gives a
// std::optional<muster::Response>.
template <class Answer>
absl::Status Respond(const muster_request& request, const Answer& answer,
                     const muster_response** response) {
  const muster::c::RequestFields fields(request);
  const muster::Request core{View(request.method), View(request.target), &fields};
  auto made = std::make_unique<OwnedResponse>([&] { return answer(core, request.user_id); });
  if (made->has_value()) *response = made.release();
  return absl::OkStatus();
}

// The same, over whatever is given.
template <class Answer>
muster_code GuardedRespond(const muster_request* request, const muster_response** response,
                           const Answer& answer) noexcept {
  if (response != nullptr) *response = nullptr;
  return Guarded([&]() -> absl::Status {
    if (response == nullptr) return Missing("response");
    if (request == nullptr) return Missing("request");
    if (request->struct_size == sizeof(muster_request)) {
      return Respond(*request, answer, response);
    }
    muster_request own;
    absl::Status copied = CopySized(request, "request", &own);
    return copied.ok() ? Respond(own, answer, response) : copied;
  });
}

}  // namespace

muster_code muster_handler_create(muster_catalog* catalog,
                                  const muster_handler_options* options,
                                  muster_handler** handler) {
  if (handler != nullptr) *handler = nullptr;
  return Guarded([&]() -> absl::Status {
    if (handler == nullptr) return Missing("handler");
    if (catalog == nullptr) return Missing("catalog");
    const auto make = [catalog](muster::HandlerOptions given) {
      return muster::Handler::Create(catalog->catalog.get(), std::move(given));
    };
    return Create(catalog->catalog, options, make, handler);
  });
}

muster_code muster_handler_create_without_catalog(const char* reason,
                                                  const muster_handler_options* options,
                                                  muster_handler** handler) {
  if (handler != nullptr) *handler = nullptr;
  return Guarded([&]() -> absl::Status {
    if (handler == nullptr) return Missing("handler");
    if (reason == nullptr) return Missing("reason");
    const auto make = [reason](muster::HandlerOptions given) {
      return muster::Handler::WithoutCatalog(reason, std::move(given));
    };
    return Create(nullptr, options, make, handler);
  });
}

void muster_handler_destroy(muster_handler* handler) { delete handler; }

muster_code muster_handle(const muster_handler* handler, const muster_request* request,
                          const muster_response** response) {
  if (handler == nullptr) {
    if (response != nullptr) *response = nullptr;
    return Guarded([] { return Missing("handler"); });
  }
  const muster::Handler& core = handler->handler;
  return GuardedRespond(
      request, response, [&core](const muster::Request& asked, const muster_span* user_id) {
        return user_id == nullptr ? core.Handle(asked) : core.Handle(asked, {View(*user_id)});
      });
}

muster_code muster_not_found(const muster_request* request, const muster_response** response) {
  return GuardedRespond(request, response,
                        [](const muster::Request& asked, const muster_span*) {
                          return std::make_optional(muster::Handler::NotFound(asked));
                        });
}
