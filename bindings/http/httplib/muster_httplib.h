// Muster behind cpp-httplib 0.11.4.
//
//   [~] body without a copy     runs of 16 KiB and more go out of the view's own bytes; shorter
//                               ones are gathered, as each write costs two system calls
//   [x] HEAD                    GET's headers with its Content-Length, no body
//   [~] 304                     no body and no Content-Length, but a Content-Type, as httplib
//                               sends one of the two
//   [x] keep-alive              5 requests by default: set_keep_alive_max_count()
//   [ ] pipelining              httplib drops requests that come before their turn
//   [x] threads                 Handle() from any of them, several at once
//   [x] a request with a body   answered, and then the connection ends, as httplib would take
//   an
//                               unread body for the next request
//   [x] Range, Accept-Encoding  ignored; httplib answers a Range that is none with 416
//
// httplib gives header fields percent-decoded, so an API key with a "%" may not
// be found, and refuses a target with two "?".
//
// Bytes only: routes, query and status are the core's. A path that is not
// Muster's is left to the program's own routes:
//
//   ::httplib::Server server;
//   server.Post("/v1/sandboxes", …);
//   muster::httplib::Mount(server, handler);
//
// The program's default headers and its post-routing hook are part of Muster's
// answers. Its error handler is too, and is asked for every status from 400 on:
// let it write only what is the program's (a 404 always is). A page of many rows
// to a slow client needs set_write_timeout(), and set_tcp_nodelay(true) keeps the
// body from waiting until the client has acknowledged the headers.
#ifndef MUSTER_HTTPLIB_H_
#define MUSTER_HTTPLIB_H_

#include <httplib.h>

#include <cstddef>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "muster/http.h"

namespace muster::httplib {

// How the core looks at httplib's fields. Borrows them.
class Fields final : public HeaderFields {
 public:
  explicit Fields(const ::httplib::Headers& fields) : fields_(fields) {}

  void ForEach(std::string_view name,
               const std::function<void(std::string_view value)>& visit) const override {
    const auto [first, last] = fields_.equal_range(std::string(name));
    for (auto field = first; field != last; ++field) visit(field->second);
  }

 private:
  const ::httplib::Headers& fields_;
};

// Whether a body follows the request's fields (RFC 9112, section 6.3).
inline bool HasBody(const ::httplib::Headers& fields) {
  static const std::string coding = "Transfer-Encoding", length = "Content-Length";
  const auto [first, last] = fields.equal_range(length);
  for (auto field = first; field != last; ++field) {
    if (field->second != "0") return true;
  }
  return fields.find(coding) != fields.end();
}

// Writes all spans; what fails, the sink remembers.
inline void WriteSpans(const Spans& spans, ::httplib::DataSink& sink) {
  constexpr size_t kGather = 16384;
  char gathered[kGather];
  size_t size = 0;
  for (std::string_view bytes : spans) {
    if (size != 0 && bytes.size() > kGather - size) {
      sink.write(gathered, size);
      size = 0;
    }
    if (bytes.size() >= kGather) {
      sink.write(bytes.data(), bytes.size());
    } else {
      std::memcpy(gathered + size, bytes.data(), bytes.size());
      size += bytes.size();
    }
  }
  if (size != 0) sink.write(gathered, size);
}

// Hands over a Response, which is kept until it is sent. `last`: the connection
// ends with it, which httplib does when a provider says that it failed.
inline void Send(Response from, bool last, ::httplib::Response& to) {
  to.status = from.status();
  for (auto header = from.begin_headers(); header != from.end_headers(); ++header) {
    to.headers.emplace(header->name, header->value);
  }
  // Without it httplib offers ranges on HEAD.
  to.headers.emplace("Accept-Ranges", "none");
  if (!from.content_length()) {
    to.set_content_provider("application/json", [last](size_t, ::httplib::DataSink& sink) {
      sink.done();
      return !last;
    });
    return;
  }
  // Not with set_content_provider(), which would add a Content-Type.
  to.content_length_ = static_cast<size_t>(*from.content_length());
  auto kept = std::make_shared<const Response>(std::move(from));
  to.content_provider_ = [kept = std::move(kept), last](size_t, size_t,
                                                        ::httplib::DataSink& sink) {
    WriteSpans(kept->body(), sink);
    return !last;
  };
}

// Answers in a pre-routing hook, or gives false where the path is not Muster's.
// `user...` may be an AuthenticatedUser, where the program knows who asks.
template <class... User>
bool Handle(const Handler& handler, const ::httplib::Request& request,
            ::httplib::Response& response, const User&... user) {
  const Fields fields(request.headers);
  std::optional<Response> answer =
      handler.Handle({request.method, request.target, &fields}, user...);
  if (!answer) return false;
  // What httplib does with an answer depends on its request, which is no constant.
  auto& answered = const_cast<::httplib::Request&>(request);
  answered.ranges.clear();
  const bool last = HasBody(request.headers);
  if (last) {
    answered.headers.erase("Connection");
    answered.headers.emplace("Connection", "close");
    answered.method = "GET";  // on HEAD the provider would not be asked
  }
  Send(std::move(*answer), last, response);
  return true;
}

// Answers Muster's paths on a server, as its pre-routing hook, of which httplib
// has one: a hook of the program's own is called first. Borrows the handler.
inline void Mount(::httplib::Server& server, const Handler& handler,
                  ::httplib::Server::HandlerWithResponse own_hook = nullptr) {
  using Done = ::httplib::Server::HandlerResponse;
  server.set_pre_routing_handler(
      [&handler, own_hook = std::move(own_hook)](const ::httplib::Request& request,
                                                 ::httplib::Response& response) {
        if (own_hook && own_hook(request, response) == Done::Handled) return Done::Handled;
        return Handle(handler, request, response) ? Done::Handled : Done::Unhandled;
      });
}

}  // namespace muster::httplib

#endif  // MUSTER_HTTPLIB_H_
