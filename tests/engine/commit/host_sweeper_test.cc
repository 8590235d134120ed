// Silence: which hosts are shown dead, from when on, and what ends it. The clock is
// the test's.
#include "commit/host_sweeper.h"

#include <sstream>

#include "commit/committer.h"
#include "engine/commit/fixture.h"
#include "engine/store/failing_store.h"
#include "engine/store/forwarding_store.h"
#include "muster/document.h"

namespace muster {
namespace {

constexpr int64_t kTimeoutMs = 30000;

// A store that several "processes" have open, of which one at a time has a role.
struct Machine {
  std::shared_ptr<Store> store = store::NewMemoryStore();
  const Store* sweeper = nullptr;
  int64_t now_ms = 1000000;
};

class MachinesStore : public ForwardingStore {
 public:
  explicit MachinesStore(Machine* machine)
      : ForwardingStore(machine->store), machine_(*machine) {}
  ~MachinesStore() override {
    if (machine_.sweeper == this) machine_.sweeper = nullptr;
  }
  absl::StatusOr<bool> TryTakeRole(Role) override {
    if (machine_.sweeper == nullptr) machine_.sweeper = this;
    return machine_.sweeper == this;
  }
  bool RoleTakenByOthers(Role) const override {
    return machine_.sweeper != nullptr && machine_.sweeper != this;
  }

 private:
  Machine& machine_;
};

// A process of that machine.
class Process {
 public:
  explicit Process(Machine* machine, int64_t timeout_ms = kTimeoutMs,
                   FaultPlan* faults = nullptr)
      : store_(std::make_unique<MachinesStore>(machine)) {
    if (faults != nullptr) {
      store_ = std::make_unique<FailingStore>(std::move(store_), faults);
    }
    Options options;
    options.host_timeout_ms = timeout_ms;
    auto opened = commit::Committer::Open(*store_, nullptr, options,
                                          [machine] { return machine->now_ms; });
    committer_ = *std::move(opened);
  }

  template <typename Fill>
  absl::Status Apply(const Fill& fill) {
    WriteBatch batch;
    fill(batch);
    ApplyReport report;
    return committer_->Apply(batch.rep(), &report, kNoDeadline);
  }
  absl::Status Put(const Host& host) {
    return Apply([&](WriteBatch& batch) { batch.PutHost(host); });
  }
  absl::Status Beat(std::string_view id) {
    return Apply([&](WriteBatch& batch) { batch.Heartbeat(id, 100, 1); });
  }

  commit::Committer& committer() { return *committer_; }
  // As the maintenance thread calls it.
  std::chrono::milliseconds Sweep() { return *committer_->SweepHosts(); }

  // "a:active b:dead": what clients see.
  std::string Shown() {
    static_cast<void>(committer_->CatchUp());
    const auto held = committer_->publisher().Take();
    std::string shown;
    held.view->hosts->ForEachVisible(0, 1000, [&](const view::Row& row) {
      const std::string json(row.json);
      const size_t status = json.find("\"status\":\"") + 10;
      shown += std::string(shown.empty() ? "" : " ") + std::string(row.order_key) + ":" +
               json.substr(status, json.find('"', status) - status);
    });
    view::ReleaseSlot(held.slot);
    return shown;
  }
  uint64_t version() {
    static_cast<void>(committer_->CatchUp());
    const auto held = committer_->publisher().Take();
    const uint64_t version = held.view->version;
    view::ReleaseSlot(held.slot);
    return version;
  }

 private:
  std::unique_ptr<Store> store_;
  std::unique_ptr<commit::Committer> committer_;
};

class HostSweeperTest : public testing::Test {
 protected:
  static Host MakeHost(std::string id, HostStatus status = HostStatus::kActive) {
    return {std::move(id), status, 100, 1};
  }

  // Lets time pass, with the rounds that belong to it.
  void Pass(Process& process, int64_t ms) {
    const int64_t end_ms = machine_.now_ms + ms;
    while (machine_.now_ms < end_ms) {
      const int64_t step_ms = process.Sweep().count();
      machine_.now_ms = std::min(end_ms, machine_.now_ms + step_ms);
    }
    process.Sweep();
  }

  Machine machine_;
};

// Past the timeout and the sixth of it that a mark may come late.
constexpr int64_t kSurelySilentMs = kTimeoutMs + kTimeoutMs / 6 + 1;

TEST_F(HostSweeperTest, AHostThatIsNotHeardOfIsShownDead) {
  Process process(&machine_);
  ASSERT_TRUE(process.Put(MakeHost("a")).ok());
  ASSERT_TRUE(process.Put(MakeHost("b")).ok());
  Pass(process, kTimeoutMs / 2);
  ASSERT_TRUE(process.Beat("b").ok());
  Pass(process, kSurelySilentMs - kTimeoutMs / 2);
  EXPECT_EQ(process.Shown(), "a:dead b:active");
}

TEST_F(HostSweeperTest, AHostIsNotShownDeadBeforeItsTime) {
  Process process(&machine_);
  ASSERT_TRUE(process.Put(MakeHost("a")).ok());
  Pass(process, kTimeoutMs - 1);
  EXPECT_EQ(process.Shown(), "a:active");
}

TEST_F(HostSweeperTest, TheNextHeartbeatShowsWhatTheOperatorSet) {
  Process process(&machine_);
  ASSERT_TRUE(process.Put(MakeHost("a")).ok());
  ASSERT_TRUE(process.Put(MakeHost("d", HostStatus::kDraining)).ok());
  Pass(process, kSurelySilentMs);
  EXPECT_EQ(process.Shown(), "a:dead d:dead");
  ASSERT_TRUE(process.Beat("a").ok());
  ASSERT_TRUE(process.Beat("d").ok());
  EXPECT_EQ(process.Shown(), "a:active d:draining");
}

TEST_F(HostSweeperTest, TheOperatorsWordDoesNotEndSilence) {
  Process process(&machine_);
  ASSERT_TRUE(process.Put(MakeHost("a")).ok());
  Pass(process, kSurelySilentMs);
  ASSERT_TRUE(process.Put(MakeHost("a", HostStatus::kActive)).ok());
  ASSERT_TRUE(
      process.Apply([](WriteBatch& batch) { batch.SetHostStatus("a", HostStatus::kDraining); })
          .ok());
  ASSERT_TRUE(
      process.Apply([](WriteBatch& batch) { batch.SetDisabled(List::kHosts, "a", false); })
          .ok());
  EXPECT_EQ(process.Shown(), "a:dead");
  ASSERT_TRUE(process.Beat("a").ok());
  EXPECT_EQ(process.Shown(), "a:draining");
}

TEST_F(HostSweeperTest, AHeartbeatThatChangesNothingIsHeardAndIsNoVersion) {
  Process process(&machine_);
  ASSERT_TRUE(process.Put(MakeHost("a")).ok());
  const uint64_t before = process.version();
  for (int i = 0; i < 5; ++i) {
    Pass(process, kTimeoutMs - 1);
    ASSERT_TRUE(process.Beat("a").ok());
  }
  EXPECT_EQ(process.Shown(), "a:active");
  EXPECT_EQ(process.version(), before);
}

TEST_F(HostSweeperTest, ABatchWithoutHeartbeatsIsNotHeard) {
  Process process(&machine_);
  ASSERT_TRUE(process.Put(MakeHost("a")).ok());
  Pass(process, kTimeoutMs / 2);
  Host same = MakeHost("a");
  same.free_mib = 5;
  ASSERT_TRUE(process.Put(same).ok());
  Pass(process, kSurelySilentMs - kTimeoutMs / 2);
  EXPECT_EQ(process.Shown(), "a:dead");
}

TEST_F(HostSweeperTest, AHostThatIsNewCountsAsHeardOf) {
  Process process(&machine_);
  Pass(process, 2 * kTimeoutMs);
  ASSERT_TRUE(process.Put(MakeHost("new")).ok());
  Pass(process, kTimeoutMs - 1);
  EXPECT_EQ(process.Shown(), "new:active");
}

TEST_F(HostSweeperTest, AHostThatCameBackAfterItsDeletionIsNew) {
  Process process(&machine_);
  ASSERT_TRUE(process.Put(MakeHost("a")).ok());
  Pass(process, kSurelySilentMs);
  ASSERT_TRUE(process.Apply([](WriteBatch& batch) { batch.DeleteHost("a"); }).ok());
  ASSERT_TRUE(process.Put(MakeHost("a")).ok());
  Pass(process, kTimeoutMs / 2);
  EXPECT_EQ(process.Shown(), "a:active");
}

TEST_F(HostSweeperTest, NoTimeOutlivesItsHost) {
  Process process(&machine_);
  for (const char* id : {"a", "b", "c"}) ASSERT_TRUE(process.Put(MakeHost(id)).ok());
  ASSERT_TRUE(process
                  .Apply([](WriteBatch& batch) {
                    batch.DeleteHost("a");
                    batch.Replace(List::kHosts);
                    batch.PutHost(MakeHost("b"));
                  })
                  .ok());
  std::vector<std::string> ids;
  auto txn = machine_.store->BeginRead();
  ASSERT_TRUE((*txn)
                  ->Scan(Table::kHeartbeats, {},
                         [&](std::string_view id, std::string_view) {
                           ids.emplace_back(id);
                           return true;
                         })
                  .ok());
  EXPECT_EQ(ids, std::vector<std::string>{"b"});
}

TEST_F(HostSweeperTest, HostsThatClientsDoNotSeeAreMarkedToo) {
  Process process(&machine_);
  for (const char* id : {"a", "b", "c", "d"}) {
    Host host = MakeHost(id);
    host.disabled = *id == 'b' || *id == 'd';
    ASSERT_TRUE(process.Put(host).ok());
  }
  Pass(process, kTimeoutMs - 1);
  ASSERT_TRUE(process.Beat("c").ok());
  Pass(process, kSurelySilentMs - kTimeoutMs);
  for (const char* id : {"a", "b", "c", "d"}) {
    ASSERT_TRUE(
        process.Apply([&](WriteBatch& batch) { batch.SetDisabled(List::kHosts, id, false); })
            .ok());
  }
  EXPECT_EQ(process.Shown(), "a:dead b:dead c:active d:dead");
}

TEST_F(HostSweeperTest, AnOutageOfTheControlPlaneKillsNoHost) {
  {
    Process process(&machine_);
    ASSERT_TRUE(process.Put(MakeHost("a")).ok());
    Pass(process, 1000);
  }
  machine_.now_ms += 10 * kTimeoutMs;
  Process process(&machine_);
  Pass(process, kTimeoutMs - 1);
  EXPECT_EQ(process.Shown(), "a:active");
  Pass(process, kSurelySilentMs - kTimeoutMs);
  EXPECT_EQ(process.Shown(), "a:dead");
}

TEST_F(HostSweeperTest, AProcessThatStoodStillListensAnew) {
  Process process(&machine_);
  ASSERT_TRUE(process.Put(MakeHost("a")).ok());
  Pass(process, kTimeoutMs / 2);
  machine_.now_ms += 10 * kTimeoutMs;
  Pass(process, kTimeoutMs - 1);
  EXPECT_EQ(process.Shown(), "a:active");
}

TEST_F(HostSweeperTest, WhileCommitsFailNobodyFallsSilent) {
  FaultPlan faults;
  Process process(&machine_, kTimeoutMs, &faults);
  ASSERT_TRUE(process.Put(MakeHost("a")).ok());
  Pass(process, kTimeoutMs - 1);
  faults.Fail(1, absl::ResourceExhaustedError("the disk is full"),
              FaultPlan::Extent::kFromThenOn);
  EXPECT_FALSE(process.Beat("a").ok());
  Pass(process, 3 * kTimeoutMs);
  faults.Stop();
  ASSERT_TRUE(process.Put(MakeHost("b")).ok());
  Pass(process, kTimeoutMs - 1);
  EXPECT_EQ(process.Shown(), "a:active b:active");
  Pass(process, kSurelySilentMs - kTimeoutMs);
  EXPECT_EQ(process.Shown(), "a:dead b:dead");
}

TEST_F(HostSweeperTest, OnlyOneProcessSweeps) {
  Process process(&machine_);
  ASSERT_TRUE(process.Put(MakeHost("a")).ok());
  Process other(&machine_);
  process.Sweep();
  Pass(other, 2 * kTimeoutMs);
  EXPECT_EQ(process.Shown(), "a:active");
}

TEST_F(HostSweeperTest, AnotherProcessTakesOverAndListensFromThenOn) {
  auto first = std::make_unique<Process>(&machine_);
  ASSERT_TRUE(first->Put(MakeHost("a")).ok());
  first->Sweep();
  Process second(&machine_);
  Pass(second, kTimeoutMs - 1);
  first.reset();
  Pass(second, kTimeoutMs - 1);
  EXPECT_EQ(second.Shown(), "a:active");
  Pass(second, kSurelySilentMs - kTimeoutMs);
  EXPECT_EQ(second.Shown(), "a:dead");
}

TEST_F(HostSweeperTest, AHeartbeatToAnyProcessIsHeard) {
  Process sweeper(&machine_);
  ASSERT_TRUE(sweeper.Put(MakeHost("a")).ok());
  sweeper.Sweep();
  Process without_timeout(&machine_, 0);
  Pass(sweeper, kTimeoutMs - 1);
  ASSERT_TRUE(without_timeout.Beat("a").ok());
  ASSERT_TRUE(without_timeout.Put(MakeHost("new")).ok());
  Pass(sweeper, kTimeoutMs - 1);
  EXPECT_EQ(sweeper.Shown(), "a:active new:active");
}

TEST_F(HostSweeperTest, NoTimeIsKeptWhereNobodyAsks) {
  Process process(&machine_, 0);
  ASSERT_TRUE(process.Put(MakeHost("a")).ok());
  const uint64_t commit = machine_.store->LatestCommit();
  ASSERT_TRUE(process.Beat("a").ok());
  EXPECT_EQ(machine_.store->LatestCommit(), commit);
  EXPECT_EQ(process.committer().SweepHosts(), std::nullopt);
}

TEST_F(HostSweeperTest, ATimeOfAnEarlierBootMeansNothing) {
  {
    Process process(&machine_);
    ASSERT_TRUE(process.Put(MakeHost("a")).ok());
  }
  machine_.now_ms = 1000;  // the machine was started again
  Process process(&machine_);
  Pass(process, kSurelySilentMs);
  EXPECT_EQ(process.Shown(), "a:dead");
}

// A heartbeat comes between the round's look and its batch.
TEST_F(HostSweeperTest, AHeartbeatMeanwhileIsHeard) {
  Process process(&machine_);
  ASSERT_TRUE(process.Put(MakeHost("a")).ok());
  ASSERT_TRUE(process.Put(MakeHost("b")).ok());
  commit::Committer& committer = process.committer();
  MachinesStore store(&machine_);
  const commit::HostClock clock(&store, kTimeoutMs, [&] { return machine_.now_ms; });
  bool beaten = false;
  commit::HostSweeper sweeper(
      &store, &clock,
      {[&]() -> absl::StatusOr<std::shared_ptr<const view::RenderedList>> {
         const auto held = committer.publisher().Take();
         auto hosts = held.view->hosts;
         view::ReleaseSlot(held.slot);
         return hosts;
       },
       [&] { return store.BeginRead(); },
       [&](const WriteBatch::Rep& batch) {
         EXPECT_EQ(batch.size(), 2u);
         beaten = process.Beat("a").ok();
         ApplyReport report;
         return committer.Apply(batch, &report, kNoDeadline);
       },
       [] { return true; }});
  for (int round = 0; round < 8; ++round) {
    machine_.now_ms += sweeper.Sweep().count();
    if (beaten) break;
  }
  ASSERT_TRUE(beaten);
  EXPECT_EQ(process.Shown(), "a:active b:dead");
}

TEST_F(HostSweeperTest, AHostIsMarkedOnce) {
  Process process(&machine_);
  ASSERT_TRUE(process.Put(MakeHost("a")).ok());
  const uint64_t before = process.version();
  Pass(process, 5 * kTimeoutMs);
  EXPECT_EQ(process.version(), before + 1);
}

TEST_F(HostSweeperTest, AWholeFleetIsMarked) {
  Process process(&machine_);
  ASSERT_TRUE(process
                  .Apply([](WriteBatch& batch) {
                    for (int i = 0; i < 10000; ++i) {
                      batch.PutHost(MakeHost("h" + std::to_string(i)));
                    }
                  })
                  .ok());
  Pass(process, kSurelySilentMs);
  EXPECT_EQ(process.Shown().find("active"), std::string::npos);
}

}  // namespace
}  // namespace muster
