// Opening, closing, and what outlives what.
#include <filesystem>
#include <optional>
#include <thread>

#include "engine/commit/fixture.h"
#include "engine/temp_dir.h"

namespace muster {
namespace {

WriteBatch OneHost(std::string id = "h") {
  WriteBatch batch;
  batch.PutHost({std::move(id), HostStatus::kActive, 1, 1});
  return batch;
}

TEST(Lifetime, WhatWasAppliedIsThereAfterOpeningAgain) {
  TempDir dir;
  std::string tag;
  {
    const auto catalog = *Catalog::Open(dir / "db");
    ASSERT_TRUE(catalog->Apply(OneHost()).ok());
    tag = catalog->snapshot().etag(List::kHosts);
  }
  const auto catalog = *Catalog::Open(dir / "db");
  EXPECT_TRUE(catalog->snapshot().FindHost("h"));
  EXPECT_EQ(catalog->snapshot().etag(List::kHosts), tag) << "a clean restart keeps the tag";
}

TEST(Lifetime, ACopiedStoreHasOtherTags) {
  TempDir dir;
  std::string tag;
  {
    const auto catalog = *Catalog::Open(dir / "db");
    ASSERT_TRUE(catalog->Apply(OneHost()).ok());
    tag = catalog->snapshot().etag(List::kHosts);
  }
  std::filesystem::copy(dir / "db", dir / "copy");
  const auto copy = *Catalog::Open(dir / "copy");
  EXPECT_TRUE(copy->snapshot().FindHost("h"));
  EXPECT_NE(copy->snapshot().etag(List::kHosts), tag);
}

TEST(Lifetime, AStoreThatWasPutBackInPlaceHasOtherTags) {
  TempDir dir;
  const std::string data = dir / "db/data.mdb";
  const std::string backup = dir / "backup";
  ASSERT_TRUE((*Catalog::Open(dir / "db"))->Apply(OneHost("first")).ok());
  std::filesystem::copy_file(data, backup);
  std::string lost;
  {
    const auto catalog = *Catalog::Open(dir / "db");
    ASSERT_TRUE(catalog->Apply(OneHost("lost")).ok());
    lost = catalog->snapshot().etag(List::kHosts);
  }
  // Over the same file: device, inode and birth stay what they were.
  std::filesystem::copy_file(backup, data, std::filesystem::copy_options::overwrite_existing);
  const auto catalog = *Catalog::Open(dir / "db");
  ASSERT_TRUE(catalog->Apply(OneHost("other")).ok());
  EXPECT_NE(catalog->snapshot().etag(List::kHosts), lost);
}

TEST(Lifetime, AWholeDirectoryThatWasPutBackInPlaceHasOtherTags) {
  TempDir dir;
  const auto copy_over = [](const std::string& from, const std::string& to) {
    for (const auto& entry : std::filesystem::directory_iterator(from)) {
      std::filesystem::copy_file(entry.path(), to + "/" + entry.path().filename().string(),
                                 std::filesystem::copy_options::overwrite_existing);
    }
  };
  ASSERT_TRUE((*Catalog::Open(dir / "db"))->Apply(OneHost("first")).ok());
  std::filesystem::create_directory(dir / "backup");
  copy_over(dir / "db", dir / "backup");
  std::string lost;
  {
    const auto catalog = *Catalog::Open(dir / "db");
    ASSERT_TRUE(catalog->Apply(OneHost("lost")).ok());
    lost = catalog->snapshot().etag(List::kHosts);
  }
  copy_over(dir / "backup", dir / "db");  // the marks in muster.lock go back too
  const auto catalog = *Catalog::Open(dir / "db");
  ASSERT_TRUE(catalog->Apply(OneHost("other")).ok());
  EXPECT_NE(catalog->snapshot().etag(List::kHosts), lost);
}

TEST(Lifetime, AnEmptyBatchIsNotOneThatEmptiesAList) {
  WriteBatch batch;
  EXPECT_TRUE(batch.empty());
  batch.Replace(List::kHosts);
  EXPECT_FALSE(batch.empty());
}

TEST(Lifetime, AStoreThatIsCutShortWhileOpenIsUnavailable) {
  TempDir dir;
  const auto catalog = *Catalog::Open(dir / "db");
  ASSERT_TRUE(catalog->Apply(OneHost()).ok());
  ASSERT_TRUE(catalog->FindUser("u").ok());
  std::filesystem::resize_file(dir / "db/data.mdb", 8192);
  EXPECT_TRUE(absl::IsUnavailable(catalog->FindUser("not asked for yet").status()));
  EXPECT_TRUE(catalog->FindUser("u").ok()) << "what is remembered goes on being served";
  EXPECT_TRUE(catalog->snapshot().FindHost("h")) << "and so do the lists";
}

TEST(Lifetime, OpeningNamesWhereNothingIs) {
  TempDir dir;
  Options options;
  options.create_if_missing = false;
  const auto opened = Catalog::Open(dir / "none", options);
  EXPECT_TRUE(absl::IsNotFound(opened.status())) << opened.status();
  EXPECT_NE(Text(opened.status()).find(dir / "none"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(dir / "none"));
}

TEST(Lifetime, ASecondOpenInOneProcessIsRefused) {
  TempDir dir;
  const auto catalog = *Catalog::Open(dir / "db");
  EXPECT_TRUE(absl::IsFailedPrecondition(Catalog::Open(dir / "db").status()));
  ASSERT_TRUE(catalog->Close().ok());
  EXPECT_TRUE(Catalog::Open(dir / "db").ok()) << "closed, it may be opened again";
}

TEST(Lifetime, AClosedCatalogRefusesWhatNeedsTheStore) {
  TempDir dir;
  const auto catalog = *Catalog::Open(dir / "db");
  ASSERT_TRUE(catalog->Apply(OneHost()).ok());
  ASSERT_TRUE(catalog->Close().ok());
  EXPECT_TRUE(catalog->Close().ok()) << "twice is fine";
  EXPECT_TRUE(absl::IsFailedPrecondition(catalog->Apply(OneHost())));
  EXPECT_TRUE(absl::IsFailedPrecondition(catalog->CatchUp()));
  EXPECT_TRUE(absl::IsFailedPrecondition(catalog->FindUser("u").status()));
  EXPECT_TRUE(absl::IsFailedPrecondition(catalog->GetUserStats("u").status()));
  EXPECT_TRUE(absl::IsFailedPrecondition(catalog->FindUserByApiKey("sk_12345").status()));
  EXPECT_TRUE(absl::IsFailedPrecondition(catalog->ListApiKeys().status()));
  EXPECT_TRUE(absl::IsUnavailable(catalog->CheckReady()));
}

TEST(Lifetime, AClosedCatalogGoesOnGivingItsLastVersion) {
  TempDir dir;
  const auto catalog = *Catalog::Open(dir / "db");
  ASSERT_TRUE(catalog->Apply(OneHost()).ok());
  ASSERT_TRUE(catalog->Close().ok());
  EXPECT_TRUE(catalog->snapshot().FindHost("h"));
}

TEST(Lifetime, ASnapshotOutlivesItsCatalog) {
  std::optional<Snapshot> snapshot;
  {
    const auto catalog = *Catalog::OpenInMemory();
    ASSERT_TRUE(catalog->Apply(OneHost()).ok());
    snapshot = catalog->snapshot();
  }
  EXPECT_TRUE(snapshot->FindHost("h"));
}

TEST(Lifetime, ASnapshotMovesToAnotherThread) {
  const auto catalog = *Catalog::OpenInMemory();
  ASSERT_TRUE(catalog->Apply(OneHost()).ok());
  Snapshot snapshot = catalog->snapshot();
  std::thread([moved = std::move(snapshot)] { EXPECT_TRUE(moved.FindHost("h")); }).join();
  EXPECT_FALSE(snapshot.valid());  // NOLINT(bugprone-use-after-move)
}

TEST(Lifetime, ASnapshotMayBeAssignedOver) {
  const auto catalog = *Catalog::OpenInMemory();
  Snapshot snapshot = catalog->snapshot();
  ASSERT_TRUE(catalog->Apply(OneHost()).ok());
  snapshot = catalog->snapshot();
  EXPECT_TRUE(snapshot.FindHost("h"));
}

TEST(Lifetime, AnOpenStoreIsReady) {
  TempDir dir;
  const auto catalog = *Catalog::Open(dir / "db");
  EXPECT_EQ(catalog->CheckReady(), absl::OkStatus());
}

TEST(Lifetime, AStoreWhoseFileIsGoneIsNotReady) {
  TempDir dir;
  const auto catalog = *Catalog::Open(dir / "db");
  ASSERT_TRUE(catalog->Apply(OneHost()).ok());
  std::filesystem::rename(dir / "db", dir / "elsewhere");
  const absl::Status status = catalog->CheckReady();
  EXPECT_TRUE(absl::IsUnavailable(status));
  EXPECT_EQ(Text(status).find(dir.path()), std::string::npos) << "no path";
  EXPECT_TRUE(catalog->snapshot().FindHost("h")) << "the lists go on being served";
}

}  // namespace
}  // namespace muster
