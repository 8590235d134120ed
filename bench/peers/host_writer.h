// HostWriter: something that keeps hosts and takes updates of them, one transaction
// a call. Each holds the same hosts from the start, and what it keeps of them has
// as many bytes as Muster's record.
#ifndef MUSTER_BENCH_PEERS_HOST_WRITER_H_
#define MUSTER_BENCH_PEERS_HOST_WRITER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "data/host_updates.h"
#include "muster/catalog.h"
#include "muster/model.h"

namespace muster_bench {

// By one thread at a time, but where a writer says otherwise.
class HostWriter {
 public:
  virtual ~HostWriter() = default;

  // Returns when the transaction is acknowledged.
  virtual void Update(std::span<const HostUpdate> updates) = 0;

  // Brings to the disk what was acknowledged before it was there; timed with the
  // updates. The peers that never promise it have nothing to do here.
  virtual void Flush() {}

  // Brings to the disk what nobody promised, off the clock, lest somebody else's
  // flush has to.
  virtual void Settle() {}

  // Of all hosts, in their order.
  virtual std::vector<int64_t> FreeMib() = 0;
};

// Muster in `directory`. Update() from any number of threads that have no host in
// common.
class MusterHostWriter : public HostWriter {
 public:
  MusterHostWriter(const std::vector<muster::Host>& hosts, const std::string& directory,
                   muster::Durability durability);
  ~MusterHostWriter() override;

  void Update(std::span<const HostUpdate> updates) override;
  // Update() of one host that calls `done` in a thread of the engine's.
  void UpdateAsync(const HostUpdate& update, std::function<void()> done);
  void Flush() override;
  std::vector<int64_t> FreeMib() override;

  muster::Catalog& catalog() { return *catalog_; }

 private:
  void Put(const HostUpdate& update, muster::WriteBatch* batch);

  std::vector<muster::Host> hosts_;  // as they were put last
  std::unique_ptr<muster::Catalog> catalog_;
};

// LMDB, one table; `flags` are 0 or MDB_NOSYNC.
std::unique_ptr<HostWriter> MakeLmdbHostWriter(const std::vector<muster::Host>& hosts,
                                               const std::string& directory, unsigned flags);

// SQLite: WAL, synchronous=FULL, one connection with a mutex in front of it.
// Update() of one host from any number of threads.
std::unique_ptr<HostWriter> MakeSqliteHostWriter(const std::vector<muster::Host>& hosts,
                                                 const std::string& directory);

}  // namespace muster_bench

#endif  // MUSTER_BENCH_PEERS_HOST_WRITER_H_
