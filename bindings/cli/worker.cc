#include "worker.h"

#include <unistd.h>

#include <algorithm>
#include <climits>
#include <utility>

namespace muster::cli {
namespace {

// How often a connection that lingers is looked at, whether it is to end.
constexpr uint64_t kLingerMs = 2000;

// How often a loop looks for connections to end while the server ends, beside
// after each event.
constexpr int kFinishingWaitMs = 100;

}  // namespace

Worker::Worker(const SiteOptions& options, std::function<void()> on_end)
    : on_end_(std::move(on_end)), options_(options), site_(options) {
  thread_ = std::thread([this] {
    SetUp();
    Run();
    TearDown();
    on_end_();
  });
}

// All that belongs to a loop is made, used and freed in the loop's own thread: h2o
// gives each socket buffers from a stock that the thread has which made it.
void Worker::SetUp() {
  h2o_loop_t* loop = h2o_evloop_create();
  h2o_context_init(&context_, loop, site_.config());
  accept_.ctx = &context_;
  accept_.hosts = site_.config()->hosts;
  h2o_timeout_init(loop, &linger_timeout_, kLingerMs);
  h2o_timeout_init(loop, &watch_timeout_, std::max<uint64_t>(options_.idle_timeout_ms / 2, 1));
  surroundings_ = {&accept_, &linger_timeout_, options_.idle_timeout_ms};

  h2o_multithread_register_receiver(context_.queue, &bell_,
                                    [](h2o_multithread_receiver_t*, h2o_linklist_t*) {});
  watch_.owner = this;
  watch_.part.cb = [](h2o_timeout_entry_t* watch) {
    PartOf<h2o_timeout_entry_t, Worker>::OwnerOf(watch).WatchProgress();
  };
  h2o_timeout_link(loop, &watch_timeout_, &watch_.part);
  std::lock_guard lock(mutex_);
  can_be_woken_ = true;
}

void Worker::TearDown() {
  {
    std::lock_guard lock(mutex_);
    can_be_woken_ = false;
  }
  h2o_loop_t* loop = context_.loop;
  h2o_timeout_unlink(&watch_.part);
  h2o_timeout_dispose(loop, &watch_timeout_);
  h2o_timeout_dispose(loop, &linger_timeout_);
  h2o_multithread_unregister_receiver(context_.queue, &bell_);
  // h2o_context_request_shutdown() has set it, and nobody else takes it back.
  h2o_timeout_unlink(&context_.http2._graceful_shutdown_timeout);
  h2o_context_dispose(&context_);
  h2o_evloop_run(loop, 0);  // frees what was closed
  h2o_evloop_destroy(loop);
}

Worker::~Worker() {
  Abort();
  thread_.join();
  for (Newcomer& newcomer : mail_.newcomers) close(newcomer.fd);
}

template <class Change>
void Worker::Post(Change change) {
  std::lock_guard lock(mutex_);
  change(mail_);
  has_mail_.store(true, std::memory_order_relaxed);
  if (can_be_woken_) h2o_multithread_send_message(&bell_, nullptr);
}

void Worker::Adopt(int fd, ConnectionLimit::Ticket ticket) {
  Post([&](Mail& mail) { mail.newcomers.push_back({fd, std::move(ticket)}); });
}

void Worker::Finish() {
  Post([](Mail& mail) { mail.finish = true; });
}

void Worker::Abort() {
  Post([](Mail& mail) { mail.abort = true; });
}

void Worker::ReadMail() {
  if (!has_mail_.load(std::memory_order_relaxed)) return;
  Mail mail;
  {
    std::lock_guard lock(mutex_);
    std::swap(mail, mail_);
    has_mail_.store(false, std::memory_order_relaxed);
  }
  for (Newcomer& newcomer : mail.newcomers) {
    connections_.push_back(
        *new Connection(newcomer.fd, std::move(newcomer.ticket), surroundings_));
  }
  if ((mail.finish || mail.abort) && !finishing_) {
    finishing_ = true;
    h2o_context_request_shutdown(&context_);
  }
  aborting_ |= mail.abort;
}

void Worker::Run() {
  ReadMail();  // which came before the bell
  while (!finishing_ || !connections_.empty()) {
    h2o_evloop_run(context_.loop, finishing_ ? kFinishingWaitMs : INT_MAX);
    ReadMail();
    if (finishing_) FinishIdle();
  }
}

void Worker::WatchProgress() {
  for (Connection& connection : connections_) connection.CheckProgress();
  h2o_timeout_link(context_.loop, &watch_timeout_, &watch_.part);
}

void Worker::FinishIdle() {
  for (auto next = connections_.begin(); next != connections_.end();) {
    Connection& connection = *next++;
    aborting_ ? connection.Abort() : connection.FinishSoon();
  }
}

}  // namespace muster::cli
