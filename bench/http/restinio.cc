// RESTinio: one thread, which it runs on.
#include <chrono>
#include <exception>

#include "muster_restinio.h"
#include "site.h"

using muster_bench::Site;
using Request = restinio::request_handle_t;
using Status = restinio::request_handling_status_t;

Status AnswerConstant(const Request& request, const Site& site) {
  return request->create_response()
      .append_header(restinio::http_field::content_type, muster_bench::kContentType)
      .append_header(restinio::http_field::cache_control, muster_bench::kCacheControl)
      .append_header(restinio::http_field::etag, muster_bench::kETag)
      .set_body(restinio::const_buffer(site.page().data(), site.page().size()))
      .done();
}

Status AnswerThroughMuster(const Request& request, const Site& site) {
  auto answer = muster::restinio::Handle(*site.handler(), *request);
  return answer ? answer->done() : restinio::request_rejected();
}

// As RESTinio is used where there is one thread: no locks.
struct Traits : restinio::default_single_thread_traits_t {
  using request_handler_t = restinio::default_request_handler_t;
};

int main(int argc, char** argv) {
  const Site site(argc, argv);
  const auto answer = site.handler() != nullptr ? AnswerThroughMuster : AnswerConstant;
  try {
    restinio::run(
        restinio::on_this_thread<Traits>()
            .address("127.0.0.1")
            .port(site.port())
            .acceptor_post_bind_hook([&site](auto& acceptor) {
              acceptor.listen();
              site.SayListening();
            })
            .socket_options_setter(
                [](auto& options) { options.set_option(asio::ip::tcp::no_delay(true)); })
            .request_handler([&](const Request& request) { return answer(request, site); }));
  } catch (const std::exception& error) {
    Site::Fail(error.what());
  }
}
