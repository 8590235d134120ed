// Worker: a thread, its h2o loop, and the connections that live there.
//
// One loop for each thread: h2o's loops are of one thread, and nothing of a
// connection moves between cores. The price is that a connection stays with
// the thread it was given; requests here take microseconds and connections are
// dealt out in turn, so threads are loaded evenly.
//
// Owned by the server. Every call from any thread, but the constructor and the
// destructor.
#ifndef MUSTER_CLI_WORKER_H_
#define MUSTER_CLI_WORKER_H_

#include <h2o.h>

#include <atomic>
#include <boost/intrusive/list.hpp>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "connection.h"
#include "connection_limit.h"
#include "part_of.h"
#include "site.h"

namespace muster::cli {

class Worker {
 public:
  // Starts the thread. `on_end` is called in it when it has ended its last
  // connection and its loop.
  Worker(const SiteOptions& options, std::function<void()> on_end);
  ~Worker();  // as Abort(), and waits for the thread
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Serves a new connection. Takes the descriptor.
  void Adopt(int fd, ConnectionLimit::Ticket ticket);

  // Ends when the connections have got the answers that they wait for; idle
  // ones are closed now.
  void Finish();

  // Ends now, in the midst of whatever it does.
  void Abort();

 private:
  struct Newcomer {
    int fd;
    ConnectionLimit::Ticket ticket;
  };

  // What other threads have asked for.
  struct Mail {
    std::vector<Newcomer> newcomers;
    bool finish = false;
    bool abort = false;
  };

  void SetUp();
  void TearDown();
  template <class Change>
  void Post(Change change);
  void ReadMail();
  void Run();
  void WatchProgress();
  void FinishIdle();

  const std::function<void()> on_end_;
  const SiteOptions options_;
  Site site_;
  h2o_context_t context_;
  h2o_accept_ctx_t accept_{};
  h2o_timeout_t linger_timeout_;
  h2o_timeout_t watch_timeout_;
  PartOf<h2o_timeout_entry_t, Worker> watch_{};
  h2o_multithread_receiver_t bell_{};  // wakes the loop for its mail
  Surroundings surroundings_;
  boost::intrusive::list<Connection, boost::intrusive::constant_time_size<false>> connections_;
  bool finishing_ = false;
  bool aborting_ = false;

  std::mutex mutex_;
  Mail mail_;                  // guarded by mutex_, and so is the next
  bool can_be_woken_ = false;  // there is a loop
  std::atomic<bool> has_mail_{false};
  std::thread thread_;
};

}  // namespace muster::cli

#endif  // MUSTER_CLI_WORKER_H_
