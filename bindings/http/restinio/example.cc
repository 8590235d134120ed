// A server of one's own with a route of its own, and Muster beside it:
//
//   restinio STORE_DIR PORT
//   curl -i http://127.0.0.1:PORT/v1/hosts
//   curl -i http://127.0.0.1:PORT/v1/sandboxes -d '{"shape":"s-1vcpu-1gb"}'
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>

#include "muster_restinio.h"

using Request = restinio::request_handle_t;
struct Traits : restinio::default_traits_t {
  static constexpr bool use_connection_count_limiter = true;
};

// The program's own routes.
restinio::request_handling_status_t HandleOwn(const Request& request) {
  const bool ours = request->header().method() == restinio::http_method_post() &&
                    request->header().path() == "/v1/sandboxes";
  std::string text = "created from " + std::to_string(request->body().size()) + " bytes\n";
  if (!ours) text = "the program's own 404\n";
  auto answer = request->create_response<restinio::user_controlled_output_t>(
      ours ? restinio::status_created() : restinio::status_not_found());
  answer.append_header("X-Served-By", "example").set_content_length(text.size());
  if (request->header().method() != restinio::http_method_head()) answer.set_body(text);
  return answer.done();
}

int main(int argc, char** argv) {
  auto catalog = muster::Catalog::Open(argc > 2 ? argv[1] : "var/db");
  if (!catalog.ok()) return std::cerr << catalog.status() << "\n", 1;
  auto handler = muster::Handler::Create(catalog->get());
  if (!handler.ok()) return std::cerr << handler.status() << "\n", 1;
  const auto port = static_cast<std::uint16_t>(std::atoi(argc > 2 ? argv[2] : "8080"));
  const auto handle = [&](const Request& request) {
    if (auto answer = muster::restinio::Handle(*handler, *request)) {
      return answer->append_header("X-Served-By", "example").done();
    }
    return HandleOwn(request);
  };
  try {
    restinio::run(restinio::on_thread_pool<Traits>(4)
                      .address("127.0.0.1")
                      .port(port)
                      .acceptor_post_bind_hook([port](auto& acceptor) {
                        acceptor.listen();
                        std::cout << "listening on http://127.0.0.1:" << port << std::endl;
                      })
                      .max_parallel_connections(1000)
                      .max_pipelined_requests(64)
                      .write_http_response_timelimit(std::chrono::hours(1))
                      .request_handler(handle));
  } catch (const std::exception& error) {
    return std::cerr << error.what() << "\n", 1;
  }
}
