// A server of one's own with a route of its own, and Muster beside it:
//
//   beast STORE_DIR PORT
//   curl -i http://127.0.0.1:PORT/v1/hosts
//   curl -i http://127.0.0.1:PORT/v1/sandboxes -d '{"shape":"s-1vcpu-1gb"}'
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <cstdlib>
#include <iostream>
#include <thread>

#include "muster_beast.h"

namespace http = boost::beast::http;
using boost::asio::ip::tcp;
using Request = http::request<http::string_body>;

// The program's own routes.
http::response<http::string_body> Own(const Request& request) {
  const bool ours = request.method() == http::verb::post && request.target() == "/v1/sandboxes";
  const auto status = ours ? http::status::created : http::status::not_found;
  http::response<http::string_body> answer(status, request.version());
  answer.body() = ours ? "created from " + std::to_string(request.body().size()) + " bytes\n"
                       : "the program's own 404\n";
  answer.keep_alive(muster::beast::KeepsAlive(request));
  answer.prepare_payload();
  if (request.method() == http::verb::head) answer.body().clear();
  return answer;
}

template <class Answer>
void Send(tcp::socket& socket, Answer answer, boost::beast::error_code& error) {
  answer.set("X-Served-By", "example");  // the program's own header, on each answer
  http::write(socket, answer, error);
}

// One connection, from its first request to its last.
void Serve(tcp::socket socket, const muster::Handler& handler) {
  boost::beast::flat_buffer buffer;
  boost::beast::error_code error;
  for (Request request; !error; request = {}) {
    if (http::read(socket, buffer, request, error); error) break;
    auto answer = muster::beast::Handle(handler, request);
    answer ? Send(socket, *std::move(answer), error) : Send(socket, Own(request), error);
    if (!muster::beast::KeepsAlive(request)) break;
  }
}

int main(int argc, char** argv) {
  auto catalog = muster::Catalog::Open(argc > 2 ? argv[1] : "var/db");
  if (!catalog.ok()) return std::cerr << catalog.status() << "\n", 1;
  auto handler = muster::Handler::Create(catalog->get());
  if (!handler.ok()) return std::cerr << handler.status() << "\n", 1;
  const auto port = static_cast<unsigned short>(std::atoi(argc > 2 ? argv[2] : "8080"));
  boost::asio::io_context io;
  tcp::acceptor acceptor(io, {boost::asio::ip::make_address("127.0.0.1"), port});
  std::cout << "listening on http://127.0.0.1:" << port << std::endl;
  for (;;) std::thread(Serve, acceptor.accept(), std::cref(*handler)).detach();
}
