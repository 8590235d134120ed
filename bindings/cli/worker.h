// Worker: a thread, its event loop, and the connections that live there.
//
// One loop for each thread, and not one loop for all: a connection's handlers
// then run in order without a strand, nothing of a connection moves between
// cores, and threads share no queue. The price is that a connection stays with
// the thread it was given; requests here take microseconds and connections are
// dealt out in turn, so threads are loaded evenly.
//
// Owned by the server. Every call from any thread, but the constructor and the
// destructor.
#ifndef MUSTER_CLI_WORKER_H_
#define MUSTER_CLI_WORKER_H_

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/intrusive/list.hpp>
#include <functional>
#include <thread>

#include "connection_limit.h"
#include "session.h"

namespace muster::cli {

class Worker {
 public:
  // Starts the thread. `options` is borrowed. `on_end` is called in the thread
  // when it has ended its last connection.
  Worker(const SessionOptions& options, std::function<void()> on_end);
  ~Worker();  // as Abort(), and waits for the thread
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Where a socket for Adopt() must be made.
  boost::asio::io_context& context() { return context_; }

  // Serves a new connection.
  void Adopt(boost::asio::ip::tcp::socket socket, ConnectionLimit::Ticket ticket);

  // Ends when the connections have got the answers that they wait for; idle
  // ones are closed now.
  void Finish();

  // Ends now, in the midst of whatever it does.
  void Abort() { context_.stop(); }

 private:
  void Run();

  const SessionOptions& options_;
  // Sessions take themselves out when they end, also when the loop that keeps
  // them is destroyed; so the list must be there for longer.
  boost::intrusive::list<Session, boost::intrusive::constant_time_size<false>> sessions_;
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> keep_running_{
      context_.get_executor()};
  std::function<void()> on_end_;
  std::thread thread_;
};

}  // namespace muster::cli

#endif  // MUSTER_CLI_WORKER_H_
