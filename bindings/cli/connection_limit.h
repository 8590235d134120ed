// ConnectionLimit: how many connections there may be at a time.
//
// Take() before accepting one; the ticket gives its place back when it ends.
// Owned by the server, and outlives every ticket. Any thread.
#ifndef MUSTER_CLI_CONNECTION_LIMIT_H_
#define MUSTER_CLI_CONNECTION_LIMIT_H_

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace muster::cli {

class ConnectionLimit {
 public:
  struct Release {
    void operator()(ConnectionLimit* limit) const { limit->GiveBack(); }
  };
  using Ticket = std::unique_ptr<ConnectionLimit, Release>;

  // `on_room` is called once after a Take() that failed, as soon as there is
  // room again, by whichever thread makes it.
  ConnectionLimit(int max_connections, std::function<void()> on_room)
      : max_connections_(max_connections), on_room_(std::move(on_room)) {}

  // Null where there is no room.
  Ticket Take() {
    std::lock_guard lock(mutex_);
    if (count_ >= max_connections_) {
      wanted_ = true;
      return nullptr;
    }
    ++count_;
    return Ticket(this);
  }

 private:
  void GiveBack() {
    {
      std::lock_guard lock(mutex_);
      --count_;
      if (!std::exchange(wanted_, false)) return;
    }
    on_room_();
  }

  const int max_connections_;
  const std::function<void()> on_room_;
  std::mutex mutex_;
  int count_ = 0;        // guarded by mutex_
  bool wanted_ = false;  // guarded by mutex_
};

}  // namespace muster::cli

#endif  // MUSTER_CLI_CONNECTION_LIMIT_H_
