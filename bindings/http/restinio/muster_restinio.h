// Muster behind RESTinio 0.6.16.
//
//   [x] body without a copy     a builder of its own sends the view's own bytes
//   [x] HEAD                    GET's headers with its Content-Length, no body
//   [x] 304                     no body and no Content-Length
//   [x] keep-alive              as the request asks; HTTP/1.0 too
//   [~] pipelining              up to max_pipelined_requests(), 1 by default: a connection on
//                               which more are waiting is ended
//   [x] threads                 Handle() from any of them, several at once
//   [x] a request with a body   RESTinio has read it before its handler is called
//   [x] Upgrade                 ignored, but upgrade-closes: RESTinio ends the connection after
//                               the answer
//
// Bytes only: routes, query and status are the core's. A path that is not
// Muster's gives nothing, and the program goes on with its own routes:
//
//   [&](restinio::request_handle_t request) {
//     if (auto answer = muster::restinio::Handle(handler, *request)) {
//       return answer->append_header("X-Served-By", "…").done();
//     }
//     …
//   }
//
// The answer is one of RESTinio's response builders, which sends Muster's headers:
// the program may add its own, and done() sends it, at once or later, from any
// thread. It owns what its body points into (a snapshot of the catalog), until
// RESTinio has sent it. As any of RESTinio's builders it throws
// restinio::exception_t where the request has been answered already.
//
// RESTinio accepts nobody any more, for good, after one accept that failed: keep
// max_parallel_connections() below the descriptors that the process may have.
// write_http_response_timelimit(), 5 seconds by default, bounds a whole answer and not
// the time in which a client takes nothing: a page of many rows to a slow client needs
// minutes or hours.
#ifndef MUSTER_RESTINIO_H_
#define MUSTER_RESTINIO_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <restinio/all.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "muster/http.h"

namespace muster::restinio {

// Names the builder below to RESTinio's create_response().
struct Output {};

using Builder = ::restinio::response_builder_t<Output>;

// A Response as one of RESTinio's buffers: its first span. As long as RESTinio
// has it, the others are valid too.
class FirstSpan {
 public:
  explicit FirstSpan(Response&& response) : response_(std::move(response)) {}

  const Response& response() const { return response_; }
  const char* data() const { return response_.body()[0].data(); }
  size_t size() const { return response_.body()[0].size(); }

 private:
  const Response response_;
};

// How the core looks at RESTinio's fields. Borrows them.
class Fields final : public HeaderFields {
 public:
  explicit Fields(const ::restinio::http_header_fields_t& fields) : fields_(fields) {}

  void ForEach(std::string_view name,
               const std::function<void(std::string_view value)>& visit) const override {
    fields_.for_each_value_of(::restinio::string_view_t(name.data(), name.size()),
                              [&visit](::restinio::string_view_t value) {
                                visit({value.data(), value.size()});
                                return ::restinio::http_header_fields_t::continue_enumeration();
                              });
  }

 private:
  const ::restinio::http_header_fields_t& fields_;
};

}  // namespace muster::restinio

// RESTinio's own builders count a Content-Length from the body, which is wrong
// for HEAD, and send one with a 304.
template <>
class restinio::response_builder_t<muster::restinio::Output> final
    : public base_response_builder_t<response_builder_t<muster::restinio::Output>> {
 public:
  using base_response_builder_t::base_response_builder_t;

  // What is to be sent.
  void SetResponse(muster::Response&& response) {
    response.body().Prefetch();
    kept_ = std::make_shared<const muster::restinio::FirstSpan>(std::move(response));
  }

  // Sends it, as done() of RESTinio's builders does.
  request_handling_status_t done(write_status_cb_t written = {}) {
    if (!m_connection) throw_done_must_be_called_once();
    const muster::Spans& spans = kept_->response().body();
    writable_items_container_t items;
    items.reserve(1 + spans.size());
    items.emplace_back(Head());
    if (!spans.empty()) items.emplace_back(kept_);
    for (size_t i = 1; i < spans.size(); ++i) {
      items.emplace_back(const_buffer(spans[i].data(), spans[i].size()));
    }
    write_group_t group(std::move(items));
    group.status_line_size(calculate_status_line_size());
    if (written) group.after_write_notificator(std::move(written));
    const auto connection = std::move(m_connection);
    connection->write_response_parts(m_request_id,
                                     {response_parts_attr_t::final_parts,
                                      response_connection_attr(m_header.should_keep_alive())},
                                     std::move(group));
    return request_accepted();
  }

 private:
  // RESTinio's lines and the program's fields, and then Muster's: as fields of
  // RESTinio's each would be two strings more.
  std::string Head() const {
    constexpr size_t kUsual = 512;
    const muster::Response& response = kept_->response();
    std::string head = impl::create_header_string(
        m_header, impl::content_length_field_presence_t::skip_content_length, kUsual);
    head.resize(head.size() - 2);  // the empty line
    const auto add = [&head](std::string_view name, std::string_view value) {
      head.append(name).append(": ").append(value).append("\r\n");
    };
    for (auto header = response.begin_headers(); header != response.end_headers(); ++header) {
      add(header->name, header->value);
    }
    if (response.content_length()) {
      add("Content-Length", std::to_string(*response.content_length()));
    }
    return head.append("\r\n");
  }

  std::shared_ptr<const muster::restinio::FirstSpan> kept_;
};

namespace muster::restinio {

// The answer, or nothing where the path is not Muster's; then the request is as
// it was. `user...` may be an AuthenticatedUser, where the program knows who asks.
template <class ExtraData, class... User>
std::optional<Builder> Handle(const Handler& handler,
                              ::restinio::generic_request_t<ExtraData>& request,
                              const User&... user) {
  const ::restinio::http_request_header_t& header = request.header();
  const Fields fields(header);
  std::optional<Response> response =
      handler.Handle({header.method().c_str(), header.request_target(), &fields}, user...);
  if (!response) return std::nullopt;
  const auto status = static_cast<std::uint16_t>(response->status());
  std::optional<Builder> answer(request.template create_response<Output>(
      {::restinio::http_status_code_t(status), std::string(response->reason())}));
  answer->SetResponse(std::move(*response));
  return answer;
}

}  // namespace muster::restinio

#endif  // MUSTER_RESTINIO_H_
