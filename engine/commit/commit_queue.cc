#include "commit/commit_queue.h"

#include <algorithm>

namespace muster::commit {
namespace {

// A group that is larger makes the first in it wait without making it any cheaper.
constexpr size_t kMaxGroupRequests = 1024;
constexpr size_t kMaxGroupBytes = size_t{4} << 20;

}  // namespace

void CommitRequest::Set(State state) {
  // Told under the lock: whoever waits may end and take the request along as soon as
  // it is let go.
  std::lock_guard<std::mutex> lock(mutex);
  state_ = state;
  changed.notify_one();
}

CommitQueue::Outcome CommitQueue::Join(CommitRequest* request, Deadline deadline) {
  {
    std::unique_lock<std::mutex> lock(mutex_);
    if (!AwaitRoom(&lock, deadline)) return Outcome::kLate;
    queued_.push_back(request);
    if (!led_) {
      led_ = true;
      return Outcome::kLead;
    }
  }
  return Await(request, deadline);
}

bool CommitQueue::AwaitRoom(std::unique_lock<std::mutex>* lock, Deadline deadline) {
  // Where nobody leads, whoever comes does, and makes room.
  const auto has_room = [this] { return queued_.size() < max_queued_ || !led_; };
  if (has_room()) return true;
  ++waiting_for_room_;
  bool found = true;
  if (deadline == Deadline::max()) {
    room_.wait(*lock, has_room);
  } else {
    found = room_.wait_until(*lock, deadline, has_room);
  }
  --waiting_for_room_;
  return found;
}

CommitQueue::Outcome CommitQueue::Await(CommitRequest* request, Deadline deadline) {
  using State = CommitRequest::State;
  std::unique_lock<std::mutex> lock(request->mutex);
  const auto is_called = [&] {
    return request->state_ == State::kLeading || request->state_ == State::kDone;
  };
  if (deadline != Deadline::max() && !request->changed.wait_until(lock, deadline, is_called)) {
    lock.unlock();
    if (Withdraw(request)) return Outcome::kLate;
    lock.lock();  // taken meanwhile: the deadline counts no more
  }
  request->changed.wait(lock, is_called);
  return request->state_ == State::kDone ? Outcome::kDone : Outcome::kLead;
}

bool CommitQueue::Withdraw(CommitRequest* request) {
  std::lock_guard<std::mutex> lock(mutex_);
  const auto place = std::find(queued_.begin(), queued_.end(), request);
  if (place == queued_.end()) return false;
  std::lock_guard<std::mutex> request_lock(request->mutex);
  if (request->state_ == CommitRequest::State::kLeading) return false;
  queued_.erase(place);
  if (waiting_for_room_ > 0) room_.notify_one();
  return true;
}

bool CommitQueue::Push(std::unique_ptr<CommitRequest>* request, bool* needs_leader) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (queued_.size() >= max_queued_) return false;
  queued_.push_back(request->release());
  *needs_leader = !led_;
  return true;
}

bool CommitQueue::TryLead() {
  std::lock_guard<std::mutex> lock(mutex_);
  if (led_ || queued_.empty()) return false;
  led_ = true;
  return true;
}

CommitQueue::Requests CommitQueue::Take() {
  Requests taken;
  size_t bytes = 0;
  std::lock_guard<std::mutex> lock(mutex_);
  while (!queued_.empty() && taken.size() < kMaxGroupRequests && bytes < kMaxGroupBytes) {
    taken.push_back(queued_.front());
    bytes += queued_.front()->batch.changes().size();
    queued_.pop_front();
  }
  if (waiting_for_room_ > 0) room_.notify_all();
  return taken;
}

CommitRequest* CommitQueue::NextLeader(bool* needs_leader) {
  *needs_leader = false;
  const auto next = std::find_if(queued_.begin(), queued_.end(),
                                 [](const CommitRequest* queued) { return queued->awaited(); });
  led_ = next != queued_.end();
  *needs_leader = !led_ && !queued_.empty();
  if (!led_ && waiting_for_room_ > 0) room_.notify_all();
  return led_ ? *next : nullptr;
}

bool CommitQueue::Finish(const Requests& taken, const CommitRequest* own, bool* needs_leader) {
  CommitRequest* next = nullptr;
  bool leads_on = false;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    next = NextLeader(needs_leader);
    leads_on = next != nullptr && next == own;
    // Under the queue's lock, so that it cannot withdraw any more.
    if (next != nullptr && !leads_on) next->Set(CommitRequest::State::kLeading);
  }
  for (CommitRequest* request : taken) {
    if (request->awaited() && request != own) request->Set(CommitRequest::State::kDone);
  }
  return leads_on;
}

}  // namespace muster::commit
