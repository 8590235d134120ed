// What an export writes, and that it imports to an equal catalog.
#include <gtest/gtest.h>

#include <ostream>
#include <streambuf>
#include <string>

#include "engine/document/fixture.h"

namespace muster {
namespace {

using ExportTest = DocumentTest;

// Takes some bytes, then no more.
class FullDisk : public std::streambuf {
 public:
  explicit FullDisk(int64_t room) : room_(room) {}

 protected:
  int_type overflow(int_type c) override { return room_-- > 0 ? c : traits_type::eof(); }

 private:
  int64_t room_;
};

constexpr char kFull[] = R"({
  "shapes": [
    {"id":"small","vcpu":1,"mem_mib":256,"default_disk_mib":0,"cpu_quota_pct":25},
    {"id":"large","vcpu":2,"mem_mib":512,"default_disk_mib":9007199254740991,"disabled":true}
  ],
  "rootfs": [
    {"name":"a","description":"été \"/\\\u0001","deprecated":true,"successor":"b","default":true,"disabled":true},
    {"name":"b"}
  ],
  "hosts": [
    {"id":"h1","status":"active","free_mib":1,"vm_count":2,"rootfses":["b","a"],"disabled":true},
    {"id":"h2","status":"draining","free_mib":0,"vm_count":0},
    {"id":"h3","status":"dead","free_mib":0,"vm_count":0}
  ],
  "users": [
    {"id":"u1","stats":{"running":1,"paused":2,"other":3,"total":6}},
    {"id":"u2","stats":{"running":0,"paused":0,"other":0,"total":0}}
  ]
}
)";

TEST_F(ExportTest, WritesEveryFieldThatIsSetOneEntryALine) {
  Load(kFull);
  EXPECT_EQ(Export(), kFull);
}

TEST_F(ExportTest, WritesEmptyListsToo) {
  EXPECT_EQ(Export(), R"({
  "shapes": [],
  "rootfs": [],
  "hosts": [],
  "users": []
}
)");
  Load(R"({"rootfs":[{"name":"a"}],"users":[{"id":"u"}]})");
  EXPECT_EQ(Export(), R"({
  "shapes": [],
  "rootfs": [
    {"name":"a"}
  ],
  "hosts": [],
  "users": [
    {"id":"u","stats":{"running":0,"paused":0,"other":0,"total":0}}
  ]
}
)");
}

TEST_F(ExportTest, ImportsToAnEqualCatalog) {
  Load(kFull);
  auto other = *Catalog::OpenInMemory();
  std::istringstream in(Export());
  ASSERT_EQ(Told(ImportDocument(*other, in)), "OK");
  EXPECT_EQ(Export(*other), Export());
  EXPECT_EQ(other->snapshot().AllShapes(), catalog_->snapshot().AllShapes());
  EXPECT_EQ(other->snapshot().AllRootfses(), catalog_->snapshot().AllRootfses());
  EXPECT_EQ(other->snapshot().AllHosts(), catalog_->snapshot().AllHosts());
  EXPECT_EQ(*other->GetUserStats("u1"), Stats("u1"));
}

TEST_F(ExportTest, ReplacesACatalogThatHasOtherEntriesMarksAndCounts) {
  Load(kFull);
  auto other = *Catalog::OpenInMemory();
  std::istringstream before(R"({"rootfs":[{"name":"z","default":true}],
      "users":[{"id":"u2","stats":{"total":9}},{"id":"u9","stats":{"total":9}}]})");
  ASSERT_EQ(Told(ImportDocument(*other, before)), "OK");
  ImportOptions options;
  options.replace = true;
  std::istringstream in(Export());
  ASSERT_EQ(Told(ImportDocument(*other, in, options)), "OK");
  EXPECT_EQ(Export(*other), kFull);
}

TEST_F(ExportTest, HoldsNoKey) {
  Load(R"({"users":[{"id":"u","api_keys":["a-key-that-stays-secret"]}]})");
  const std::string text = Export();
  EXPECT_EQ(text.find("key"), std::string::npos) << text;
}

TEST_F(ExportTest, IsUnavailableWhereTheStreamTakesNoMore) {
  Load(kFull);
  const int64_t whole = static_cast<int64_t>(Export().size());
  for (int64_t room = 0; room < whole; room += 50) {
    FullDisk disk(room);
    std::ostream out(&disk);
    EXPECT_EQ(Told(ExportDocument(*catalog_, out)),
              "UNAVAILABLE: the document cannot be written: its stream failed");
  }
  FullDisk disk(whole);
  std::ostream out(&disk);
  EXPECT_EQ(Told(ExportDocument(*catalog_, out)), "OK");
}

TEST_F(ExportTest, GivesTheCatalogsErrorOnceItIsClosed) {
  ASSERT_TRUE(catalog_->Close().ok());
  std::ostringstream out;
  EXPECT_EQ(ExportDocument(*catalog_, out).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(out.str(), "");
}

}  // namespace
}  // namespace muster
