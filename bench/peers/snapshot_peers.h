// The ways in which readers elsewhere come to a consistent version while a writer
// publishes new ones. Each has a Reader, one a thread, whose TakeAndDrop() returns
// something of the version that it saw, and a Publish() for one writer.
#ifndef MUSTER_BENCH_PEERS_SNAPSHOT_PEERS_H_
#define MUSTER_BENCH_PEERS_SNAPSHOT_PEERS_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "peers/lmdb_hosts.h"

namespace muster_bench {

// std::atomic<std::shared_ptr>, as C++20 has it.
class AtomicSharedPtr {
 public:
  class Reader {
   public:
    explicit Reader(AtomicSharedPtr& source) : source_(source) {}
    uint64_t TakeAndDrop() { return *source_.newest_.load(std::memory_order_acquire); }

   private:
    AtomicSharedPtr& source_;
  };

  void Publish(uint64_t version) {
    newest_.store(std::make_shared<const uint64_t>(version), std::memory_order_release);
  }

 private:
  std::atomic<std::shared_ptr<const uint64_t>> newest_ = std::make_shared<const uint64_t>(0);
};

// A std::shared_ptr that is copied under a mutex.
class LockedSharedPtr {
 public:
  class Reader {
   public:
    explicit Reader(LockedSharedPtr& source) : source_(source) {}
    uint64_t TakeAndDrop() { return *source_.Newest(); }

   private:
    LockedSharedPtr& source_;
  };

  void Publish(uint64_t version) {
    auto next = std::make_shared<const uint64_t>(version);
    const std::lock_guard<std::mutex> lock(mutex_);
    newest_.swap(next);
  }

 private:
  std::shared_ptr<const uint64_t> Newest() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return newest_;
  }

  std::mutex mutex_;
  std::shared_ptr<const uint64_t> newest_ = std::make_shared<const uint64_t>(0);
};

// A bare pointer: the least that a reader can do, and no more than a bound. The
// versions lie in a ring, since nobody can tell when one may be freed.
class BarePointer {
 public:
  class Reader {
   public:
    explicit Reader(BarePointer& source) : source_(source) {}
    uint64_t TakeAndDrop() {
      return source_.newest_.load(std::memory_order_acquire)->load(std::memory_order_relaxed);
    }

   private:
    BarePointer& source_;
  };

  void Publish(uint64_t version) {
    Version& next = versions_[version % versions_.size()];
    next.store(version, std::memory_order_relaxed);
    newest_.store(&next, std::memory_order_release);
  }

 private:
  using Version = std::atomic<uint64_t>;

  std::array<Version, 1024> versions_ = {};
  std::atomic<const Version*> newest_ = &versions_[0];
};

// LMDB: a read transaction a thread, renewed and reset. The writer does not wait
// for the disk, so that it can commit as often as it is asked to.
class LmdbRenew {
 public:
  explicit LmdbRenew(const std::string& directory) {
    CheckLmdb(mdb_env_create(&env_), "mdb_env_create");
    CheckLmdb(mdb_env_set_mapsize(env_, size_t{8} << 30), "mdb_env_set_mapsize");
    CheckLmdb(mdb_env_open(env_, directory.c_str(), MDB_NOTLS | MDB_NOSYNC, 0600),
              "mdb_env_open");
    Publish(0);
  }

  class Reader {
   public:
    explicit Reader(LmdbRenew& source) {
      CheckLmdb(mdb_txn_begin(source.env_, nullptr, MDB_RDONLY, &read_), "mdb_txn_begin");
      mdb_txn_reset(read_);
    }
    ~Reader() { mdb_txn_abort(read_); }
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;

    uint64_t TakeAndDrop() {
      CheckLmdb(mdb_txn_renew(read_), "mdb_txn_renew");
      const uint64_t version = mdb_txn_id(read_);
      mdb_txn_reset(read_);
      return version;
    }

   private:
    MDB_txn* read_ = nullptr;
  };

  void Publish(uint64_t version) {
    MDB_txn* write = nullptr;
    MDB_dbi dbi = 0;
    CheckLmdb(mdb_txn_begin(env_, nullptr, 0, &write), "mdb_txn_begin");
    CheckLmdb(mdb_dbi_open(write, nullptr, 0, &dbi), "mdb_dbi_open");
    const std::string text = std::to_string(version);
    MDB_val key = Value("version");
    MDB_val value = Value(text);
    CheckLmdb(mdb_put(write, dbi, &key, &value, 0), "mdb_put");
    CheckLmdb(mdb_txn_commit(write), "mdb_txn_commit");
  }

 private:
  MDB_env* env_ = nullptr;  // open until the program ends
};

}  // namespace muster_bench

#endif  // MUSTER_BENCH_PEERS_SNAPSHOT_PEERS_H_
