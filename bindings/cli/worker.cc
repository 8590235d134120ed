#include "worker.h"

#include <boost/asio/post.hpp>
#include <exception>
#include <memory>
#include <utility>

namespace muster::cli {

Worker::Worker(const SessionOptions& options, std::function<void()> on_end)
    : options_(options), on_end_(std::move(on_end)), thread_([this] { Run(); }) {}

Worker::~Worker() {
  Abort();
  thread_.join();
}

void Worker::Adopt(boost::asio::ip::tcp::socket socket, ConnectionLimit::Ticket ticket) {
  boost::asio::post(context_, [this, socket = std::move(socket),
                               ticket = std::move(ticket)]() mutable {
    auto session = std::make_shared<Session>(std::move(socket), std::move(ticket), options_);
    sessions_.push_back(*session);
    session->Start();
  });
}

void Worker::Finish() {
  boost::asio::post(context_, [this] {
    keep_running_.reset();
    for (Session& session : sessions_) session.FinishSoon();
  });
}

void Worker::Run() {
  for (;;) {
    try {
      context_.run();
      break;
    } catch (const std::exception&) {
      // Out of memory in a connection's handler. That connection ends with its
      // deadline; the others go on.
    }
  }
  on_end_();
}

}  // namespace muster::cli
