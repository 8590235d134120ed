// Muster behind libmicrohttpd (MHD) 0.9.75 and later.
//
//   [~] body without a copy     from 16 KiB on, of the view's own bytes; below that
//                               one copy saves the second system call and the second
//                               packet that MHD needs for a body in parts
//   [x] HEAD                    GET's headers with its Content-Length, no body
//   [~] 304                     no body, but a Content-Length, as MHD cannot leave it out:
//                               that of the answer without If-None-Match, as RFC 9110,
//                               section 8.6 has it (length-on-304)
//   [x] keep-alive              as MHD has it; HTTP/1.0 too
//   [x] pipelining              MHD reads the next request when one is answered
//   [x] threads                 Handle() on the request's thread, on several at once
//
// MHD answers "Expect: 100-continue" before Muster does (interim-100), and passes over a
// length with a space before its colon (space-before-colon), so that the body is the next
// request: have a proxy in front that refuses such. It calls the program's handler
// several times for one request: first with its header fields, then with each part of
// its body, then once more, and closes the connection where it is answered before that.
// The raw target it does not give to the handler: Begin() and End() keep it, at MHD's
// *req_cls.
//
//   MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, port, nullptr, nullptr, Serve, &handler,
//                    MHD_OPTION_URI_LOG_CALLBACK, muster::microhttpd::Begin<>, nullptr,
//                    MHD_OPTION_NOTIFY_COMPLETED, muster::microhttpd::End, nullptr,
//                    MHD_OPTION_END);
//
// Bytes only: routes, query and status are the core's. A path that is not
// Muster's gives nothing, and the program goes on with its own routes:
//
//   MHD_Result Serve(void* handler, MHD_Connection* connection, …, void** state) {
//     auto answer = muster::microhttpd::Handle(*static_cast<muster::Handler*>(handler),
//                                              connection, method, size, state);
//     if (answer) return muster::microhttpd::Queue(connection, *answer);
//     …
//   }
#ifndef MUSTER_MICROHTTPD_H_
#define MUSTER_MICROHTTPD_H_

#include <microhttpd.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "muster/http.h"

namespace muster::microhttpd {

// Where a body is sent in parts instead of being copied, in bytes.
constexpr uint64_t kMinInParts = 16 * 1024;

// What is kept of a request until its end. A program may derive from it what it
// keeps itself, a body, say.
struct Exchange {
  virtual ~Exchange() = default;

  static Exchange& Of(void** state) { return *static_cast<Exchange*>(*state); }

  std::string target;  // as received
  bool is_new = true;  // the handler has not been called yet
};

// MHD's callback for a request line. `Kept` is Exchange or derived from it.
template <class Kept = Exchange>
void* Begin(void*, const char* target, MHD_Connection*) {
  Exchange* exchange = new Kept;
  if (target != nullptr) exchange->target = target;
  return exchange;
}

// MHD's callback for the end of a request.
inline void End(void*, MHD_Connection*, void** state, MHD_RequestTerminationCode) {
  delete static_cast<Exchange*>(*state);
  *state = nullptr;
}

// How the core looks at MHD's fields, but for one that may be hidden. Borrows them.
class Fields final : public HeaderFields {
 public:
  explicit Fields(MHD_Connection* connection, std::string_view hidden = {})
      : connection_(connection), hidden_(hidden) {}

  void ForEach(std::string_view name,
               const std::function<void(std::string_view value)>& visit) const override {
    if (name == hidden_) return;
    Search search{name, visit};
    MHD_get_connection_values_n(connection_, MHD_HEADER_KIND, Visit, &search);
  }

 private:
  struct Search {
    std::string_view name;
    const std::function<void(std::string_view value)>& visit;
  };

  static MHD_Result Visit(void* search, MHD_ValueKind, const char* name, size_t name_size,
                          const char* value, size_t value_size) {
    const auto& [wanted, visit] = *static_cast<const Search*>(search);
    if (IsNamed({name, name_size}, wanted)) visit({value, value_size});
    return MHD_YES;
  }

  MHD_Connection* connection_;
  std::string_view hidden_;
};

// What Handle() gives for a path that is Muster's.
struct Answer {
  unsigned status = 0;
  MHD_Response* response = nullptr;  // null: the request is not whole yet
};

// A body of that length which is never asked for.
inline MHD_Response* WithoutBody(uint64_t length) {
  const auto none = [](void*, uint64_t, char*, size_t) -> ssize_t { return -1; };
  return MHD_create_response_from_callback(length, 1, none, nullptr, nullptr);
}

// With room for a body of `size` bytes, which the thread keeps for the next.
inline MHD_Response* WithRoom(size_t size, char** room) {
  thread_local std::unique_ptr<char[]> spare;
  if (!spare) spare.reset(new char[kMinInParts]);
  const auto keep = [](void* used) { spare.reset(static_cast<char*>(used)); };
  MHD_Response* made =
      MHD_create_response_from_buffer_with_free_callback(size, spare.get(), keep);
  if (made != nullptr) *room = spare.release();
  return made;
}

// The body in parts, of a response that MHD keeps.
inline MHD_Response* InParts(std::unique_ptr<Response> response) {
  std::vector<MHD_IoVec> parts;
  for (std::string_view span : response->body()) parts.push_back({span.data(), span.size()});
  const auto release = [](void* held) { delete static_cast<Response*>(held); };
  MHD_Response* made = MHD_create_response_from_iovec(
      parts.data(), static_cast<unsigned>(parts.size()), release, response.get());
  if (made != nullptr) static_cast<void>(response.release());
  return made;
}

// With a body of `length`, if it is not sent. Null where there is no memory.
inline MHD_Response* ToMhd(Response* response, uint64_t length) {
  const size_t size = response->body().byte_count();
  char* room = nullptr;
  std::unique_ptr<Response> held;
  if (size >= kMinInParts) {
    held = std::make_unique<Response>(std::move(*response));
    response = held.get();
  }
  MHD_Response* made = size == 0 ? WithoutBody(length)
                       : held    ? InParts(std::move(held))
                                 : WithRoom(size, &room);
  if (made == nullptr) return nullptr;
  for (auto header = response->begin_headers(); header != response->end_headers(); ++header) {
    MHD_add_response_header(made, header->name.data(), header->value.data());
  }
  if (room == nullptr) return made;
  // Last, so that the page has come from memory meanwhile.
  for (std::string_view span : response->body()) room += span.copy(room, span.size());
  return made;
}

// The answer, or nothing where the path is not Muster's. To be called each time
// that MHD calls the program's handler, with what it was called with. `user...` may
// be an AuthenticatedUser, where the program knows who asks. The program may add
// headers to the answer, and must give it to Queue().
template <class... User>
std::optional<Answer> Handle(const Handler& handler, MHD_Connection* connection,
                             const char* method, size_t* size, void** state,
                             const User&... user) {
  Exchange& exchange = Exchange::Of(state);
  if (std::exchange(exchange.is_new, false)) return Answer{};  // too early for any answer
  const Fields fields(connection);
  std::optional<Response> response =
      handler.Handle({method, exchange.target, &fields}, user...);
  if (!response) return std::nullopt;
  response->body().Prefetch();
  if (std::exchange(*size, 0) != 0) return Answer{};  // a body that nobody wants
  std::optional<uint64_t> length = response->content_length();
  if (!length) {
    const Fields all(connection, "if-none-match");
    auto whole = handler.Handle({method, exchange.target, &all}, user...);
    length = whole->content_length();
    // The list has changed meanwhile.
    if (whole->header("ETag") != response->header("ETag")) response = std::move(whole);
  }
  const auto status = static_cast<unsigned>(response->status());
  return Answer{status, ToMhd(&*response, *length)};
}

// What the program's handler returns for an answer, Muster's or one of its own that is
// made for this request. Where MHD may have read less than the whole body it closes the
// connection.
inline MHD_Result Queue(MHD_Connection* connection, const Answer& answer) {
  if (answer.response == nullptr) return answer.status == 0 ? MHD_YES : MHD_NO;
  if (HasUnclearBody(Fields(connection))) {
    MHD_add_response_header(answer.response, "Connection", "close");
  }
  const MHD_Result result = MHD_queue_response(connection, answer.status, answer.response);
  MHD_destroy_response(answer.response);
  return result;
}

}  // namespace muster::microhttpd

#endif  // MUSTER_MICROHTTPD_H_
