// Muster behind Boost.Beast 1.74 and later.
//
//   [x] body without a copy     SpansBody gives Beast the view's own bytes
//   [x] HEAD                    GET's headers with its Content-Length, no body
//   [x] 304                     no body and no Content-Length
//   [x] keep-alive              as the request asks; HTTP/1.0 too
//   [x] pipelining              answers are messages of their own: send them in order
//   [x] threads                 Handle() from any of them, several at once
//   [x] sync and async          http::write(), http::async_write(), http::serializer
//
// Bytes only: routes, query and status are the core's. A path that is not
// Muster's gives nothing, and the program goes on with its own routes:
//
//   http::request<http::string_body> request = …;
//   if (auto answer = muster::beast::Handle(handler, request)) {
//     http::write(socket, *answer);
//   }
//
// The message owns what its body points into (a snapshot of the catalog), and
// must stay where it is until it has been written. The request may go before.
// Reading a request's body, or closing the connection, is the program's part: Beast
// leaves a body alone whose Transfer-Encoding it does not know, so go by KeepsAlive().
#ifndef MUSTER_BEAST_H_
#define MUSTER_BEAST_H_

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/iterator/transform_iterator.hpp>
#include <boost/optional.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>

#include "muster/http.h"

namespace muster::beast {

namespace http = boost::beast::http;

// A Beast body that owns a Response and sends its spans.
struct SpansBody {
  using value_type = Response;

  // The Content-Length, which on the answer to HEAD is not that of what is sent.
  static std::uint64_t size(const value_type& response) {
    return response.content_length().value_or(0);
  }

  // The spans as a ConstBufferSequence.
  class Buffers {
    struct ToBuffer {
      boost::asio::const_buffer operator()(std::string_view bytes) const {
        return {bytes.data(), bytes.size()};
      }
    };

   public:
    using value_type = boost::asio::const_buffer;
    using const_iterator = boost::transform_iterator<ToBuffer, const std::string_view*>;

    explicit Buffers(const Spans& spans) : spans_(&spans) {}
    const_iterator begin() const { return const_iterator(spans_->begin()); }
    const_iterator end() const { return const_iterator(spans_->end()); }

   private:
    const Spans* spans_;
  };

  class writer {
   public:
    using const_buffers_type = Buffers;

    template <bool is_request, class Fields>
    writer(const http::header<is_request, Fields>&, const value_type& response)
        : spans_(response.body()) {}

    void init(boost::beast::error_code& error) { error = {}; }

    // All at once, so that headers and body leave in one system call.
    boost::optional<std::pair<Buffers, bool>> get(boost::beast::error_code& error) {
      error = {};
      if (spans_.empty()) return boost::none;
      return std::make_pair(Buffers(spans_), false);
    }

   private:
    const Spans& spans_;
  };
};

// How the core looks at Beast's fields. Borrows them.
template <class Allocator>
class Fields final : public HeaderFields {
 public:
  explicit Fields(const http::basic_fields<Allocator>& fields) : fields_(fields) {}

  void ForEach(std::string_view name,
               const std::function<void(std::string_view value)>& visit) const override {
    const auto range = fields_.equal_range(boost::beast::string_view(name.data(), name.size()));
    for (auto field = range.first; field != range.second; ++field) {
      visit({field->value().data(), field->value().size()});
    }
  }

 private:
  const http::basic_fields<Allocator>& fields_;
};

// The request as the core takes it. Borrows the method and the target.
template <class Body, class Allocator>
Request ToRequest(const http::request<Body, http::basic_fields<Allocator>>& request,
                  const HeaderFields& fields) {
  const auto method = request.method_string();
  const auto target = request.target();
  return {{method.data(), method.size()}, {target.data(), target.size()}, &fields};
}

// Whether another request may come behind this one, in place of request.keep_alive().
template <class Body, class Allocator>
bool KeepsAlive(const http::request<Body, http::basic_fields<Allocator>>& request) {
  return request.keep_alive() && !HasUnclearBody(Fields<Allocator>(request.base()));
}

// A Response as a message that can be written, in the version of HTTP and with
// the keep-alive that the request asks for.
template <class Body, class Allocator>
http::response<SpansBody> ToMessage(
    Response response, const http::request<Body, http::basic_fields<Allocator>>& request) {
  http::response<SpansBody> message(std::piecewise_construct,
                                    std::forward_as_tuple(std::move(response)));
  const Response& body = message.body();
  body.body().Prefetch();
  message.version(request.version());
  message.result(static_cast<unsigned>(body.status()));
  for (auto header = body.begin_headers(); header != body.end_headers(); ++header) {
    message.insert(boost::beast::string_view(header->name.data(), header->name.size()),
                   boost::beast::string_view(header->value.data(), header->value.size()));
  }
  if (body.content_length()) message.content_length(*body.content_length());
  message.keep_alive(KeepsAlive(request));
  return message;
}

// The answer, or nothing where the path is not Muster's. `user...` may be an
// AuthenticatedUser, where the program knows who asks.
template <class Body, class Allocator, class... User>
std::optional<http::response<SpansBody>> Handle(
    const Handler& handler, const http::request<Body, http::basic_fields<Allocator>>& request,
    const User&... user) {
  const Fields<Allocator> fields(request.base());
  std::optional<Response> response = handler.Handle(ToRequest(request, fields), user...);
  if (!response) return std::nullopt;
  return ToMessage(std::move(*response), request);
}

}  // namespace muster::beast

#endif  // MUSTER_BEAST_H_
