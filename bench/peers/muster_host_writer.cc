#include <algorithm>
#include <utility>

#include "data/fail.h"
#include "peers/host_writer.h"

namespace muster_bench {
namespace {

constexpr size_t kHostsPerBatch = 100000;

std::unique_ptr<muster::Catalog> Open(const std::string& directory,
                                      muster::Durability durability) {
  muster::Options options;
  options.durability = durability;
  auto catalog = muster::Catalog::Open(directory, options);
  Check(catalog.status(), "Catalog::Open");
  return *std::move(catalog);
}

}  // namespace

MusterHostWriter::MusterHostWriter(const std::vector<muster::Host>& hosts,
                                   const std::string& directory, muster::Durability durability)
    : hosts_(hosts), catalog_(Open(directory, durability)) {
  for (size_t begin = 0; begin < hosts.size(); begin += kHostsPerBatch) {
    muster::WriteBatch batch;
    const size_t end = std::min(begin + kHostsPerBatch, hosts.size());
    for (size_t i = begin; i < end; ++i) batch.PutHost(hosts[i]);
    Check(catalog_->Apply(batch), "Apply");
  }
  Check(catalog_->Flush(), "Flush");
}

MusterHostWriter::~MusterHostWriter() = default;

void MusterHostWriter::Put(const HostUpdate& update, muster::WriteBatch* batch) {
  muster::Host& host = hosts_[update.host];
  host.free_mib = update.free_mib;
  batch->PutHost(host);
}

void MusterHostWriter::Update(std::span<const HostUpdate> updates) {
  thread_local muster::WriteBatch batch;
  batch.Clear();
  for (const HostUpdate& update : updates) Put(update, &batch);
  Check(catalog_->Apply(batch), "Apply");
}

void MusterHostWriter::UpdateAsync(const HostUpdate& update, std::function<void()> done) {
  muster::WriteBatch batch;
  Put(update, &batch);
  const absl::Status taken = catalog_->ApplyAsync(
      std::move(batch),
      [done = std::move(done)](const absl::Status& status, const muster::ApplyReport&) {
        Check(status, "ApplyAsync");
        done();
      });
  Check(taken, "ApplyAsync");
}

void MusterHostWriter::Flush() { Check(catalog_->Flush(), "Flush"); }

std::vector<int64_t> MusterHostWriter::FreeMib() {
  std::vector<int64_t> free_mib;
  for (const muster::Host& host : catalog_->snapshot().AllHosts()) {
    free_mib.push_back(host.free_mib);
  }
  return free_mib;
}

}  // namespace muster_bench
