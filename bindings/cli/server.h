// Server: a listening socket, its workers, and how it all ends.
//
// It accepts connections on a thread of its own and deals them out in turn.
//
//   serving --SIGTERM, SIGINT--> draining --drain_time--> finishing --> ended
//
// While draining it goes on serving, so that whoever balances the load can
// notice and turn away. Then the listener and idle connections are closed, and
// requests under way get their answers within a time; over HTTP/2 only those
// that are whole a second later, for which h2o's second GOAWAY speaks. A second
// signal ends the process at once.
//
// A handler is borrowed and must outlive the server. One server a process, for
// the sake of the signals. Calls from one thread, but draining().
#ifndef MUSTER_CLI_SERVER_H_
#define MUSTER_CLI_SERVER_H_

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <deque>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "connection_limit.h"
#include "listen_address.h"
#include "muster/http.h"
#include "worker.h"

namespace muster::cli {

struct ServerOptions {
  int threads = 1;
  int max_connections = 1;  // more wait in the system's queue
  std::chrono::milliseconds idle_timeout{60000};
  std::chrono::milliseconds drain_time{0};
};

class Server {
 public:
  explicit Server(const ServerOptions& options);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Takes the address, without letting anybody in yet: of a name's addresses the
  // first that can be had, those of IPv4 before others. Unavailable where it is
  // in use or none can be had.
  absl::Status Bind(const ListenAddress& address);

  // Lets clients in and starts the threads. Errors as for Bind().
  absl::Status Start(const Handler* handler);

  // "http://127.0.0.1:8080"; after Bind().
  std::string url() const;

  // Returns when a signal came and all has ended.
  void Wait();

  // Whether a signal came. Any thread.
  bool draining() const { return draining_.load(std::memory_order_relaxed); }

 private:
  boost::system::error_code BindTo(const boost::asio::ip::tcp::endpoint& endpoint);
  void Accept();
  void OnAccept(boost::system::error_code error, boost::asio::ip::tcp::socket socket,
                ConnectionLimit::Ticket ticket);
  void DealOut(boost::asio::ip::tcp::socket socket, ConnectionLimit::Ticket ticket);
  void OnSignal();
  void StopAccepting();
  void Finish();
  void AcceptWhoIsWaiting();
  void OnWorkerEnd();

  const ServerOptions options_;
  std::atomic<bool> draining_{false};
  std::atomic<bool> is_ending_{false};  // the drain is over
  ConnectionLimit limit_;               // outlives the tickets that the event loop may hold
  boost::asio::io_context context_{1};  // accepts, signals and phases only
  boost::asio::ip::tcp::acceptor acceptor_{context_};
  boost::asio::signal_set signals_{context_};
  boost::asio::steady_timer phase_timer_{context_};
  boost::asio::steady_timer retry_timer_{context_};
  bool accepting_ = true;
  std::deque<Worker> workers_;
  size_t next_worker_ = 0;
  size_t ended_workers_ = 0;
};

}  // namespace muster::cli

#endif  // MUSTER_CLI_SERVER_H_
