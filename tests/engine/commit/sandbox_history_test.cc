// Histories drawn at random, delivered in another order, more than once and late, in
// batches of any size, against a model that knows all events at once.
#include <algorithm>
#include <map>
#include <random>

#include "engine/commit/sandboxes.h"

namespace muster {
namespace {

constexpr int kSandboxes = 60;
constexpr int kUsers = 7;

using Random = std::mt19937;

int Below(Random& random, int bound) { return static_cast<int>(random() % bound); }

std::vector<SandboxEvent> DrawHistory(Random& random) {
  std::vector<SandboxEvent> events;
  for (int i = 0; i < kSandboxes; ++i) {
    const std::string user = "usr_" + std::to_string(Below(random, kUsers));
    int64_t sequence = 0;
    for (int step = Below(random, 8); step >= 0; --step) {
      sequence += 1 + Below(random, 3);
      events.push_back(Event("sbx_" + std::to_string(i), user,
                             static_cast<SandboxStatus>(Below(random, 10)), sequence));
    }
  }
  return events;
}

// Each event at least once, in any order.
std::vector<SandboxEvent> Deliver(Random& random, std::vector<SandboxEvent> events) {
  const size_t count = events.size();
  for (size_t i = 0; i < count; ++i) {
    if (Below(random, 3) == 0) events.push_back(events[Below(random, count)]);
  }
  std::shuffle(events.begin(), events.end(), random);
  return events;
}

// The counts from the definition: of each sandbox, the event of the highest sequence.
class Model {
 public:
  void Add(const SandboxEvent& event) {
    SandboxEvent& latest = latest_[event.sandbox_id];
    if (event.sequence > latest.sequence) latest = event;
  }
  UserStats StatsOf(const std::string& user) const {
    UserStats stats;
    for (const auto& [id, event] : latest_) {
      if (event.user_id != user) continue;
      ++stats.total;
      if (event.status == SandboxStatus::kRunning) {
        ++stats.running;
      } else if (event.status == SandboxStatus::kPaused) {
        ++stats.paused;
      } else if (event.status != SandboxStatus::kDestroyed &&
                 event.status != SandboxStatus::kFailed) {
        ++stats.other;
      }
    }
    return stats;
  }

 private:
  std::map<std::string, SandboxEvent> latest_;
};

class SandboxHistoryTest : public SandboxTest, public testing::WithParamInterface<int> {
 protected:
  // One batch of the next events; some fail as a whole, some have a fault skipped.
  void ApplySome(Random& random, const std::vector<SandboxEvent>& events, size_t* next,
                 Model* model) {
    const size_t end = std::min(events.size(), *next + 1 + Below(random, 40));
    WriteBatch batch;
    const int mishap = Below(random, 4);
    if (mishap == 1) batch.SkipFaultyEvents();
    for (size_t i = *next; i < end; ++i) batch.RecordSandbox(events[i]);
    if (mishap == 1) batch.RecordSandbox(Event("sbx_0", "usr_0", SandboxStatus::kError, 0));
    if (mishap == 2) {
      batch.SetHostStatus("unknown", HostStatus::kDead);
      ASSERT_TRUE(absl::IsNotFound(catalog_->Apply(batch)));
      return;  // and the same events come again
    }
    const absl::Status status = catalog_->Apply(batch);
    ASSERT_TRUE(status.ok()) << status;
    for (; *next < end; ++*next) model->Add(events[*next]);
  }
};

TEST_P(SandboxHistoryTest, CountsAreThoseOfTheLatestEvents) {
  Random random(GetParam());
  const std::vector<SandboxEvent> events = Deliver(random, DrawHistory(random));
  Model model;
  for (size_t next = 0; next < events.size();) {
    ApplySome(random, events, &next, &model);
    for (int i = 0; i < kUsers; ++i) {
      const std::string user = "usr_" + std::to_string(i);
      ASSERT_EQ(Stats(user), model.StatsOf(user)) << user << " after " << next << " events";
    }
    if (Below(random, 8) == 0) Reopen();
  }
  EXPECT_TRUE(catalog_->Recount()->miscounts.empty());
}

INSTANTIATE_TEST_SUITE_P(Seeds, SandboxHistoryTest, testing::Range(0, 40));

}  // namespace
}  // namespace muster
