// CommitQueue: who carries out whose batches.
//
// Callers stand in one queue. The one in front leads: it takes what stands behind it
// too, carries all of it out, says so, and hands the lead to whoever is in front by
// then. So nobody waits for another thread where there is nobody else, and under load
// many batches share one commit. A batch that nobody waits for is led by a thread that
// asks for the lead.
//
// Every call from any thread, but for what is the leader's.
#ifndef MUSTER_COMMIT_COMMIT_QUEUE_H_
#define MUSTER_COMMIT_COMMIT_QUEUE_H_

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "absl/status/status.h"
#include "commit/batch_rep.h"
#include "muster/write_batch.h"

namespace muster::commit {

// A batch in the queue. Whoever waits for it owns it; one that nobody waits for is
// owned by the queue, and then by whoever carries it out.
struct CommitRequest {
  explicit CommitRequest(const WriteBatch::Rep& the_batch) : batch(the_batch) {}
  // For one that nobody waits for.
  using Callback = std::function<void(const absl::Status&, const ApplyReport&)>;
  CommitRequest(WriteBatch owned_batch, Callback the_callback)
      : owned(std::move(owned_batch)), batch(owned.rep()), callback(std::move(the_callback)) {}
  CommitRequest(const CommitRequest&) = delete;
  CommitRequest& operator=(const CommitRequest&) = delete;

  bool awaited() const { return callback == nullptr; }

  WriteBatch owned;
  const WriteBatch::Rep& batch;
  const Callback callback;

  // Set by whoever carries it out.
  absl::Status status;
  ApplyReport report;

 private:
  friend class CommitQueue;
  enum class State { kQueued, kTaken, kLeading, kDone };

  void Set(State state);

  std::mutex mutex;  // of what follows
  std::condition_variable changed;
  State state_ = State::kQueued;
};

class CommitQueue {
 public:
  using Deadline = std::chrono::steady_clock::time_point;
  using Requests = std::vector<CommitRequest*>;

  explicit CommitQueue(size_t max_queued) : max_queued_(max_queued) {}

  enum class Outcome {
    kDone,  // another caller carried it out
    kLead,  // this caller leads
    kLate,  // nobody had taken it by the deadline: it is not in the queue any more
  };
  // Stands in the queue with a request that this thread waits for.
  Outcome Join(CommitRequest* request, Deadline deadline);

  // Puts one in that nobody waits for, and leaves `*request` null; false, and it stays,
  // where the queue is full. `*needs_leader` where TryLead() is wanted.
  bool Push(std::unique_ptr<CommitRequest>* request, bool* needs_leader);

  // Makes the caller lead, if nobody does and there is something to do.
  bool TryLead();

  // For the leader: what stands in front of the queue, as much as makes a good group.
  // Not empty.
  Requests Take();

  // For the leader: the requests are carried out. Those that somebody waits for are
  // given back; the others are left to the caller. Where `own` still is in the queue
  // (it may be null) the caller goes on leading: true. Otherwise the lead is handed on;
  // `*needs_leader` where TryLead() is wanted.
  bool Finish(const Requests& taken, const CommitRequest* own, bool* needs_leader);

 private:
  // Whether it could be put in.
  bool AwaitRoom(std::unique_lock<std::mutex>* lock, Deadline deadline);
  Outcome Await(CommitRequest* request, Deadline deadline);
  // Takes out one that nobody has taken yet.
  bool Withdraw(CommitRequest* request);
  // Says who leads next, under mutex_; null where nobody waits.
  CommitRequest* NextLeader(bool* needs_leader);

  const size_t max_queued_;
  std::mutex mutex_;  // of what follows
  std::condition_variable room_;
  size_t waiting_for_room_ = 0;
  bool led_ = false;
  std::deque<CommitRequest*> queued_;
};

}  // namespace muster::commit

#endif  // MUSTER_COMMIT_COMMIT_QUEUE_H_
