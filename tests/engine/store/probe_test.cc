// Whether a store can be used now, seen from outside its transactions.
#include <filesystem>

#include "engine/store/fixture.h"

namespace muster::store {
namespace {

namespace fs = std::filesystem;

class Probe : public testing::Test {
 protected:
  void SetUp() override {
    store_ = *OpenLmdb(dir_ / "db", {});
    ASSERT_TRUE(PutOne(*store_, Table::kHosts, "h", std::string(100'000, 'x')).ok());
  }

  void ExpectUnavailable(const std::string& part) {
    const absl::Status status = store_->Probe();
    EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
    EXPECT_NE(MessageOf(status).find(part), std::string::npos) << status;
    EXPECT_EQ(MessageOf(status).find(dir_.path()), std::string::npos) << status;
  }

  TempDir dir_;
  std::unique_ptr<Store> store_;
  const std::string path_ = dir_ / "db/data.mdb";
};

TEST_F(Probe, IsWellAndChangesNothing) {
  const uint64_t latest = store_->LatestCommit();
  const std::string before = ReadText(path_);
  EXPECT_TRUE(store_->Probe().ok());
  EXPECT_EQ(ReadText(path_), before);
  EXPECT_EQ(store_->LatestCommit(), latest);
}

TEST_F(Probe, TellsOfADataFileThatIsGone) {
  fs::remove(path_);
  ExpectUnavailable("data file is gone");
}

TEST_F(Probe, TellsOfADataFileThatWasReplaced) {
  fs::copy_file(path_, dir_ / "copy");
  fs::rename(dir_ / "copy", path_);
  ExpectUnavailable("data file was replaced");
}

TEST_F(Probe, TellsOfADataFileThatWasCutShort) {
  const std::string whole = ReadText(path_);
  fs::resize_file(path_, fs::file_size(path_) - 8192);
  ExpectUnavailable("data file is cut short");
  fs::resize_file(path_, 0);
  ExpectUnavailable("data file is cut short");
  WriteText(path_, whole);  // before anything reads it through LMDB's map
}

TEST_F(Probe, GoesOnFromAnotherWorkingDirectory) {
  const fs::path before = fs::current_path();
  fs::current_path(dir_.path());
  const auto store = *OpenLmdb("relative", {});
  fs::current_path(before);
  EXPECT_TRUE(store->Probe().ok()) << store->Probe();
}

}  // namespace
}  // namespace muster::store
