// Muster behind CivetWeb 1.15 and later.
//
//   [ ] body without a copy     mg_write() takes one run of bytes, and headers and body
//                               in two writes wait for each other: one copy joins them
//   [x] HEAD                    GET's headers with its Content-Length, no body
//   [x] 304                     no body and no Content-Length
//   [x] keep-alive              where enable_keep_alive is "yes"; HTTP/1.0 too
//   [x] pipelining              CivetWeb reads the next request when one is answered
//   [x] threads                 Handle() from any of CivetWeb's, several at once
//
// What CivetWeb would have otherwise:
//
//   - It decodes paths where the option decode_url is not "no". Set it, or paths are
//     compared decoded.
//   - A connection that is kept holds one of num_threads threads (held-threads), for
//     keep_alive_timeout_ms: half a second where it is not set.
//   - Where a request has the field Connection, it keeps the connection for
//     "keep-alive" alone (upgrade-closes).
//   - It answers a target in absolute form only where the port is its own and, unless
//     enable_auth_domain_check is "no", the host; one without a path, and "*", it
//     refuses (own-absolute-form).
//   - It refuses a request with a tab among its fields (no-tabs), TRACE, and methods
//     that it does not know: 400. Of more than 64 fields it takes the first, so that a key
//     behind them is not found (64-fields).
//   - It reads no chunks with extensions, and closes the connection.
//   - It takes the first of several lengths, and reads one that is no number as C does:
//     Handle() has the connection closed after the answer, the program's own too.
//
// Bytes only: routes, query and status are the core's. For a path that is not
// Muster's it does nothing, and CivetWeb goes on with the program's own routes:
//
//   int Begin(mg_connection* connection) {  // mg_callbacks::begin_request
//     const auto& handler =
//     *static_cast<muster::Handler*>(mg_get_user_context_data(connection)); return
//     muster::civetweb::Handle(handler, connection, "X-Served-By: example\r\n");
//   }
//
// There it comes before CivetWeb's authorization. In a handler of mg_set_request_handler()
// it comes after, but requests for WebSockets do not come there.
#ifndef MUSTER_CIVETWEB_H_
#define MUSTER_CIVETWEB_H_

#include <civetweb.h>
#include <strings.h>

#include <cstring>
#include <ctime>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "muster/http.h"

namespace muster::civetweb {

// How the core looks at CivetWeb's fields. Borrows them.
class Fields final : public HeaderFields {
 public:
  explicit Fields(const mg_request_info& request) : request_(request) {}

  void ForEach(std::string_view name,
               const std::function<void(std::string_view value)>& visit) const override {
    for (int i = 0; i < request_.num_headers; ++i) {
      const mg_header& field = request_.http_headers[i];
      if (IsNamed(field.name, name)) visit(field.value);
    }
  }

 private:
  const mg_request_info& request_;
};

// As it was received: CivetWeb takes it apart at the first "?".
inline std::string Target(const mg_request_info& request) {
  std::string target = request.request_uri;
  if (request.query_string != nullptr) (target += '?') += request.query_string;
  return target;
}

constexpr std::string_view kClose = "Connection: close\r\n";

// The field that tells the client what CivetWeb will do (should_keep_alive() in its
// civetweb.c); "" where that goes without saying.
inline std::string_view ConnectionField(const mg_connection* connection) {
  const mg_request_info& request = *mg_get_request_info(connection);
  const bool is_1_0 = std::strcmp(request.http_version, "1.0") == 0;
  const char* asked = mg_get_header(connection, "Connection");
  const bool keep = asked != nullptr ? strcasestr(asked, "keep-alive") != nullptr : !is_1_0;
  if (!keep ||
      std::strcmp(mg_get_option(mg_get_context(connection), "enable_keep_alive"), "yes") != 0) {
    return kClose;
  }
  return is_1_0 ? "Connection: keep-alive\r\n" : "";
}

// The field Date, made once a second in each thread.
inline std::string_view DateField() {
  thread_local std::time_t made_at = -1;
  thread_local char field[40];
  thread_local size_t size = 0;
  const std::time_t now = std::time(nullptr);
  if (now != made_at) {
    std::tm utc;
    size = std::strftime(field, sizeof(field), "Date: %a, %d %b %Y %H:%M:%S GMT\r\n",
                         gmtime_r(&now, &utc));
    made_at = now;
  }
  return {field, size};
}

// Status line, header fields and body.
inline std::string Message(const Response& response, std::string_view more_fields) {
  std::string text;
  text.reserve(512 + more_fields.size() + response.body().byte_count());
  ((text = "HTTP/1.1 ") += std::to_string(response.status())) += ' ';
  ((text += response.reason()) += "\r\n") += more_fields;
  for (auto header = response.begin_headers(); header != response.end_headers(); ++header) {
    (((text += header->name) += ": ") += header->value) += "\r\n";
  }
  if (response.content_length()) {
    ((text += "Content-Length: ") += std::to_string(*response.content_length())) += "\r\n";
  }
  text += "\r\n";
  for (std::string_view span : response.body()) text += span;
  return text;
}

// Answers, and gives the status as CivetWeb's callbacks return it, or does nothing
// and gives 0 where the path is not Muster's. `fields` are the program's own, lines
// that end with "\r\n". `user...` may be an AuthenticatedUser, where the program
// knows who asks.
template <class... User>
int Handle(const Handler& handler, mg_connection* connection, std::string_view fields,
           const User&... user) {
  const mg_request_info& request = *mg_get_request_info(connection);
  const std::string target = Target(request);
  const Fields received(request);
  const bool is_unclear = HasUnclearBody(received);
  if (is_unclear) mg_disable_connection_keep_alive(connection);
  std::optional<Response> response =
      handler.Handle({request.request_method, target, &received}, user...);
  if (!response) return 0;
  response->body().Prefetch();
  std::string more(fields);
  (more += DateField()) += is_unclear ? kClose : ConnectionField(connection);
  const std::string message = Message(*response, more);
  const int status = response->status();
  response.reset();  // a slow client holds no snapshot
  const int sent = mg_write(connection, message.data(), message.size());
  // Nothing may come behind half an answer.
  if (sent != static_cast<int>(message.size())) mg_disable_connection_keep_alive(connection);
  return status;
}

}  // namespace muster::civetweb

#endif  // MUSTER_CIVETWEB_H_
