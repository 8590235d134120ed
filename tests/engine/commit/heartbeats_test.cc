// Heartbeats: what a batch of them does, without a timeout.
#include "engine/commit/fixture.h"
#include "muster/document.h"
#include "store/memory/memory_store.h"

namespace muster {
namespace {

class HeartbeatsTest : public CatalogTest {
 protected:
  HeartbeatsTest() {
    Do([](WriteBatch& batch) {
      batch.PutHost(MakeHost("a", {"node", "devbox:1"}));
      batch.PutHost(MakeHost("b"));
    });
  }

  Host Find(std::string_view id) { return *catalog_->snapshot().FindHost(id); }
  uint64_t Version() { return catalog_->snapshot().version(); }
};

TEST_F(HeartbeatsTest, ChangesTheNumbersAndNothingElse) {
  Host draining = MakeHost("d", {"node"});
  draining.status = HostStatus::kDraining;
  draining.disabled = true;
  Do([&](WriteBatch& batch) { batch.PutHost(draining); });
  Do([](WriteBatch& batch) { batch.Heartbeat("d", 2147483647, 0); });
  draining.free_mib = 2147483647;
  draining.vm_count = 0;
  EXPECT_EQ(Find("d"), draining);
}

TEST_F(HeartbeatsTest, IsShownToClients) {
  const std::string before(catalog_->snapshot().etag(List::kHosts));
  Do([](WriteBatch& batch) { batch.Heartbeat("a", 5, 6); });
  EXPECT_EQ(catalog_->snapshot().RenderedHosts(1).rows.ToString(),
            R"({"id":"a","status":"active","free_mib":5,"vm_count":6,)"
            R"("rootfses":["node","devbox:1"]})");
  EXPECT_NE(catalog_->snapshot().etag(List::kHosts), before);
}

TEST_F(HeartbeatsTest, ThatChangesNothingIsNoVersion) {
  const uint64_t before = Version();
  Do([](WriteBatch& batch) { batch.Heartbeat("a", 100, 1); });
  EXPECT_EQ(Version(), before);
}

TEST_F(HeartbeatsTest, TakeEffectInOrder) {
  Do([](WriteBatch& batch) {
    batch.Heartbeat("a", 1, 1);
    batch.PutHost(MakeHost("a"));
    batch.Heartbeat("a", 2, 2);
    batch.Heartbeat("a", 3, 3);
  });
  EXPECT_EQ(Find("a").free_mib, 3);
  EXPECT_TRUE(Find("a").rootfses.empty());
}

TEST_F(HeartbeatsTest, OfAnUnknownHostIsSkippedAndReportedByItsIndex) {
  WriteBatch batch;
  batch.PutHost(MakeHost("c"));
  batch.Heartbeat("a", 7, 7);
  batch.Heartbeat("nobody", 1, 1);
  batch.Heartbeat("c", 8, 8);
  batch.Heartbeat("nobody\n2", 1, 1);  // at fault, see below
  EXPECT_FALSE(batch.status().ok());

  WriteBatch good;
  good.PutHost(MakeHost("c"));
  good.Heartbeat("a", 7, 7);
  good.Heartbeat("nobody", 1, 1);
  good.Heartbeat("c", 8, 8);
  good.DeleteHost("b");
  good.Heartbeat("b", 1, 1);
  ApplyReport report;
  ASSERT_TRUE(catalog_->Apply(good, &report).ok());
  ASSERT_EQ(report.skipped.size(), 2u);
  EXPECT_EQ(report.skipped[0].kind, SkippedChange::Kind::kHeartbeat);
  EXPECT_EQ(report.skipped[0].index, 1u);
  EXPECT_EQ(report.skipped[0].reason, absl::NotFoundError("unknown host: nobody"));
  EXPECT_EQ(report.skipped[1].index, 3u);
  EXPECT_EQ(report.version, Version());
  EXPECT_EQ(Find("a").free_mib, 7);
  EXPECT_EQ(Find("c").free_mib, 8);
}

TEST_F(HeartbeatsTest, AreCountedAnewInEachBatch) {
  WriteBatch batch;
  batch.Heartbeat("nobody", 1, 1);
  ApplyReport report;
  ASSERT_TRUE(catalog_->Apply(batch, &report).ok());
  ASSERT_TRUE(catalog_->Apply(batch, &report).ok());
  ASSERT_EQ(report.skipped.size(), 1u);
  EXPECT_EQ(report.skipped[0].index, 0u);
  EXPECT_EQ(report.version, Version());
}

TEST_F(HeartbeatsTest, NamesTheFirstFaultByItsPlace) {
  const auto fault = [](std::string_view id, int64_t free_mib, int64_t vm_count) {
    WriteBatch batch;
    batch.Heartbeat("a", 1, 1);
    batch.PutHost(MakeHost("h"));
    batch.Heartbeat(id, free_mib, vm_count);
    return Text(batch.status());
  };
  EXPECT_EQ(fault("a", -1, 0),
            "/heartbeats/1/free_mib: must be an integer from 0 to 2147483647");
  EXPECT_EQ(fault("a", 0, 2147483648),
            "/heartbeats/1/vm_count: must be an integer from 0 to 2147483647");
  EXPECT_EQ(fault("", 0, 0).substr(0, 23), "/heartbeats/1/host_id: ");
}

TEST_F(HeartbeatsTest, AreCountedAsChanges) {
  WriteBatch batch;
  EXPECT_TRUE(batch.empty());
  batch.Heartbeat("a", 1, 1);
  EXPECT_EQ(batch.size(), 1u);
  batch.Clear();
  batch.Heartbeat("a", -1, 1);
  EXPECT_EQ(Text(batch.status()).substr(0, 14), "/heartbeats/0/");
}

TEST_F(HeartbeatsTest, AHostThatIsPutIsNeverSilentByWord) {
  Host host = MakeHost("a");
  host.silent = true;
  Do([&](WriteBatch& batch) { batch.PutHost(host); });
  EXPECT_FALSE(Find("a").silent);
}

}  // namespace
}  // namespace muster
