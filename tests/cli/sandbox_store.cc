// sandbox_store DIR: makes a store in which usr_01K owns one sandbox that runs and one
// that has ended. With --miscount its counts are then made wrong, as no batch would.
#include <cstring>
#include <iostream>

#include "model/record.h"
#include "muster/catalog.h"
#include "store/lmdb/lmdb_store.h"
#include "store/meta.h"
#include "store/records.h"

namespace muster {
namespace {

absl::Status Fill(const std::string& path) {
  auto catalog = Catalog::Open(path);
  if (!catalog.ok()) return catalog.status();
  WriteBatch batch;
  batch.RecordSandbox({"sbx_1", "usr_01K", SandboxStatus::kRunning, 1});
  batch.RecordSandbox({"sbx_2", "usr_01K", SandboxStatus::kDestroyed, 1});
  return (*catalog)->Apply(batch);
}

absl::Status Falsify(const std::string& path) {
  auto store = store::OpenLmdb(path, Options());
  if (!store.ok()) return store.status();
  auto txn = (*store)->BeginWrite();
  if (!txn.ok()) return txn.status();
  auto meta = store::RequireMeta(**txn);
  if (!meta.ok()) return meta.status();
  std::string record;
  model::EncodeUser(model::UserFields{{0, 1, 0, 3}, true, 0}, &record);
  absl::Status status =
      store::RecordWriter(txn->get(), &*meta).Put(List::kUsers, "usr_01K", record).status();
  ++meta->version;
  if (status.ok()) status = store::WriteMeta(**txn, *meta);
  return status.ok() ? (*txn)->Commit() : status;
}

}  // namespace
}  // namespace muster

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  absl::Status status = muster::Fill(argv[1]);
  if (status.ok() && argc == 3 && std::strcmp(argv[2], "--miscount") == 0) {
    status = muster::Falsify(argv[1]);
  }
  if (!status.ok()) std::cerr << status << '\n';
  return status.ok() ? 0 : 1;
}
