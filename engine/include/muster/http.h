// Handler: the "Catalog & Identity" HTTP API, without a framework or a socket.
//
// An adapter makes a Request of what its framework has, calls Handle(), and
// sends the Response. All rules of docs/http-api.md are kept here: routing,
// methods, query, credentials, entity tags. A path that is not one of ours is
// handed back, so that the host's own routes go on.
#ifndef MUSTER_HTTP_H_
#define MUSTER_HTTP_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "muster/catalog.h"
#include "muster/export.h"
#include "muster/identity.h"
#include "muster/snapshot.h"
#include "muster/spans.h"

namespace muster {

namespace http {
struct Exchange;
}  // namespace http

// How the core looks at a request's header fields. Implemented by adapters,
// over whatever their framework has.
class MUSTER_EXPORT HeaderFields {
 public:
  virtual ~HeaderFields();

  // Calls `visit` with the value of each field of that name, in the order
  // received. `name` is in lower case; names are compared without case. White
  // space around a value may be there or not. Joining repeats is the core's.
  virtual void ForEach(std::string_view name,
                       const std::function<void(std::string_view value)>& visit) const = 0;

 protected:
  // Whether a field that came as `received` has that name, for frameworks that
  // leave it to us. `name` is as ForEach() has it.
  static bool IsNamed(std::string_view received, std::string_view name) {
    if (received.size() != name.size()) return false;
    for (size_t i = 0; i < name.size(); ++i) {
      const char c = received[i];
      if ((c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c) != name[i]) return false;
    }
    return true;
  }
};

// Whether the fields leave open where a request's body ends (RFC 9112, section 6.3): it
// has several lengths, or one that is no number, or another coding than chunked. What a
// framework takes for the body may then be less than what came, and the rest would be
// the next request: answer, and close the connection.
MUSTER_EXPORT bool HasUnclearBody(const HeaderFields& fields);

// What a request is made of. Borrowed for the duration of Handle().
struct Request {
  std::string_view method;                // as received: "GET"
  std::string_view target;                // as received, undecoded: "/v1/hosts?limit=2"
  const HeaderFields* headers = nullptr;  // null: none
};

// A user whom the host has authenticated by itself. An empty id means that it
// has authenticated nobody: 401 wherever a credential is asked for.
struct AuthenticatedUser {
  std::string_view user_id;
};

// A status, a few headers and a body that need not be copied: it consists of
// spans, which stay valid for as long as this object (also after a move), and
// which keep the snapshot they come from.
class MUSTER_EXPORT Response {
 public:
  struct Header {
    std::string_view name;
    std::string_view value;
  };

  Response() noexcept {}
  explicit Response(const http::Exchange& exchange);  // for the Handler
  ~Response();
  Response(Response&& other) noexcept;
  Response& operator=(Response&& other) noexcept;
  Response(const Response&) = delete;
  Response& operator=(const Response&) = delete;

  int status() const { return status_; }

  // The words that HTTP/1.1 puts behind the status (RFC 9110, section 15): "OK".
  // Static; ends with a zero byte, for frameworks in C.
  std::string_view reason() const;

  // The headers to send, Content-Length not among them (see below). Valid for
  // as long as this object; each name and value ends with a zero byte.
  const Header* begin_headers() const {
    return std::launder(reinterpret_cast<const Header*>(headers_));
  }
  const Header* end_headers() const { return begin_headers() + header_count_; }

  // The value of a header, or "". `name` as it is written here: "ETag".
  std::string_view header(std::string_view name) const;

  // The Content-Length to send, in bytes; absent on a 304. On the answer to
  // HEAD it is that of the body which GET would have got.
  std::optional<uint64_t> content_length() const { return content_length_; }

  // Empty for HEAD and on a 304.
  const Spans& body() const { return body_; }

 private:
  friend class ResponseBuilder;
  static constexpr size_t kMaxHeaders = 4;
  static constexpr size_t kMaxTail = 256;

  void AddHeader(std::string_view name, std::string_view value) {
    ::new (static_cast<void*>(headers_ + header_count_ * sizeof(Header))) Header{name, value};
    ++header_count_;
  }

  int status_ = 0;
  size_t header_count_ = 0;
  std::optional<uint64_t> content_length_;
  Snapshot snapshot_;                   // keeps spans and the ETag's value
  std::unique_ptr<std::string> owned_;  // text made for this answer alone
  size_t tail_span_ = SIZE_MAX;         // which span lies in tail_, if any
  Spans body_;
  // Left as they are until they are used: setting them would cost more than
  // finding the rows of a page.
  alignas(Header) unsigned char headers_[kMaxHeaders * sizeof(Header)];
  char tail_[kMaxTail];  // short text made for this answer: a list's pagination, …
};

struct HandlerOptions {
  // Put before every path: "" or like "/api". Must begin with a slash, not end
  // with one, and have no "?", "#", space or control character.
  std::string mount_prefix;

  // Endpoints that are switched off are not ours.
  bool serve_shapes = true;
  bool serve_rootfs = true;
  bool serve_hosts = true;
  bool serve_whoami = true;
  bool serve_healthz = true;
  bool serve_readyz = true;

  // Asks for a credential on /v1/hosts.
  bool hosts_require_credential = false;

  // One more condition for /readyz. Not OK: 503, with the status's message as
  // the reason; it is shown to clients, so one sentence without secrets. Called
  // from the threads that serve requests, several at once. May be empty.
  std::function<absl::Status()> readiness_check;

  // Who resolves credentials; borrowed, must outlive the handler. Null: the
  // catalog's API keys.
  const Authenticator* authenticator = nullptr;
};

// Immutable once made; every call from any thread.
class MUSTER_EXPORT Handler {
 public:
  // Borrows the catalog, which must outlive it. InvalidArgument where the
  // options are not as said above.
  static absl::StatusOr<Handler> Create(Catalog* catalog, HandlerOptions options = {});

  // For a host whose store cannot be opened, or not yet, and which goes on meanwhile:
  // the same paths are ours, what needs a catalog is 503, and /readyz has `reason`. It
  // is shown to clients, so one sentence without paths or secrets. The options'
  // readiness check is not asked. InvalidArgument as above.
  static absl::StatusOr<Handler> WithoutCatalog(std::string reason,
                                                HandlerOptions options = {});

  ~Handler();
  Handler(Handler&&) noexcept;
  Handler& operator=(Handler&&) noexcept;

  // The answer, or nothing where the path is not ours. Never fails: what goes
  // wrong is an answer too.
  std::optional<Response> Handle(const Request& request) const;

  // The same, where the host knows who asks: the request's own credential is
  // not looked at. A user id that the catalog does not know has zero counts.
  std::optional<Response> Handle(const Request& request, const AuthenticatedUser& user) const;

  // The 404 for a path that nobody serves, for servers with no other routes.
  static Response NotFound(const Request& request);

 private:
  friend struct http::Exchange;
  class Impl;
  explicit Handler(std::unique_ptr<const Impl> impl);
  std::unique_ptr<const Impl> impl_;
};

}  // namespace muster

#endif  // MUSTER_HTTP_H_
