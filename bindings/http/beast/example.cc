// A server of one's own with a route of its own, and Muster beside it:
//
//   beast STORE_DIR PORT
//   curl http://127.0.0.1:PORT/hello; curl http://127.0.0.1:PORT/v1/hosts
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <cstdlib>
#include <iostream>
#include <thread>

#include "muster_beast.h"

namespace http = boost::beast::http;
using boost::asio::ip::tcp;

// The program's own routes.
http::response<http::string_body> Own(const http::request<http::string_body>& request) {
  const bool known = request.target() == "/hello";
  http::response<http::string_body> answer(known ? http::status::ok : http::status::not_found,
                                           request.version());
  answer.body() = known ? "Hello from the program's own route.\n" : "Not found.\n";
  answer.keep_alive(request.keep_alive());
  answer.prepare_payload();
  if (request.method() == http::verb::head) answer.body().clear();
  return answer;
}

// One connection, from its first request to its last.
void Serve(tcp::socket socket, const muster::Handler& handler) {
  boost::beast::flat_buffer buffer;
  boost::beast::error_code error;
  while (!error) {
    http::request<http::string_body> request;
    http::read(socket, buffer, request, error);
    if (error) break;
    if (auto answer = muster::beast::Handle(handler, request)) {
      http::write(socket, *answer, error);
    } else {
      http::write(socket, Own(request), error);
    }
    if (!request.keep_alive()) break;
  }
}

int main(int argc, char** argv) {
  if (argc != 3) return std::cerr << "usage: beast STORE_DIR PORT\n", 2;
  auto catalog = muster::Catalog::Open(argv[1]);
  if (!catalog.ok()) return std::cerr << catalog.status() << "\n", 1;
  auto handler = muster::Handler::Create(catalog->get());
  if (!handler.ok()) return std::cerr << handler.status() << "\n", 1;

  boost::asio::io_context io;
  const auto port = static_cast<unsigned short>(std::atoi(argv[2]));
  tcp::acceptor acceptor(io, {boost::asio::ip::make_address("127.0.0.1"), port});
  std::cout << "listening on port " << acceptor.local_endpoint().port() << std::endl;
  for (;;) std::thread(Serve, acceptor.accept(), std::cref(*handler)).detach();
}
