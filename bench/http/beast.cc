// Boost.Beast: one thread, asynchronous.
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <memory>
#include <utility>

#include "muster_beast.h"
#include "site.h"

namespace http = boost::beast::http;
using boost::asio::ip::tcp;
using boost::beast::error_code;
using muster_bench::Site;

class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(tcp::socket socket, const Site& site) : socket_(std::move(socket)), site_(site) {}

  void Read() {
    request_ = {};
    http::async_read(socket_, buffer_, request_,
                     [self = shared_from_this()](error_code error, size_t) {
                       if (!error) self->Answer();
                     });
  }

 private:
  void Answer() {
    if (site_.handler() == nullptr) return Write(Constant());
    auto answer = muster::beast::Handle(*site_.handler(), request_);
    if (answer) Write(*std::move(answer));
  }

  http::response<http::span_body<const char>> Constant() const {
    http::response<http::span_body<const char>> answer(http::status::ok, request_.version());
    answer.set(http::field::content_type, muster_bench::kContentType);
    answer.set(http::field::cache_control, muster_bench::kCacheControl);
    answer.set(http::field::etag, muster_bench::kETag);
    answer.keep_alive(request_.keep_alive());
    answer.body() = {site_.page().data(), site_.page().size()};
    answer.prepare_payload();
    return answer;
  }

  template <class Answer>
  void Write(Answer answer) {
    auto kept = std::make_shared<Answer>(std::move(answer));
    http::async_write(socket_, *kept,
                      [self = shared_from_this(), kept](error_code error, size_t) {
                        if (!error && !kept->need_eof()) self->Read();
                      });
  }

  tcp::socket socket_;
  const Site& site_;
  boost::beast::flat_buffer buffer_;
  http::request<http::string_body> request_;
};

void Accept(tcp::acceptor& acceptor, const Site& site) {
  acceptor.async_accept([&](error_code error, tcp::socket socket) {
    if (!error) {
      socket.set_option(tcp::no_delay(true));
      std::make_shared<Session>(std::move(socket), site)->Read();
    }
    Accept(acceptor, site);
  });
}

int main(int argc, char** argv) {
  const Site site(argc, argv);
  boost::asio::io_context io(1);
  tcp::acceptor acceptor(io, {boost::asio::ip::make_address("127.0.0.1"), site.port()});
  site.SayListening();
  Accept(acceptor, site);
  io.run();
}
