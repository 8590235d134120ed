// Muster behind evhttp of libevent 2.1.12 and later.
//
//   [~] body without a copy     from 16 KiB on, by evbuffer_add_reference(); below that one
//                               copy costs less than the chain that evhttp makes of each span
//   [x] HEAD                    GET's headers with its Content-Length, no body
//   [x] 304                     no body, no Content-Length and no Content-Type
//   [x] keep-alive              as evhttp has it; HTTP/1.0 too
//   [x] pipelining              evhttp reads the next request when one is answered
//   [x] threads                 Handle() on the thread of the request's event base;
//                               several of them, each with an evhttp of its own
//
// What evhttp would have otherwise:
//
//   - Methods that it does not allow get its own 501, and by default OPTIONS,
//     PATCH and TRACE are such. AllowMethods() lets them through to Muster's 405.
//   - It leaves the body of HEAD and TRACE, one whose Transfer-Encoding it does not
//     know, and what is past the first of several lengths on the connection: Handle()
//     has the connection closed after the answer, the program's own too.
//   - It writes without MSG_NOSIGNAL: a program must ignore SIGPIPE, or a client
//     that goes away ends it.
//   - It answers "Expect: 100-continue" before Muster does (interim-100), and refuses a
//     body with another expectation: 417 (other-expect).
//   - It passes over a length with a space before its colon (space-before-colon), so
//     that the body is the next request: have a proxy in front that refuses such.
//   - It refuses chunks with extensions: 413 (no-chunk-extensions).
//   - After a target in absolute form it closes the connection, unless the host
//     is made known with evhttp_add_server_alias() (absolute-form-closes).
//
// Bytes only: routes, query and status are the core's. For a path that is not
// Muster's it does nothing, and the program goes on with its own routes:
//
//   void Serve(evhttp_request* request, void* handler) {
//     if (muster::evhttp::Handle(*static_cast<muster::Handler*>(handler), request)) return;
//     …
//   }
//   evhttp_set_gencb(http, Serve, &handler);  // beside what evhttp_set_cb() has
//
// Headers that the program has set in the request's output headers stay. What is
// sent keeps the snapshot of the catalog until its last byte is on its way.
#ifndef MUSTER_EVHTTP_H_
#define MUSTER_EVHTTP_H_

#include <event2/buffer.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "muster/http.h"

namespace muster::evhttp {

// Lets every method through to the program but CONNECT, whose target has no path.
inline void AllowMethods(struct ::evhttp* http) {
  evhttp_set_allowed_methods(http, EVHTTP_REQ_GET | EVHTTP_REQ_POST | EVHTTP_REQ_HEAD |
                                       EVHTTP_REQ_PUT | EVHTTP_REQ_DELETE | EVHTTP_REQ_OPTIONS |
                                       EVHTTP_REQ_TRACE | EVHTTP_REQ_PATCH);
}

// How the core looks at evhttp's fields. Borrows them.
class Fields final : public HeaderFields {
 public:
  explicit Fields(const evkeyvalq& fields) : fields_(fields) {}

  void ForEach(std::string_view name,
               const std::function<void(std::string_view value)>& visit) const override {
    for (const evkeyval* field = fields_.tqh_first; field; field = field->next.tqe_next) {
      if (IsNamed(field->key, name)) visit(field->value);
    }
  }

 private:
  const evkeyvalq& fields_;
};

// The method as it stands in the request line.
inline std::string_view MethodName(evhttp_cmd_type method) {
  switch (method) {
    case EVHTTP_REQ_GET:
      return "GET";
    case EVHTTP_REQ_POST:
      return "POST";
    case EVHTTP_REQ_HEAD:
      return "HEAD";
    case EVHTTP_REQ_PUT:
      return "PUT";
    case EVHTTP_REQ_DELETE:
      return "DELETE";
    case EVHTTP_REQ_OPTIONS:
      return "OPTIONS";
    case EVHTTP_REQ_TRACE:
      return "TRACE";
    case EVHTTP_REQ_CONNECT:
      return "CONNECT";
    case EVHTTP_REQ_PATCH:
      return "PATCH";
  }
  return "";
}

// Whether a body came that evhttp has perhaps not read (evhttp_get_body() of its http.c).
inline bool LeftBodyUnread(evhttp_cmd_type method, const Fields& fields) {
  bool left = HasUnclearBody(fields);
  if (left || (method != EVHTTP_REQ_HEAD && method != EVHTTP_REQ_TRACE)) return left;
  fields.ForEach("transfer-encoding", [&](std::string_view) { left = true; });
  fields.ForEach("content-length", [&](std::string_view length) { left |= length != "0"; });
  return left;
}

// On the heap from the beginning, as libevent is to keep it.
using Held = std::unique_ptr<std::optional<Response>>;

// Where a body is sent in parts instead of being copied, in bytes.
constexpr size_t kMinInParts = 16 * 1024;

// Below that one copy costs less than a chain for each span.
inline bool CopyBody(const Spans& body, evbuffer* out) {
  if (evbuffer_expand(out, body.byte_count()) != 0) return false;
  for (std::string_view span : body) evbuffer_add(out, span.data(), span.size());
  return true;
}

// Puts the spans of the body into `out`, which from then on owns the response.
// False where there is no memory: nothing is left in `out`.
inline bool AddBody(Held response, evbuffer* out) {
  const Spans& body = (*response)->body();
  if (body.byte_count() < kMinInParts) return CopyBody(body, out);
  const auto release = [](const void*, size_t, void* held) {
    delete static_cast<std::optional<Response>*>(held);
  };
  for (const std::string_view* span = body.begin(); span != body.end(); ++span) {
    // The last of them goes last, also where a connection ends early.
    const bool last = span + 1 == body.end();
    if (evbuffer_add_reference(out, span->data(), span->size(), last ? +release : nullptr,
                               response.get()) != 0) {
      evbuffer_drain(out, evbuffer_get_length(out));
      return false;
    }
  }
  if (!body.empty()) static_cast<void>(response.release());
  return true;
}

inline void Send(Held held, evhttp_request* request) {
  const Response& response = **held;
  response.body().Prefetch();
  evkeyvalq* fields = evhttp_request_get_output_headers(request);
  for (auto header = response.begin_headers(); header != response.end_headers(); ++header) {
    evhttp_add_header(fields, header->name.data(), header->value.data());
  }
  if (response.content_length()) {
    evhttp_add_header(fields, "Content-Length",
                      std::to_string(*response.content_length()).c_str());
  }
  const int status = response.status();
  const char* reason = response.reason().data();
  if (!AddBody(std::move(held), evhttp_request_get_output_buffer(request))) {
    return evhttp_send_error(request, HTTP_SERVUNAVAIL, nullptr);
  }
  evhttp_send_reply(request, status, reason, nullptr);
}

// Answers and says true, or does nothing where the path is not Muster's. `user...`
// may be an AuthenticatedUser, where the program knows who asks.
template <class... User>
bool Handle(const Handler& handler, evhttp_request* request, const User&... user) {
  const evhttp_cmd_type method = evhttp_request_get_command(request);
  const Fields fields(*evhttp_request_get_input_headers(request));
  if (LeftBodyUnread(method, fields)) {
    evhttp_add_header(evhttp_request_get_output_headers(request), "Connection", "close");
  }
  const Request asked{MethodName(method), evhttp_request_get_uri(request), &fields};
  Held response(new std::optional<Response>(handler.Handle(asked, user...)));
  if (!*response) return false;
  Send(std::move(response), request);
  return true;
}

}  // namespace muster::evhttp

#endif  // MUSTER_EVHTTP_H_
