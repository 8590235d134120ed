#include "durability/commit_versions.h"

#include <fcntl.h>
#include <lmdb.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "store/meta.h"
#include "store/seal.h"

namespace muster::durability {
namespace {

// LMDB without locks, over a file that grows under it between two looks.
class Reader {
 public:
  explicit Reader(const std::string& path) {
    if (mdb_env_create(&env_) != 0 || mdb_env_set_maxdbs(env_, 32) != 0 ||
        mdb_env_set_mapsize(env_, size_t{1} << 30) != 0 ||
        mdb_env_open(env_, path.c_str(), MDB_RDONLY | MDB_NOLOCK | MDB_NOSUBDIR, 0600) != 0) {
      std::fprintf(stderr, "%s is not LMDB's\n", path.c_str());
      std::exit(2);
    }
  }
  ~Reader() { mdb_env_close(env_); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  // 0 where there is no meta record yet.
  uint64_t Version() {
    MDB_txn* txn = nullptr;
    MDB_dbi table = 0;
    if (mdb_txn_begin(env_, nullptr, MDB_RDONLY, &txn) != 0) return 0;
    uint64_t version = 0;
    std::string name = store::TableName(Table::kMeta).data(), key_text = "meta";
    MDB_val key{key_text.size(), key_text.data()}, value;
    if (mdb_dbi_open(txn, name.c_str(), 0, &table) == 0 &&
        mdb_get(txn, table, &key, &value) == 0) {
      std::string_view record(static_cast<const char*>(value.mv_data), value.mv_size);
      record.remove_suffix(8);  // the checksum
      const auto meta = store::DecodeMeta(record);
      if (meta.ok()) version = meta->version;
    }
    mdb_txn_abort(txn);
    return version;
  }

 private:
  MDB_env* env_ = nullptr;
};

}  // namespace

std::vector<std::optional<uint64_t>> CommitVersions(const Recording& recording,
                                                    const std::optional<std::string>& data_file,
                                                    const std::string& scratch) {
  std::vector<std::optional<uint64_t>> versions(recording.entries().size());
  unlink(scratch.c_str());
  const int fd = open(scratch.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  const auto put = [&](uint64_t offset, std::string_view bytes) {
    const ssize_t done = pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (done != static_cast<ssize_t>(bytes.size())) std::exit(2);
  };
  if (data_file) put(0, *data_file);
  std::optional<Reader> reader;
  for (size_t i = 0; i < versions.size(); ++i) {
    const RecordedEntry& entry = recording.entries()[i];
    if (!entry.IsWrite()) continue;
    put(entry.offset, entry.data);
    if (entry.kind != EntryKind::kSyncedWrite) continue;
    if (!reader) reader.emplace(scratch);
    versions[i] = reader->Version();
  }
  reader.reset();
  close(fd);
  unlink(scratch.c_str());
  return versions;
}

}  // namespace muster::durability
