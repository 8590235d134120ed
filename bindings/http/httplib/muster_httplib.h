// Muster behind cpp-httplib 0.11.4.
//
//   [~] body without a copy     above 16 KiB, in runs of 4 KiB and more; less is gathered, as a
//                               write of httplib's is three system calls
//   [x] HEAD                    GET's headers with its Content-Length, no body
//   [x] 304                     no body and no Content-Length
//   [x] keep-alive              5 requests by default: set_keep_alive_max_count()
//   [ ] pipelining              no-pipelining: what came with another request is dropped
//   [x] threads                 Handle() from any of them, several at once; held-threads: a
//                               connection takes one of httplib's for as long as it lasts
//   [x] a request with a body   answered, and then the connection ends
//   [x] Range, Accept-Encoding  ignored
//
// What httplib does by itself: bad-range, one-question-mark, interim-100,
// no-half-close; and on the program's own routes length-required and unread-chunks
// (it takes a GET's or HEAD's body of any kind for the next request). It gives
// header fields percent-decoded, so an API key with a "%" may not be found.
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
// set_tcp_nodelay(true) keeps a body from waiting until the client has
// acknowledged the headers; set_write_timeout() is how long a slow client may
// take none of it.
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

// Writes the spans, the short ones together. The sink knows what failed.
inline void Write(const Spans& spans, ::httplib::DataSink& sink) {
  char gathered[4096];
  size_t size = 0;
  const auto flush = [&] {
    if (size != 0) sink.write(gathered, size);
    size = 0;
  };
  for (std::string_view bytes : spans) {
    if (bytes.size() > sizeof(gathered) - size) flush();
    if (bytes.size() >= sizeof(gathered)) {
      sink.write(bytes.data(), bytes.size());
    } else {
      std::memcpy(gathered + size, bytes.data(), bytes.size());
      size += bytes.size();
    }
  }
  flush();
}

// Hands over a Response, which is kept until it is sent. `is_last`: the connection
// ends with it, as it does where a provider says that it failed.
inline void Send(Response from, bool is_last, ::httplib::Response& to) {
  constexpr size_t kCopied = 16384;
  to.status = from.status();
  to.reason = from.reason();  // which httplib does not use: it is for Finish()
  for (auto header = from.begin_headers(); header != from.end_headers(); ++header) {
    to.headers.emplace(header->name, header->value);
  }
  const size_t size = from.body().byte_count();
  if (size != 0 && size <= kCopied && !is_last) {
    to.body = from.body().ToString();
  } else if (from.content_length()) {
    to.content_length_ = static_cast<size_t>(*from.content_length());
    auto kept = std::make_shared<const Response>(std::move(from));
    to.content_provider_ = [kept, is_last](size_t, size_t, ::httplib::DataSink& sink) {
      Write(kept->body(), sink);
      return !is_last;
    };
  } else {
    to.content_provider_ = [is_last](size_t, size_t, ::httplib::DataSink& sink) {
      sink.done();
      return !is_last;
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
  // httplib goes by the request in what it does with an answer. The request is
  // its own variable, and not constant.
  auto& answered = const_cast<::httplib::Request&>(request);
  answered.ranges.clear();
  answered.headers.erase("Accept-Encoding");
  const bool is_last = HasBody(request.headers);
  if (is_last) {
    answered.headers.erase("Connection");
    answered.headers.emplace("Connection", "close");
    answered.method = "GET";  // on HEAD no provider is asked, so none could fail
  }
  Send(std::move(*answer), is_last, response);
  return true;
}

// Takes back what httplib adds to Muster's answers, in a post-routing hook.
inline void Finish(const ::httplib::Request& request, ::httplib::Response& response) {
  if (response.reason.empty()) return;  // not Muster's
  if (request.method == "HEAD") response.headers.erase("Accept-Ranges");
  if (response.body.empty() && response.content_length_ == 0) {
    response.headers.erase("Content-Type");
  }
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
