// A store that fails at any call: what was asked of the catalog is then refused, store and
// view are as they were, readers notice nothing, and the next call works.
#include <utility>

#include "engine/commit/catalog_text.h"
#include "engine/commit/fixture.h"
#include "engine/store/failing_store.h"
#include "engine/temp_dir.h"
#include "store/lmdb/lmdb_store.h"

namespace muster {
namespace {

std::string HostId(int i) { return "10.0.0." + std::to_string(100 + i); }

struct NamedBatch {
  const char* name;
  WriteBatch batch;
};

WriteBatch Filled(void (*fill)(WriteBatch& batch)) {
  WriteBatch batch;
  fill(batch);
  return batch;
}

// The state that each batch below meets.
WriteBatch FirstBatch() {
  return Filled([](WriteBatch& batch) {
    batch.PutShape({"small", 1, 1024, 10240});
    batch.PutShape({"large", 8, 8192, 10240});
    batch.PutRootfs({"node"});
    batch.PutRootfs({"devbox"});
    batch.SetDefaultRootfs("node");
    for (int i = 0; i < 20; ++i) {
      batch.PutHost({HostId(i), HostStatus::kActive, i, i, {"devbox", "node"}});
    }
    batch.PutUser({"usr_1", UserStats{1, 1, 1, 9}, {{"sk_live_first"}}});
    batch.PutUser({"usr_2"});
  });
}

// Each kind of change once, alone or with what it meets in practice.
std::vector<NamedBatch> Batches() {
  std::vector<NamedBatch> batches;
  const auto add = [&](const char* name, void (*fill)(WriteBatch & batch)) {
    batches.push_back({name, Filled(fill)});
  };
  add("one host is put", [](WriteBatch& batch) {
    batch.PutHost({HostId(3), HostStatus::kDraining, 7, 7, {"devbox"}});
  });
  add("every list is put to", [](WriteBatch& batch) {
    batch.PutShape({"medium", 2, 2048, 10240});
    batch.PutRootfs({"python", "an image"});
    batch.PutHost({HostId(30), HostStatus::kActive, 7, 7, {"python"}});
    batch.PutUser({"usr_3", UserStats{0, 0, 1, 1}, {{"sk_live_third"}}});
  });
  add("every list is deleted from", [](WriteBatch& batch) {
    batch.DeleteShape("small");
    batch.DeleteRootfs("devbox");
    batch.DeleteHost(HostId(4));
    batch.DeleteUser("usr_1");
  });
  add("lists are replaced", [](WriteBatch& batch) {
    for (List list : {List::kShapes, List::kRootfs, List::kHosts, List::kUsers}) {
      batch.Replace(list);
    }
    batch.PutShape({"small", 2, 1024, 10240});
    batch.PutRootfs({"node"});
    batch.PutHost({HostId(5), HostStatus::kActive, 1, 1, {"node"}});
    batch.PutUser({"usr_1"});
  });
  add("an image of all hosts is hidden", [](WriteBatch& batch) {
    batch.SetDisabled(List::kRootfs, "devbox", true);
    batch.SetDefaultRootfs("devbox");
  });
  add("fields are set", [](WriteBatch& batch) {
    batch.SetHostStatus(HostId(6), HostStatus::kDead);
    batch.SetDisabled(List::kHosts, HostId(7), true);
    batch.SetUserStats("usr_2", {1, 2, 3, 10});
  });
  add("sandboxes begin and end", [](WriteBatch& batch) {
    for (int64_t i = 1; i <= 3; ++i) {
      batch.RecordSandbox({"sbx_" + std::to_string(i), "usr_9", SandboxStatus::kRunning, i});
    }
    batch.RecordSandbox({"sbx_1", "usr_9", SandboxStatus::kDestroyed, 4});
    batch.RecordSandbox({"sbx_1", "usr_9", SandboxStatus::kRunning, 1});
  });
  add("keys change hands", [](WriteBatch& batch) {
    batch.PutUser({"usr_1", std::nullopt, {{"sk_live_other"}}});
    batch.AddApiKey("usr_2", "sk_live_first", "of another");
    batch.RevokeApiKey("sk_live_other");
  });
  return batches;
}

// Over each kind of store.
class StoreFaults : public testing::TestWithParam<bool> {
 protected:
  StoreFaults() { MakeStore(); }

  // An empty store with the first batch in it, and a catalog over it.
  void MakeStore() {
    catalog_.reset();
    below_.reset();
    if (GetParam()) {
      dir_.emplace();
      below_ = *store::OpenLmdb(*dir_ / "db", {});
    } else {
      below_ = store::NewMemoryStore();
    }
    catalog_ = *Open();
    ASSERT_TRUE(catalog_->Apply(FirstBatch()).ok());
  }

  absl::StatusOr<std::unique_ptr<Catalog>> Open() {
    return Catalog::Open(std::make_unique<FailingStore>(below_, &plan_));
  }

  // Lets point after point of `work` fail until it comes to its end. `check` is told
  // what came of it each time; false from it ends the walk.
  using Work = std::function<absl::Status()>;
  using Check = std::function<void(const absl::Status& status)>;
  int Walk(const absl::Status& fault, FaultPlan::Extent extent, const Work& work,
           const Check& check) {
    int failures = 0;
    for (int nth = 1; !testing::Test::HasFailure(); ++nth) {
      plan_.Fail(nth, fault, extent);
      const absl::Status status = work();
      plan_.Stop();
      SCOPED_TRACE("point " + std::to_string(nth) + ": " + plan_.failed());
      check(status);
      if (plan_.failed().empty()) break;
      ++failures;
    }
    return failures;
  }

  std::optional<TempDir> dir_;
  std::shared_ptr<Store> below_;
  FaultPlan plan_;
  std::unique_ptr<Catalog> catalog_;
};

INSTANTIATE_TEST_SUITE_P(, StoreFaults, testing::Bool(),
                         [](const auto& over) { return over.param ? "Lmdb" : "Memory"; });

// What a store may answer.
const absl::Status kFaults[] = {absl::UnavailableError("an I/O error"),
                                absl::ResourceExhaustedError("the store is full"),
                                absl::DataLossError("a page is damaged")};

// What a batch comes to where nothing fails.
std::string ContentAfter(const WriteBatch& batch) {
  const auto catalog = *Catalog::OpenInMemory();
  EXPECT_TRUE(catalog->Apply(FirstBatch()).ok());
  EXPECT_TRUE(catalog->Apply(batch).ok());
  return ContentOf(catalog->snapshot());
}

TEST_P(StoreFaults, LeaveStoreAndViewAsTheyWereWhateverABatchDoes) {
  for (const NamedBatch& named : Batches()) {
    const std::string after = ContentAfter(named.batch);
    for (const absl::Status& fault : kFaults) {
      SCOPED_TRACE(named.name + (": " + fault.ToString()));
      MakeStore();
      const Records records = Dump(*below_);
      const Snapshot held = catalog_->snapshot();
      const std::string text = TextOf(held);
      const int failures = Walk(
          fault, FaultPlan::Extent::kOnce, [&] { return catalog_->Apply(named.batch); },
          [&](const absl::Status& status) {
            EXPECT_EQ(TextOf(held), text);
            if (status.ok()) {
              // A store that is full may have made room.
              if (!absl::IsResourceExhausted(fault)) {
                EXPECT_EQ(plan_.failed(), "");
              }
              EXPECT_EQ(ContentOf(catalog_->snapshot()), after);
              return;
            }
            EXPECT_NE(plan_.failed(), "") << status;
            EXPECT_EQ(Dump(*below_), records);
            EXPECT_EQ(TextOf(catalog_->snapshot()), text);
          });
      EXPECT_GE(failures, 5);
    }
  }
}

TEST_P(StoreFaults, LeaveUsersAndKeysAsTheyWere) {
  const WriteBatch batch = Filled([](WriteBatch& b) {
    b.SetUserStats("usr_1", {5, 5, 5, 50});
    b.AddApiKey("usr_2", "sk_live_second");
    b.RevokeApiKey("sk_live_first");
  });
  Walk(
      kFaults[0], FaultPlan::Extent::kOnce, [&] { return catalog_->Apply(batch); },
      [&](const absl::Status& status) {
        const bool applied = status.ok();
        EXPECT_EQ(catalog_->GetUserStats("usr_1")->total, applied ? 50 : 9);
        EXPECT_EQ(catalog_->FindUserByApiKey("sk_live_first").ok(), !applied);
        EXPECT_EQ(catalog_->FindUserByApiKey("sk_live_second").ok(), applied);
      });
}

TEST_P(StoreFaults, LetTheNextBatchThrough) {
  int next = 0;
  for (FaultPlan::Extent extent : {FaultPlan::Extent::kOnce, FaultPlan::Extent::kFromThenOn}) {
    const WriteBatch batch = Filled([](WriteBatch& b) {
      b.PutRootfs({"python"});
      b.SetDefaultRootfs("python");
      b.PutUser({"usr_4", UserStats{1, 0, 0, 1}, {{"sk_live_fourth"}}});
    });
    WriteBatch undo;
    undo.DeleteRootfs("python");
    undo.DeleteUser("usr_4");
    Walk(
        kFaults[0], extent, [&] { return catalog_->Apply(batch); },
        [&](const absl::Status& status) {
          const uint64_t version = catalog_->snapshot().version();
          WriteBatch other;
          other.PutHost({"other", HostStatus::kActive, ++next, 1});
          EXPECT_TRUE(catalog_->Apply(other).ok());
          EXPECT_EQ(catalog_->snapshot().version(), version + 1);
          EXPECT_EQ(catalog_->snapshot().FindHost("other")->free_mib, next);
          if (!status.ok()) return;
          EXPECT_TRUE(catalog_->Apply(undo).ok());
        });
  }
}

TEST_P(StoreFaults, AreToldByCheckReadyUntilACommitWorks) {
  WriteBatch batch;
  batch.PutHost({"other", HostStatus::kActive, 1, 1});
  for (int nth = 1;; ++nth) {
    plan_.Fail(nth, kFaults[0], FaultPlan::Extent::kFromThenOn);
    const absl::Status status = catalog_->Apply(batch);
    if (status.ok()) break;
    EXPECT_EQ(catalog_->CheckReady().code(), absl::StatusCode::kUnavailable) << nth;
    plan_.Stop();
    WriteBatch next;
    next.PutHost({"next", HostStatus::kActive, nth, 1});
    EXPECT_TRUE(catalog_->Apply(next).ok());
    EXPECT_TRUE(catalog_->CheckReady().ok()) << catalog_->CheckReady();
  }
}

TEST_P(StoreFaults, WhileOpeningAreRefusedAndTheNextOpenWorks) {
  const std::string content = ContentOf(catalog_->snapshot());
  Walk(
      kFaults[0], FaultPlan::Extent::kOnce, [&] { return Open().status(); },
      [&](const absl::Status& status) {
        EXPECT_EQ(status.ok(), plan_.failed().empty());
        EXPECT_EQ(ContentOf((*Open())->snapshot()), content);
      });
}

TEST_P(StoreFaults, WhileTakingInWhatOthersCommittedLeaveTheViewThereIs) {
  FaultPlan never;
  const auto theirs = *Catalog::Open(std::make_unique<FailingStore>(below_, &never));
  int next = 0;
  // Few enough for the log, and more than it names.
  for (int hosts : {1, 3000}) {
    SCOPED_TRACE(hosts);
    const auto commit = [&] {
      WriteBatch batch;
      ++next;
      for (int i = 0; i < hosts; ++i) {
        batch.PutHost({HostId(i), HostStatus::kActive, next, 1, {"node"}});
      }
      EXPECT_TRUE(theirs->Apply(batch).ok());
    };
    std::string before = ContentOf(catalog_->snapshot());
    Walk(
        kFaults[0], FaultPlan::Extent::kFromThenOn,
        [&] {
          before = ContentOf(catalog_->snapshot());
          commit();
          return catalog_->CatchUp();
        },
        [&](const absl::Status& status) {
          EXPECT_EQ(status.ok(), plan_.failed().empty()) << status;
          EXPECT_TRUE(catalog_->CatchUp().ok());
          EXPECT_EQ(ContentOf(catalog_->snapshot()), ContentOf(theirs->snapshot()));
        });
  }
}

TEST_P(StoreFaults, WhileReadingAreToldAndAreNotRemembered) {
  const std::function<absl::Status()> reads[] = {
      [&] { return catalog_->FindUser("usr_2").status(); },
      [&] { return catalog_->GetUserStats("nobody").status(); },
      [&] { return catalog_->FindUserByApiKey("sk_live_first").status(); },
      [&] { return catalog_->ListApiKeys().status(); },
      [&] { return catalog_->ListApiKeys("usr_1").status(); },
      [&] {
        return catalog_->VisitRecords({[](const Shape&) {}, [](const Rootfs&) {},
                                       [](const Host&) {}, [](const User&) {}});
      },
      [&] { return catalog_->CheckReady(); },
  };
  for (size_t i = 0; i < std::size(reads); ++i) {
    SCOPED_TRACE(i);
    const int failures =
        Walk(kFaults[0], FaultPlan::Extent::kOnce, reads[i], [&](const absl::Status& status) {
          EXPECT_EQ(status.ok(), plan_.failed().empty()) << status;
          if (!status.ok()) {
            EXPECT_TRUE(absl::IsUnavailable(status));
          }
        });
    EXPECT_GE(failures, 1);
  }
}

}  // namespace
}  // namespace muster
