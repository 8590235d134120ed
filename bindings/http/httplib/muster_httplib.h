// Muster behind cpp-httplib 0.11.4.
//
//   [~] body without a copy     above 16 KiB; a smaller one is copied, since each write of
//                               httplib's is three system calls
//   [x] HEAD                    GET's headers with its Content-Length, no body
//   [x] 304                     no body and no Content-Length
//   [x] keep-alive              5 requests by default: set_keep_alive_max_count()
//   [ ] pipelining              no-pipelining: what came with another request is dropped
//   [x] threads                 Handle() from any of them, several at once; a connection takes
//                               one of httplib's for as long as it lasts: new_task_queue
//   [x] a request with a body   answered, and then the connection ends
//   [x] Range, Accept-Encoding  ignored
//
// Before it asks anybody, httplib refuses or does: bad-range, one-question-mark,
// interim-100, no-half-close; on the program's own routes length-required. A length with
// a space before its colon it passes over (space-before-colon), so that the body is the
// next request: have a proxy in front that refuses such. Fields it gives percent-decoded
// (decoded-fields): an API key with a "%" may not be found, and one that a client has
// encoded is, which elsewhere is 401. Empty fields it leaves out (drops-empty-fields): a
// good key beside one is good, and 401 elsewhere.
//
// Bytes only: routes, query and status are the core's. A path that is not
// Muster's is left to the program's own routes, in whichever order they are added:
//
//   ::httplib::Server server;
//   muster::httplib::Mount(server, handler);
//   server.Post("/v1/sandboxes", …);
//
// Mount() takes the server's pre-routing and post-routing hooks, of which there
// is one each: a program that has such hooks calls Handle() and Finish() in them.
// Its default headers are on Muster's answers too. Its error handler is asked for
// every status from 400 on, so let it look at the status: 404 is never Muster's.
// Without set_tcp_nodelay(true) a body may wait until the client has acknowledged
// the headers; set_write_timeout() is for how long a client may take nothing.
#ifndef MUSTER_HTTPLIB_H_
#define MUSTER_HTTPLIB_H_

#include <httplib.h>

#include <algorithm>
#include <cstddef>
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

// Whether a body follows the fields that httplib has left unread: it reads those of few
// methods, and only when it asks a route.
inline bool LeavesBody(const ::httplib::Request& request, bool asked_route) {
  if (HasUnclearBody(Fields(request.headers))) return true;
  static const std::string coding = "Transfer-Encoding", length = "Content-Length";
  const auto [first, last] = request.headers.equal_range(length);
  const bool has_length = std::any_of(first, last, [](auto& f) { return f.second != "0"; });
  if (!has_length && request.headers.count(coding) == 0) return false;
  const std::string& method = request.method;
  const bool is_read = method == "POST" || method == "PUT" || method == "PATCH" ||
                       (method == "DELETE" && first != last);
  return !asked_route || !is_read;
}

// Ends the connection with an answer that is ready to be sent, which httplib does
// when a provider says that it failed.
inline void EndWith(const ::httplib::Request& request, ::httplib::Response& response) {
  response.headers.erase("Keep-Alive");
  response.headers.erase("Connection");
  response.headers.emplace("Connection", "close");
  ::httplib::ContentProvider provider = std::move(response.content_provider_);
  std::string body = std::move(response.body);
  response.body.clear();
  if (request.method == "HEAD") {  // on which no provider is asked
    const_cast<::httplib::Request&>(request).method = "GET";
    provider = nullptr;
    body.clear();
  }
  response.content_provider_ = [provider = std::move(provider), body = std::move(body)](
                                   size_t offset, size_t size, ::httplib::DataSink& sink) {
    if (provider) provider(offset, size, sink);
    if (!body.empty()) sink.write(body.data(), body.size());
    return false;
  };
}

// Hands over a Response, which is kept until it is sent.
inline void Send(Response from, ::httplib::Response& to) {
  constexpr size_t kCopied = 16384;
  from.body().Prefetch();
  to.status = from.status();
  to.reason = from.reason();  // which httplib does not use: it is for Finish()
  for (auto header = from.begin_headers(); header != from.end_headers(); ++header) {
    to.headers.emplace(header->name, header->value);
  }
  const size_t size = from.body().byte_count();
  if (size != 0 && size <= kCopied) {
    to.body = from.body().ToString();
  } else if (from.content_length()) {
    to.content_length_ = static_cast<size_t>(*from.content_length());
    to.content_provider_ = [kept = std::make_shared<const Response>(std::move(from))](
                               size_t, size_t, ::httplib::DataSink& sink) {
      for (std::string_view bytes : kept->body()) sink.write(bytes.data(), bytes.size());
      return true;
    };
  } else {
    to.content_provider_ = [](size_t, size_t, ::httplib::DataSink& sink) {
      sink.done();
      return true;
    };
  }
}

// Answers, in a pre-routing hook; false where the path is not Muster's. `user...`
// may be an AuthenticatedUser, where the program knows who asks.
template <class... User>
bool Handle(const Handler& handler, const ::httplib::Request& request,
            ::httplib::Response& response, const User&... user) {
  const Fields fields(request.headers);
  std::optional<Response> answer =
      handler.Handle({request.method, request.target, &fields}, user...);
  if (!answer) return false;
  // What httplib would go by. The request is its own variable, and not constant.
  auto& answered = const_cast<::httplib::Request&>(request);
  answered.ranges.clear();
  answered.headers.erase("Accept-Encoding");
  Send(std::move(*answer), response);
  return true;
}

// Completes every answer, in a post-routing hook: takes back what httplib adds to
// Muster's, and ends the connection where httplib would take the body of a request
// for the next one, on the program's own routes too.
inline void Finish(const ::httplib::Request& request, ::httplib::Response& response) {
  const bool is_ours = !response.reason.empty();
  if (is_ours && request.method == "HEAD") response.headers.erase("Accept-Ranges");
  if (is_ours && response.body.empty() && response.content_length_ == 0) {
    response.headers.erase("Content-Type");
  }
  const bool can_end = is_ours || !response.content_provider_;
  // httplib refuses some requests by itself: 416 unasked, others before it has all fields,
  // to which it adds this one then.
  const bool has_fields = request.headers.count("REMOTE_ADDR") != 0;
  const bool asked_route = !is_ours && response.status != 416;
  if (can_end && (!has_fields || LeavesBody(request, asked_route))) EndWith(request, response);
}

// Answers Muster's paths on a server without hooks of its own. Borrows the handler.
inline void Mount(::httplib::Server& server, const Handler& handler) {
  server.set_pre_routing_handler(
      [&handler](const ::httplib::Request& request, ::httplib::Response& response) {
        using Outcome = ::httplib::Server::HandlerResponse;
        return Handle(handler, request, response) ? Outcome::Handled : Outcome::Unhandled;
      });
  server.set_post_routing_handler(Finish);
}

}  // namespace muster::httplib

#endif  // MUSTER_HTTPLIB_H_
