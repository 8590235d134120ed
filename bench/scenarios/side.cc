#include "scenarios/side.h"

#include <atomic>
#include <barrier>
#include <semaphore>
#include <thread>
#include <utility>

#include "data/clock.h"
#include "data/fail.h"

namespace muster_bench {

Side::Side(std::string name, std::unique_ptr<HostWriter> writer,
           const std::vector<muster::Host>& hosts, const HostUpdates& updates)
    : name_(std::move(name)),
      writer_(std::move(writer)),
      updates_(updates),
      next_(updates.callers()),
      checked_(updates.callers()) {
  for (const muster::Host& host : hosts) free_mib_.push_back(host.free_mib);
  CheckHosts();
}

double Side::OneCaller(double seconds, size_t updates_per_transaction) {
  std::vector<HostUpdate> updates(updates_per_transaction);
  // The clock is read seldom where an update takes no longer than that.
  const int stride = updates_per_transaction == 1 ? 16 : 1;
  const double per_second = StepsPerSecond(
      seconds, stride,
      [&] {
        for (HostUpdate& update : updates) update = Next(0);
        writer_->Update(updates);
      },
      [&] { writer_->Flush(); });
  writer_->Settle();
  return per_second * static_cast<double>(updates_per_transaction);
}

double Side::AllCallers(double seconds) {
  const size_t callers = updates_.callers();
  std::barrier start(static_cast<ptrdiff_t>(callers + 1));
  std::atomic<bool> stopped = false;
  std::atomic<uint64_t> made = 0;
  std::vector<std::thread> threads;
  for (size_t caller = 0; caller < callers; ++caller) {
    threads.emplace_back([&, caller] {
      start.arrive_and_wait();
      uint64_t count = 0;
      for (; !stopped.load(std::memory_order_relaxed); ++count) {
        const HostUpdate update = Next(caller);
        writer_->Update({&update, 1});
      }
      made += count;
    });
  }
  start.arrive_and_wait();
  const Clock::time_point begin = Clock::now();
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  stopped = true;
  for (std::thread& thread : threads) thread.join();
  writer_->Flush();
  return static_cast<double>(made) / SecondsSince(begin);
}

double Side::InFlight(double seconds, int in_flight) {
  auto& muster = dynamic_cast<MusterHostWriter&>(*writer_);
  std::counting_semaphore<> room(in_flight);
  size_t caller = 0;  // whose update it is does not matter to this one
  return StepsPerSecond(
      seconds, 16,
      [&] {
        room.acquire();
        muster.UpdateAsync(Next(caller++ % next_.size()), [&room] { room.release(); });
      },
      [&] {
        for (int i = 0; i < in_flight; ++i) room.acquire();
        writer_->Flush();
      });
}

void Side::CheckHosts() {
  for (size_t caller = 0; caller < next_.size(); ++caller) {
    updates_.Replay(caller, std::exchange(checked_[caller], next_[caller]), next_[caller],
                    &free_mib_);
  }
  Check(writer_->FreeMib() == free_mib_, name_ + " does not hold what it was given");
}

}  // namespace muster_bench
