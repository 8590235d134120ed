// Muster behind libh2o 2.2.5.
//
//   [x] body without a copy     h2o writes the view's own bytes (HTTP/2 copies
//                               what it puts into frames, as it does of any body)
//   [x] HEAD                    GET's headers with its Content-Length, no body
//   [x] 304                     no body and no Content-Length
//   [x] keep-alive              as the request asks; HTTP/1.0 too
//   [x] pipelining              answered in order, by h2o
//   [x] HTTP/2                  cleartext by prior knowledge, with Accept() below
//   [x] threads                 a loop, a context and a listener for each, all made in that
//                               thread, from whose stock their buffers come for ever;
//                               Handle() from any of them, several at once
//
// What h2o does by itself, before any handler: it reads a body whole before the
// request is looked at (config.max_request_entity_size bounds it), with "100
// Continue" to those who wait for that (interim-100) and 417 to those who expect
// something else (other-expect); it takes the first of several lengths (first-length:
// have a proxy in front that refuses such), and Transfer-Encoding before Content-Length;
// it takes 100 header fields at most, and answers HTTP/1.0 with HTTP/1.1.
//
// Bytes only: routes, query and status are the core's. A path that is not
// Muster's is left alone, and h2o goes on with the program's own handlers:
//
//   int OnRequest(h2o_handler_t* self, h2o_req_t* request) {
//     return muster::h2o::Handle(handler, request) ? 0 : -1;
//   }
//
// The request's pool owns what the body points into (a snapshot of the catalog),
// and lets go of it when h2o has sent the answer or lost the connection.
#ifndef MUSTER_H2O_H_
#define MUSTER_H2O_H_

#include <h2o.h>
#include <h2o/http1.h>
#include <h2o/http2.h>

#include <functional>
#include <new>
#include <optional>
#include <string_view>
#include <utility>

#include "muster/http.h"

namespace muster::h2o {

inline std::string_view View(h2o_iovec_t bytes) { return {bytes.base, bytes.len}; }

// How the core looks at h2o's fields, whose names are in lower case. Borrows them.
class Fields final : public HeaderFields {
 public:
  explicit Fields(const h2o_headers_t& fields) : fields_(fields) {}

  void ForEach(std::string_view name,
               const std::function<void(std::string_view value)>& visit) const override {
    for (size_t i = 0; i < fields_.size; ++i) {
      const h2o_header_t& field = fields_.entries[i];
      if (View(*field.name) == name) visit(View(field.value));
    }
  }

 private:
  const h2o_headers_t& fields_;
};

// The request as the core takes it. Borrows the method and the target.
inline Request ToRequest(const h2o_req_t& request, const HeaderFields& fields) {
  return {View(request.input.method), View(request.input.path), &fields};
}

// RFC 9112, section 9.3, has only "close" end a connection of HTTP/1.1. h2o closes
// for any Connection field without "keep-alive", such as that of "Upgrade: h2c".
inline void KeepConnection(h2o_req_t* request) {
  if (request->version != 0x101 || request->conn->ctx->shutdown_requested) return;
  bool is_kept = request->http1_is_persistent;
  for (ssize_t i = -1;
       (i = h2o_find_header(&request->headers, H2O_TOKEN_CONNECTION, i)) != -1;) {
    const h2o_iovec_t options = request->headers.entries[i].value;
    if (h2o_contains_token(options.base, options.len, H2O_STRLIT("close"), ',')) return;
    is_kept = true;
  }
  request->http1_is_persistent = is_kept;
}

// Answers with a Response, beside the header fields that are there already.
inline void Send(h2o_req_t* request, Response response) {
  void* room = h2o_mem_alloc_shared(&request->pool, sizeof(Response), [](void* sent) {
    static_cast<Response*>(sent)->~Response();
  });
  const Response& owned = *::new (room) Response(std::move(response));

  KeepConnection(request);
  owned.body().Prefetch();
  h2o_mem_pool_t* pool = &request->pool;
  request->res.status = owned.status();
  request->res.reason = owned.reason().data();
  if (owned.content_length()) request->res.content_length = *owned.content_length();
  for (auto header = owned.begin_headers(); header != owned.end_headers(); ++header) {
    // HTTP/2 has names in lower case only, and h2o finds its tokens by them.
    h2o_iovec_t name = h2o_strdup(pool, header->name.data(), header->name.size());
    h2o_strtolower(name.base, name.len);
    h2o_add_header_by_str(pool, &request->res.headers, name.base, name.len, 1,
                          header->name.data(), header->value.data(), header->value.size());
  }

  const Spans& spans = owned.body();
  auto* buffers = static_cast<h2o_iovec_t*>(
      h2o_mem_alloc_pool(pool, (spans.size() + 1) * sizeof(h2o_iovec_t)));
  size_t count = 0;
  for (std::string_view span : spans)
    buffers[count++] = h2o_iovec_init(span.data(), span.size());
  static h2o_generator_t all_at_once = {nullptr, nullptr};
  h2o_start_response(request, &all_at_once);
  h2o_send(request, buffers, count, H2O_SEND_STATE_FINAL);
}

// Answers, or returns false where the path is not Muster's. `user...` may be an
// AuthenticatedUser, where the program knows who asks.
template <class... User>
bool Handle(const Handler& handler, h2o_req_t* request, const User&... user) {
  const Fields fields(request->headers);
  std::optional<Response> response = handler.Handle(ToRequest(*request, fields), user...);
  if (!response) return false;
  Send(request, std::move(*response));
  return true;
}

// Told which HTTP a connection speaks, before h2o has it.
using OnProtocol = void (*)(h2o_socket_t* socket, bool is_http2);

// A connection that has not said yet which HTTP it speaks.
struct Newcomer {
  h2o_accept_ctx_t* accept;
  h2o_socket_t* socket;
  OnProtocol on_protocol;
  h2o_timeout_entry_t deadline;
};

inline h2o_socket_t* EndWaiting(Newcomer* newcomer) {
  h2o_socket_t* socket = newcomer->socket;
  h2o_timeout_unlink(&newcomer->deadline);
  h2o_socket_read_stop(socket);
  delete newcomer;
  return socket;
}

inline void OnFirstBytes(h2o_socket_t* socket, const char* error) {
  constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n";
  auto* newcomer = static_cast<Newcomer*>(socket->data);
  if (error != nullptr) return h2o_socket_close(EndWaiting(newcomer));
  const std::string_view read(socket->input->bytes, socket->input->size);
  const bool is_http2 = read.substr(0, kPreface.size()) == kPreface;
  if (!is_http2 && kPreface.substr(0, read.size()) == read) return;  // not told yet
  h2o_accept_ctx_t* accept = newcomer->accept;
  if (newcomer->on_protocol != nullptr) newcomer->on_protocol(socket, is_http2);
  EndWaiting(newcomer);
  const timeval now = *h2o_get_timestamp(accept->ctx, nullptr, nullptr);
  is_http2 ? h2o_http2_accept(accept, socket, now) : h2o_http1_accept(accept, socket, now);
}

// In place of h2o_accept() on a cleartext socket: takes HTTP/2 from clients that
// begin with it (RFC 9113, section 3.3), and does not answer "Upgrade: h2c". For
// that, config.http1.upgrade_to_http2, which h2o has for both and sets by default,
// must be 0. `accept` is borrowed for as long as the loop has connections.
inline void Accept(h2o_accept_ctx_t* accept, h2o_socket_t* socket,
                   OnProtocol on_protocol = nullptr) {
  auto* newcomer = new Newcomer{accept, socket, on_protocol, {}};
  socket->data = newcomer;
  newcomer->deadline.cb = [](h2o_timeout_entry_t* deadline) {
    h2o_socket_close(EndWaiting(H2O_STRUCT_FROM_MEMBER(Newcomer, deadline, deadline)));
  };
  h2o_timeout_link(accept->ctx->loop, &accept->ctx->http1.req_timeout, &newcomer->deadline);
  h2o_socket_read_start(socket, OnFirstBytes);
}

}  // namespace muster::h2o

#endif  // MUSTER_H2O_H_
