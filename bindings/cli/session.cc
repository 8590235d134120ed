#include "session.h"

#include <algorithm>
#include <boost/asio/completion_condition.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <limits>
#include <utility>

#include "http_date.h"

namespace muster::cli {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::beast::error_code;

constexpr size_t kReadBytes = 4096;

// How many requests that came together are answered together: bounds what one
// client can make the server keep in memory.
constexpr size_t kMaxReplies = 16;

// The most that is handed to the system at once.
constexpr size_t kWriteBytes = size_t{1} << 20;

// A closed socket with unread bytes makes the system send a reset, which can
// take away the answer that the client has not read yet. So the end of the
// stream is sent first, and what still comes is dropped for this long.
constexpr std::chrono::seconds kLingerTime{2};

http::status StatusOf(const error_code& error) {
  if (error == http::error::header_limit) return http::status::request_header_fields_too_large;
  return http::status::bad_request;
}

}  // namespace

Session::Session(asio::ip::tcp::socket socket, ConnectionLimit::Ticket ticket,
                 const SessionOptions& options)
    : socket_(std::move(socket)),
      timer_(socket_.get_executor()),
      ticket_(std::move(ticket)),
      options_(options),
      // Room for a head that is too large, so that its limit is what is met.
      buffer_(options.max_header_bytes + kReadBytes) {}

void Session::Start() {
  error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  BeginRequest();
  deadline_ = Clock::now() + options_.idle_timeout;
  WaitForDeadline();
  Read();
}

void Session::FinishSoon() {
  finishing_ = true;
  if (state_ != State::kReading) return;
  if (answered_) return Linger();  // only the rest of a body is missing
  error_code error;
  // Not closed here: a request may have been read already, and its handler be
  // waiting for its turn. Whichever it is, OnRead() will tell.
  if (IsIdle() && socket_.available(error) == 0) socket_.cancel(error);
}

void Session::BeginRequest() {
  parser_.emplace();
  parser_->header_limit(options_.max_header_bytes);
  // The parser's own limit would be an error in place of an answer.
  parser_->body_limit(std::numeric_limits<uint64_t>::max());
  answered_ = false;
  body_bytes_ = 0;
}

bool Session::IsIdle() const { return !parser_->got_some() && buffer_.size() == 0; }

// ---------------------------------------------------------------- reading

void Session::Read() {
  state_ = State::kReading;
  const size_t room = std::min(kReadBytes, buffer_.max_size() - buffer_.size());
  if (room == 0) {  // the line before a chunk, say, of any length
    closing_ = true;
    return Linger();
  }
  socket_.async_read_some(buffer_.prepare(room),
                          [self = shared_from_this()](error_code error, size_t byte_count) {
                            self->OnRead(error, byte_count);
                          });
}

void Session::OnRead(error_code error, size_t byte_count) {
  if (state_ != State::kReading) return;  // the deadline came first
  if (error) return Close();
  buffer_.commit(byte_count);
  Advance();
}

// Parses and answers what is in the buffer, then writes or reads on.
void Session::Advance() {
  while (!closing_ && buffer_.size() > 0 && replies_.size() < kMaxReplies && TakeStep()) {
  }
  if (!replies_.empty()) return Write();
  if (closing_) return Linger();
  if (finishing_ && IsIdle()) return Close();
  Read();
}

// Takes the next head, or part of a body, from the buffer. False where more
// bytes are needed for that.
bool Session::TakeStep() {
  error_code error;
  const size_t byte_count = parser_->put(buffer_.data(), error);
  buffer_.consume(byte_count);
  if (answered_) body_bytes_ += byte_count;

  if (error == http::error::need_more) return false;
  if (error) {
    Refuse(StatusOf(error));
    return true;
  }
  if (!answered_) Answer();
  if (body_bytes_ > options_.max_body_bytes) closing_ = true;
  if (parser_->is_done()) BeginRequest();
  return true;
}

void Session::Answer() {
  answered_ = true;
  const auto& request = parser_->get();
  if (request.count(http::field::transfer_encoding) > 0 && !parser_->chunked()) {
    // An encoding that does not say where the body ends: another reader of the
    // same bytes could see another next request in it.
    answered_ = false;
    return Refuse(http::status::bad_request);
  }
  auto answer = beast::Handle(*options_.handler, request);
  if (!answer) {
    const beast::Fields fields(request.base());
    answer = beast::ToMessage(Handler::NotFound(beast::ToRequest(request, fields)), request);
  }
  const std::string_view date = HttpDate();
  answer->insert(http::field::date, boost::beast::string_view(date.data(), date.size()));
  closing_ = MustCloseAfterThisRequest();
  replies_.emplace_back(std::move(*answer));
}

bool Session::MustCloseAfterThisRequest() const {
  if (!parser_->keep_alive()) return true;
  if (parser_->is_done()) return false;  // no body
  const auto& request = parser_->get();
  if (request.version() < 11 && parser_->chunked()) return true;
  if (parser_->content_length().value_or(0) > options_.max_body_bytes) return true;
  // Whoever waits for "100 Continue" gets the final answer instead, and may
  // then send the body all the same, or not.
  return buffer_.size() == 0 &&
         http::token_list(request[http::field::expect]).exists("100-continue");
}

// An answer of the server's own, to what is not a request; the last one.
void Session::Refuse(http::status status) {
  closing_ = true;
  if (answered_) return;  // its body is at fault, and it has its answer
  http::response<beast::SpansBody> answer(status, 11);
  const std::string_view date = HttpDate();
  answer.insert(http::field::date, boost::beast::string_view(date.data(), date.size()));
  answer.content_length(0);
  replies_.emplace_back(std::move(answer));
}

// ---------------------------------------------------------------- writing

void Session::Write() {
  state_ = State::kWriting;
  if (finishing_) closing_ = true;
  if (closing_) replies_.back().message.keep_alive(false);
  for (Reply& reply : replies_) {
    error_code ignored;
    reply.serializer.next(ignored, [this](error_code&, const auto& buffers) {
      for (auto buffer : boost::beast::buffers_range_ref(buffers)) out_.push_back(buffer);
    });
  }
  ExpireAfter(options_.idle_timeout);
  asio::async_write(
      socket_, out_,
      [this](const error_code& error, size_t) {
        // A slow reader has the whole time again with each part that it takes.
        deadline_ = Clock::now() + options_.idle_timeout;
        return error ? 0 : kWriteBytes;
      },
      [self = shared_from_this()](error_code error, size_t) { self->OnWritten(error); });
}

void Session::OnWritten(error_code error) {
  out_.clear();
  replies_.clear();
  if (error || state_ != State::kWriting) return Close();
  if (closing_) return Linger();
  ExpireAfter(options_.idle_timeout);
  Advance();
}

// ---------------------------------------------------------------- closing

void Session::Linger() {
  state_ = State::kLingering;
  error_code error;
  socket_.cancel(error);
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, error);
  if (error) return Close();
  ExpireAfter(kLingerTime);
  ReadAndDrop();
}

void Session::ReadAndDrop() {
  buffer_.clear();
  socket_.async_read_some(buffer_.prepare(kReadBytes),
                          [self = shared_from_this()](error_code error, size_t) {
                            if (self->state_ != State::kLingering) return;
                            if (error) return self->Close();
                            self->ReadAndDrop();
                          });
}

void Session::Close() {
  state_ = State::kClosed;
  error_code ignored;
  socket_.close(ignored);
  timer_.cancel();
}

// --------------------------------------------------------------- deadlines

// One timer waits for a deadline that moves: setting it anew for each request
// would cost more than answering does.
void Session::ExpireAfter(std::chrono::milliseconds time) {
  deadline_ = Clock::now() + time;
  if (deadline_ < timer_.expiry()) WaitForDeadline();
}

void Session::WaitForDeadline() {
  timer_.expires_at(deadline_);
  timer_.async_wait([self = shared_from_this()](error_code error) {
    if (error || self->state_ == State::kClosed) return;
    if (Clock::now() < self->deadline_) return self->WaitForDeadline();
    self->OnDeadline();
  });
}

void Session::OnDeadline() {
  const bool half_a_request = state_ == State::kReading && !answered_ && !IsIdle();
  if (!half_a_request) return Close();
  error_code ignored;
  socket_.cancel(ignored);
  Refuse(http::status::request_timeout);
  ExpireAfter(options_.idle_timeout);
  WaitForDeadline();
  Write();
}

}  // namespace muster::cli
