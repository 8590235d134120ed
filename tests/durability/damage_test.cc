// Bytes of the data file that change, and a file that is cut short: an error, or the row
// that was put; never another one.
#include <gtest/gtest.h>
#include <lmdb.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "durability/driver.h"
#include "durability/lane.h"
#include "durability/ledger.h"
#include "muster/catalog.h"
#include "store/seal.h"

namespace muster::durability {
namespace {

namespace fs = std::filesystem;

std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void WriteFile(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

constexpr uint64_t kBatches = 50;

// How a process ended that opened a damaged store.
enum Ending {
  kSame = 0,    // everything is as it was put
  kDataLoss,    // refused, or the record is
  kOtherError,  // another error
  kWrong,       // OK, with other rows
  kKilled,      // LMDB walked into damage of its own pages
};

// A compacted copy of a store with a lane in it: each byte of a record stands in it once.
class Damage : public testing::Test {
 protected:
  void SetUp() override {
    {
      const auto catalog = *Catalog::Open(made_);
      for (uint64_t i = 1; i <= kBatches; ++i) {
        ASSERT_TRUE(catalog->Apply(LaneBatch(0, i)).ok());
      }
    }
    fs::create_directory(db_);
    MDB_env* env = nullptr;
    ASSERT_EQ(mdb_env_create(&env), 0);
    ASSERT_EQ(mdb_env_set_maxdbs(env, 32), 0);
    ASSERT_EQ(mdb_env_open(env, made_.c_str(), MDB_RDONLY | MDB_NOLOCK, 0600), 0);
    ASSERT_EQ(mdb_env_copy2(env, db_.c_str(), MDB_CP_COMPACT), 0);
    ReadBytes(env);
    mdb_env_close(env);
    whole_ = ReadFile(file_);
    ExpectLane(0, kBatches, &expected_);
    ASSERT_EQ(EndingOf(Look), kSame);
  }

  void ReadBytes(MDB_env* env) {
    MDB_txn* txn = nullptr;
    ASSERT_EQ(mdb_txn_begin(env, nullptr, MDB_RDONLY, &txn), 0);
    for (Table table :
         {Table::kShapes, Table::kRootfs, Table::kHosts, Table::kUsers, Table::kApiKeys}) {
      MDB_dbi dbi = 0;
      MDB_cursor* cursor = nullptr;
      MDB_val key, value;
      ASSERT_EQ(mdb_dbi_open(txn, std::string(store::TableName(table)).c_str(), 0, &dbi), 0);
      ASSERT_EQ(mdb_cursor_open(txn, dbi, &cursor), 0);
      while (mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == 0) {
        records_[table].emplace_back(
            std::string(static_cast<char*>(key.mv_data), key.mv_size),
            std::string(static_cast<char*>(value.mv_data), value.mv_size));
      }
      mdb_cursor_close(cursor);
    }
    mdb_txn_abort(txn);
  }

  // What a process finds that opens the store, in a word.
  static Ending Look(const std::string& db, const Records& expected) {
    auto catalog = Catalog::Open(db);
    if (!catalog.ok()) return OfError(catalog.status());
    const std::string user_id = "lane-0-user";
    const std::string user_text = expected.at("user " + user_id);
    Records records, user;
    const absl::Status status = ReadRecords(**catalog, &records);
    if (status.ok() && records != expected) return kWrong;
    const Snapshot snapshot = (*catalog)->snapshot();
    Records seen;
    for (const Shape& shape : snapshot.AllShapes()) Note(shape, &seen);
    for (const Rootfs& rootfs : snapshot.AllRootfses()) Note(rootfs, &seen);
    for (const Host& host : snapshot.AllHosts()) Note(host, &seen);
    for (const auto& [key, text] : expected) {
      if (key.rfind("user ", 0) == 0) seen[key] = text;
    }
    if (seen != expected) return kWrong;
    if (!status.ok()) return OfError(status);
    const auto found = (*catalog)->FindUser(user_id);
    if (!found.ok()) return OfError(found.status());
    if (!found->has_value()) return kWrong;
    Note(**found, &user);
    if (user["user " + user_id] != user_text) return kWrong;
    const auto owner = (*catalog)->FindUserByApiKey(LaneKey(0, kBatches));
    if (!owner.ok()) return OfError(owner.status());
    return owner->id == user_id ? kSame : kWrong;
  }

  static Ending OfError(const absl::Status& status) {
    return absl::IsDataLoss(status) ? kDataLoss : kOtherError;
  }

  using Looker = Ending (*)(const std::string& db, const Records& expected);
  Ending EndingOf(Looker look) const {
    const pid_t child = fork();
    if (child == 0) {
      alarm(20);  // a damaged tree may have no end
      if (std::freopen("/dev/null", "w", stderr) == nullptr) _exit(kOtherError);
      _exit(look(db_, expected_));
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) <= kWrong
               ? static_cast<Ending>(WEXITSTATUS(status))
               : kKilled;
  }

  // With these bits of one byte the other way round.
  Ending Flipped(size_t offset, int bits) {
    std::string text = whole_;
    text[offset] = static_cast<char>(text[offset] ^ bits);
    fs::remove(file_);
    WriteFile(file_, text);
    return EndingOf(Look);
  }

  // Whether `muster check`, where it is to be had, reports it instead of dying of it.
  bool CheckReports() const {
    Flags flags;
    const char* const command = std::getenv("MUSTER_DURABILITY_CHECK");
    if (command == nullptr) return true;
    flags.check = command;
    return RunCheck(flags, db_) == kCheckFinds;
  }

  // Where the bytes stand in the file.
  size_t PlaceOf(const std::string& bytes) const {
    const size_t place = whole_.find(bytes);
    EXPECT_NE(place, std::string::npos);
    EXPECT_EQ(whole_.find(bytes, place + 1), std::string::npos);
    return place;
  }

  // `step`: not every byte of a long record.
  void ExpectDataLossAtEachByte(const std::string& bytes, size_t step = 1) {
    const size_t place = PlaceOf(bytes);
    for (size_t i = 0; i < bytes.size(); i += step) {
      const int bits = 1 << random_.Below(8);
      EXPECT_EQ(Flipped(place + i, bits), kDataLoss) << "byte " << i << ", bits " << bits;
    }
  }

  const WorkDir dir_;
  const std::string made_ = dir_.path() + "/made";
  const std::string db_ = dir_.path() + "/db";
  const std::string file_ = db_ + "/data.mdb";
  std::string whole_;
  Records expected_;
  std::map<Table, std::vector<std::pair<std::string, std::string>>> records_;
  Random random_{20'240};
};

TEST_F(Damage, OfAShapeIsDataLoss) {
  ExpectDataLossAtEachByte(records_[Table::kShapes][0].second);
}

TEST_F(Damage, OfAHostIsDataLoss) {
  for (size_t i : {0, 100, 180}) {
    ExpectDataLossAtEachByte(records_[Table::kHosts].at(i).second);
  }
}

TEST_F(Damage, OfALongTextInPagesOfItsOwnIsDataLoss) {
  ExpectDataLossAtEachByte(records_[Table::kRootfs][0].second, 37);
}

TEST_F(Damage, OfAUserIsDataLoss) {
  ExpectDataLossAtEachByte(records_[Table::kUsers][0].second);
}

TEST_F(Damage, OfAnApiKeyIsDataLoss) {
  ExpectDataLossAtEachByte(records_[Table::kApiKeys][0].second);
}

// A key and its record stand one behind the other.
TEST_F(Damage, OfTheIdOfARecordIsDataLoss) {
  for (Table table : {Table::kShapes, Table::kHosts, Table::kUsers}) {
    const auto& [key, value] = records_[table][0];
    const size_t place = PlaceOf(key + value);
    for (size_t i = 0; i < key.size(); ++i) {
      EXPECT_EQ(Flipped(place + i, 1 << random_.Below(8)), kDataLoss) << key << " " << i;
    }
  }
}

// Also where it is LMDB's own pages, whose damage may end the process: then `muster
// check` says so.
TEST_F(Damage, OfAnyByteNeverGivesAWrongRow) {
  const char* const flips_text = std::getenv("MUSTER_DURABILITY_FLIPS");
  const int flips = flips_text != nullptr ? std::atoi(flips_text) : 400;
  int endings[kKilled + 1] = {};
  for (int i = 0; i < flips; ++i) {
    const size_t offset = random_.Below(whole_.size());
    const int bits = 1 + static_cast<int>(random_.Below(255));
    const Ending ending = Flipped(offset, bits);
    ASSERT_NE(ending, kWrong) << "byte " << offset << ", bits " << bits;
    ++endings[ending];
    if (ending != kSame) {
      EXPECT_TRUE(CheckReports()) << "byte " << offset << ", bits " << bits;
    }
  }
  std::printf(
      "flipped bytes: %d anywhere in the data file; %d were in use by nothing that is "
      "read, %d DataLoss, %d another error, %d ended the process, none gave a wrong "
      "row\n",
      flips, endings[kSame], endings[kDataLoss], endings[kOtherError], endings[kKilled]);
}

TEST_F(Damage, ThatCutsTheFileShortIsRefusedByItsSize) {
  for (size_t size = whole_.size() - 1; size > 8192; size -= size > 8192 + 3000 ? 3000 : 500) {
    fs::remove(file_);
    WriteFile(file_, whole_.substr(0, size));
    EXPECT_EQ(EndingOf(Look), kDataLoss) << size;
    const absl::Status status = Catalog::Open(db_).status();
    EXPECT_NE(std::string(status.message()).find("cut short"), std::string::npos) << status;
  }
}

}  // namespace
}  // namespace muster::durability
