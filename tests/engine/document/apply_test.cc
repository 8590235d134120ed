// What an import does to a catalog.
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "engine/document/fixture.h"

namespace muster {
namespace {

using model::Concat;

class ImportTest : public DocumentTest {
 protected:
  // The ids of everything, list by list.
  std::string Ids() const {
    std::string ids;
    const Snapshot snapshot = catalog_->snapshot();
    for (const Shape& shape : snapshot.AllShapes()) ids += shape.id + " ";
    ids += "| ";
    for (const Rootfs& rootfs : snapshot.AllRootfses()) ids += rootfs.name + " ";
    ids += "| ";
    for (const Host& host : snapshot.AllHosts()) ids += host.id + " ";
    return ids;
  }

  void LoadOneOfEach() {
    Load(R"({"shapes":[{"id":"s1","vcpu":1,"mem_mib":256,"default_disk_mib":0}],
             "rootfs":[{"name":"r1","default":true}],
             "hosts":[{"id":"h1","status":"active","free_mib":1,"vm_count":0}],
             "users":[{"id":"u1","api_keys":["key-of-u1"],"stats":{"total":3}}]})");
  }
};

TEST_F(ImportTest, TakesEveryField) {
  Load(R"({"shapes":[{"id":"s","vcpu":2,"mem_mib":3,"default_disk_mib":9007199254740991,
                      "cpu_quota_pct":25,"disabled":true}],
           "rootfs":[{"name":"r","description":"\u00e9t\u00e9","deprecated":true,
                      "successor":"r2","default":true,"disabled":true}],
           "hosts":[{"id":"h","status":"draining","free_mib":5,"vm_count":6,
                     "rootfses":["b","a"],"disabled":true}],
           "users":[{"id":"u","api_keys":["sk_12345"],
                     "stats":{"running":1,"paused":2,"other":3,"total":7}}]})");
  const Snapshot snapshot = catalog_->snapshot();
  EXPECT_EQ(*snapshot.FindShape("s"), (Shape{"s", 2, 3, 9007199254740991, 25, true}));
  EXPECT_EQ(*snapshot.FindRootfs("r"),
            (Rootfs{"r", "\xc3\xa9t\xc3\xa9", true, "r2", true, true}));
  EXPECT_EQ(*snapshot.FindHost("h"),
            (Host{"h", HostStatus::kDraining, 5, 6, {"b", "a"}, true}));
  EXPECT_EQ(Stats("u"), (UserStats{1, 2, 3, 7}));
  EXPECT_EQ(OwnerOf("sk_12345"), "u");
}

TEST_F(ImportTest, TakesListsAndKeysInAnyOrder) {
  Load(R"({"users":[{"stats":{"total":9,"running":1},"id":"u"}],
           "hosts":[{"rootfses":["a"],"vm_count":6,"free_mib":5,"status":"dead","id":"h"}],
           "rootfs":[{"default":true,"name":"r"}],
           "shapes":[{"default_disk_mib":4,"mem_mib":3,"vcpu":2,"id":"s"}]})");
  const Snapshot snapshot = catalog_->snapshot();
  EXPECT_EQ(*snapshot.FindShape("s"), (Shape{"s", 2, 3, 4}));
  EXPECT_EQ(*snapshot.FindHost("h"), (Host{"h", HostStatus::kDead, 5, 6, {"a"}}));
  EXPECT_TRUE(snapshot.FindRootfs("r")->is_default);
  EXPECT_EQ(Stats("u"), (UserStats{1, 0, 0, 9}));
}

TEST_F(ImportTest, AnEmptyDescriptionIsTheSameAsNone) {
  Load(R"({"rootfs":[{"name":"r","description":""}]})");
  EXPECT_EQ(*catalog_->snapshot().FindRootfs("r"), Rootfs{"r"});
}

TEST_F(ImportTest, AddsBesideWhatIsThere) {
  LoadOneOfEach();
  Load(R"({"rootfs":[{"name":"r2"}],
           "hosts":[{"id":"h2","status":"dead","free_mib":0,"vm_count":0}]})");
  EXPECT_EQ(Ids(), "s1 | r1 r2 | h1 h2 ");
}

TEST_F(ImportTest, ReplacesAnEntryWhole) {
  Load(R"({"shapes":[{"id":"s","vcpu":1,"mem_mib":1,"default_disk_mib":1,"cpu_quota_pct":25,
                      "disabled":true}]})");
  Load(R"({"shapes":[{"id":"s","vcpu":2,"mem_mib":2,"default_disk_mib":2}]})");
  EXPECT_EQ(*catalog_->snapshot().FindShape("s"), (Shape{"s", 2, 2, 2}));
}

TEST_F(ImportTest, MovesTheDefaultMark) {
  LoadOneOfEach();
  Load(R"({"rootfs":[{"name":"r2","default":true}]})");
  EXPECT_FALSE(catalog_->snapshot().FindRootfs("r1")->is_default);
  EXPECT_TRUE(catalog_->snapshot().FindRootfs("r2")->is_default);
}

TEST_F(ImportTest, ChangesNothingWhereTheDocumentHasAFault) {
  LoadOneOfEach();
  const std::string before = Export();
  const uint64_t version = catalog_->snapshot().version();
  for (const char* end : {R"(,"users":[{"id":""}]})", "", R"(,"shapes":[]} x)"}) {
    const absl::Status status = Import(Concat(
        R"({"rootfs":[{"name":"r2"}],"hosts":[{"id":"h1","status":"dead","free_mib":0,
            "vm_count":0}])",
        end));
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  }
  EXPECT_EQ(Export(), before);
  EXPECT_EQ(catalog_->snapshot().version(), version);
}

TEST_F(ImportTest, ChangesNothingWhereTheCatalogRefuses) {
  LoadOneOfEach();
  const std::string before = Export();
  const absl::Status status =
      Import(R"({"rootfs":[{"name":"r2"}],"users":[{"id":"u2","api_keys":["key-of-u1"]}]})");
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
  EXPECT_EQ(Export(), before);
  EXPECT_EQ(OwnerOf("key-of-u1"), "u1");
}

TEST_F(ImportTest, ReplaceMakesAListEqualToTheDocuments) {
  LoadOneOfEach();
  Replace(R"({"rootfs":[{"name":"r2"},{"name":"r3"}]})");
  EXPECT_EQ(Ids(), "s1 | r2 r3 | h1 ");
}

TEST_F(ImportTest, ReplaceLeavesAbsentListsAlone) {
  LoadOneOfEach();
  Replace("{}");
  EXPECT_EQ(Ids(), "s1 | r1 | h1 ");
  EXPECT_EQ(OwnerOf("key-of-u1"), "u1");
}

TEST_F(ImportTest, ReplaceEmptiesListsThatAreThereAndEmpty) {
  LoadOneOfEach();
  Replace(R"({"shapes":[],"hosts":[]})");
  EXPECT_EQ(Ids(), "| r1 | ");
  Replace(R"({"rootfs":[],"users":[]})");
  EXPECT_EQ(Ids(), "| | ");
  EXPECT_EQ(OwnerOf("key-of-u1"), "nobody");
  EXPECT_FALSE(catalog_->FindUser("u1")->has_value());
}

TEST_F(ImportTest, AnEmptyListChangesNothingWithoutReplace) {
  LoadOneOfEach();
  Load(R"({"shapes":[],"rootfs":[],"hosts":[],"users":[]})");
  EXPECT_EQ(Ids(), "s1 | r1 | h1 ");
}

TEST_F(ImportTest, ReadDocumentAddsToWhatTheBatchHolds) {
  WriteBatch batch;
  batch.PutHost({"h0", HostStatus::kActive, 1, 1});
  std::istringstream in(R"({"hosts":[{"id":"h1","status":"dead","free_mib":0,"vm_count":0}]})");
  ASSERT_EQ(Told(ReadDocument(in, {}, &batch)), "OK");
  ASSERT_EQ(Told(catalog_->Apply(batch)), "OK");
  EXPECT_EQ(Ids(), "| | h0 h1 ");
}

TEST_F(ImportTest, PlacesCountInTheDocumentThoughTheBatchHoldsMore) {
  WriteBatch batch;
  batch.PutUser({"u0"});
  std::istringstream in(R"({"users":[{"id":"u1"},{"id":"u2","stats":{"running":1}}]})");
  EXPECT_EQ(Told(ReadDocument(in, {}, &batch)),
            "INVALID_ARGUMENT: /users/1/stats: running + paused + other must not be more than "
            "total");
}

TEST_F(ImportTest, ABatchThatHoldsHalfADocumentIsNotApplied) {
  WriteBatch batch;
  std::istringstream in(R"({"rootfs":[{"name":"r1"},{"name":""}]})");
  EXPECT_FALSE(ReadDocument(in, {}, &batch).ok());
  EXPECT_FALSE(batch.status().ok());
  EXPECT_FALSE(catalog_->Apply(batch).ok());
  EXPECT_EQ(Ids(), "| | ");
}

TEST_F(ImportTest, ABatchThatIsAtFaultStaysSo) {
  WriteBatch batch;
  batch.PutShape({"s", 0, 1, 1});
  std::istringstream in("{}");
  EXPECT_EQ(Told(ReadDocument(in, {}, &batch)),
            "INVALID_ARGUMENT: /shapes/0/vcpu: must be an integer from 1 to 65535");
}

TEST_F(ImportTest, TellsItsProgressAndInTheEndAllEntries) {
  std::string text = R"({"rootfs":[{"name":"r"}],"users":[{"id":"u"})";
  for (int i = 0; i < 2500; ++i) text += Concat(",{\"id\":\"u", std::to_string(i), "\"}");
  std::vector<int64_t> told;
  ImportOptions options;
  options.progress = [&](int64_t entries) { told.push_back(entries); };
  ASSERT_EQ(Told(Import(text + "]}", options)), "OK");
  EXPECT_EQ(told, (std::vector<int64_t>{1000, 2000, 2502}));
}

}  // namespace
}  // namespace muster
