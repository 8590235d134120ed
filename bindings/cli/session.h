// Session: one connection, from accept to close.
//
//   read -> parse what is there -> answer -> write -> read …
//                                     close: linger -> closed
//
// Requests that arrive together are answered together, in order, by one system
// call. An answer goes out as soon as the head of its request is there; a body
// is read after it and dropped, because no endpoint takes one. Where that could
// go wrong (a body that is too long, one that waits for "100 Continue", framing
// that two readers could understand differently) the connection is closed
// behind the answer, so that a body is never taken for the next request.
//
// A session lives on the one thread of its worker and needs no lock. It keeps
// itself alive through the handlers that it has pending, and ends with the last
// of them. Nothing of a request is logged.
#ifndef MUSTER_CLI_SESSION_H_
#define MUSTER_CLI_SESSION_H_

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/intrusive/list_hook.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "connection_limit.h"
#include "discarded_body.h"
#include "muster/http.h"
#include "muster_beast.h"

namespace muster::cli {

struct SessionOptions {
  // Who answers; borrowed.
  const Handler* handler = nullptr;

  // The most time that a client may take to send a request, to take some bytes
  // of an answer, or to come back with another request.
  std::chrono::milliseconds idle_timeout{60000};

  // The largest head of a request; a larger one gets 431.
  uint32_t max_header_bytes = 16 * 1024;

  // The longest body (with its framing, where it comes in chunks) that is read
  // to keep a connection alive.
  uint64_t max_body_bytes = 64 * 1024;
};

class Session : public std::enable_shared_from_this<Session>,
                public boost::intrusive::list_base_hook<
                    boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  // `options` is borrowed.
  Session(boost::asio::ip::tcp::socket socket, ConnectionLimit::Ticket ticket,
          const SessionOptions& options);

  void Start();

  // Closes now when no request is under way, and behind the answers otherwise.
  void FinishSoon();

 private:
  using Clock = std::chrono::steady_clock;

  enum class State { kReading, kWriting, kLingering, kClosed };

  struct Reply {
    explicit Reply(boost::beast::http::response<beast::SpansBody> answer)
        : message(std::move(answer)), serializer(message) {}
    boost::beast::http::response<beast::SpansBody> message;
    boost::beast::http::response_serializer<beast::SpansBody> serializer;
  };

  void BeginRequest();
  bool IsIdle() const;

  void Read();
  void OnRead(boost::beast::error_code error, size_t byte_count);
  void Advance();
  bool TakeStep();
  void Answer();
  bool MustCloseAfterThisRequest() const;
  void Refuse(boost::beast::http::status status);

  void Write();
  void OnWritten(boost::beast::error_code error);

  void Linger();
  void ReadAndDrop();
  void Close();

  void ExpireAfter(std::chrono::milliseconds time);
  void WaitForDeadline();
  void OnDeadline();

  boost::asio::ip::tcp::socket socket_;
  boost::asio::steady_timer timer_;
  const ConnectionLimit::Ticket ticket_;
  const SessionOptions& options_;
  State state_ = State::kReading;
  bool closing_ = false;    // close behind the answers that are queued
  bool finishing_ = false;  // the server ends: close at the next opportunity

  // The request that is being read.
  boost::beast::flat_buffer buffer_;
  std::optional<boost::beast::http::request_parser<DiscardedBody>> parser_;
  bool answered_ = false;  // its head is complete; what follows is its body
  uint64_t body_bytes_ = 0;

  // The answers that are being written. A serializer holds on to its message,
  // so neither may move.
  std::deque<Reply> replies_;
  std::vector<boost::asio::const_buffer> out_;

  Clock::time_point deadline_;  // when the present state has lasted too long
};

}  // namespace muster::cli

#endif  // MUSTER_CLI_SESSION_H_
