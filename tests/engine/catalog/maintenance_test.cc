// Looking after a store that this process has open, and one that it has not.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "engine/temp_dir.h"
#include "muster/catalog.h"
#include "muster/maintenance.h"

namespace muster {
namespace {

namespace fs = std::filesystem;

std::unique_ptr<Catalog> OpenWithHosts(const std::string& path, int count) {
  auto catalog = *Catalog::Open(path);
  WriteBatch batch;
  for (int i = 0; i < count; ++i) {
    batch.PutHost({"host-" + std::to_string(i), HostStatus::kActive, i, 0, {}});
  }
  EXPECT_TRUE(catalog->Apply(batch).ok());
  return catalog;
}

std::vector<std::string> FindingsOf(const std::string& path, absl::Status* status) {
  std::vector<std::string> findings;
  CheckObserver observer;
  observer.finding = [&](const std::string& finding) { findings.push_back(finding); };
  *status = CheckStore(path, observer);
  return findings;
}

TEST(Backup, OfAnOpenCatalogHoldsWhatWasAcknowledged) {
  TempDir dir;
  const auto catalog = OpenWithHosts(dir / "db", 300);
  ASSERT_TRUE(catalog->Backup(dir / "copy").ok());
  const auto copy = *Catalog::Open(dir / "copy");
  EXPECT_EQ(copy->snapshot().Hosts().total, 300u);
}

TEST(Backup, HasAnIncarnationOfItsOwn) {
  TempDir dir;
  const auto catalog = OpenWithHosts(dir / "db", 3);
  ASSERT_TRUE(catalog->Backup(dir / "copy").ok());
  const auto copy = *Catalog::Open(dir / "copy");
  EXPECT_NE(copy->snapshot().etag(List::kHosts), catalog->snapshot().etag(List::kHosts));
}

TEST(Backup, GoesNowhereWhereSomethingIs) {
  TempDir dir;
  const auto catalog = OpenWithHosts(dir / "db", 3);
  fs::create_directories(dir / "copy/something");
  EXPECT_EQ(catalog->Backup(dir / "copy").code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(catalog->Backup(dir / "db").code(), absl::StatusCode::kFailedPrecondition);
}

TEST(Backup, OfAStoreInMemoryIsUnimplemented) {
  TempDir dir;
  const auto catalog = *Catalog::OpenInMemory();
  EXPECT_EQ(catalog->Backup(dir / "copy").code(), absl::StatusCode::kUnimplemented);
  EXPECT_EQ(catalog->GetStatus().status().code(), absl::StatusCode::kUnimplemented);
}

TEST(Maintenance, OfAStoreThatIsOpenHereIsRefused) {
  TempDir dir;
  const auto catalog = OpenWithHosts(dir / "db", 3);
  constexpr auto kRefused = absl::StatusCode::kFailedPrecondition;
  EXPECT_EQ(BackupStore(dir / "db", dir / "copy").code(), kRefused);
  EXPECT_EQ(CompactStore(dir / "db").status().code(), kRefused);
  EXPECT_EQ(GetStoreStatus(dir / "db").status().code(), kRefused);
  absl::Status status;
  EXPECT_TRUE(FindingsOf(dir / "db", &status).empty());
  EXPECT_EQ(status.code(), kRefused);
}

TEST(Status, OfAnOpenCatalogCountsRecords) {
  TempDir dir;
  const auto catalog = OpenWithHosts(dir / "db", 300);
  const auto status = catalog->GetStatus();
  ASSERT_TRUE(status.ok()) << status.status();
  EXPECT_EQ(status->lists[static_cast<size_t>(List::kHosts)].records, 300u);
  EXPECT_EQ(status->version, 1u);
  EXPECT_EQ(status->usage.file_bytes, fs::file_size(dir / "db/data.mdb"));
  EXPECT_FALSE(status->usage.open_elsewhere);
}

TEST(Check, FindsNothingInAStoreThatIsSound) {
  TempDir dir;
  OpenWithHosts(dir / "db", 300).reset();
  absl::Status status;
  EXPECT_TRUE(FindingsOf(dir / "db", &status).empty());
  EXPECT_TRUE(status.ok()) << status;
}

TEST(Compact, KeepsEveryRecord) {
  TempDir dir;
  OpenWithHosts(dir / "db", 300).reset();
  const auto report = CompactStore(dir / "db");
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_LE(report->bytes_after, report->bytes_before);
  EXPECT_EQ((*Catalog::Open(dir / "db"))->snapshot().Hosts().total, 300u);
}

}  // namespace
}  // namespace muster
