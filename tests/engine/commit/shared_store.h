// One store under several catalogs of one process, as under several processes, with
// an eye on what each asks of it.
#ifndef MUSTER_TESTS_ENGINE_COMMIT_SHARED_STORE_H_
#define MUSTER_TESTS_ENGINE_COMMIT_SHARED_STORE_H_

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "engine/store/forwarding_store.h"
#include "muster/store.h"

namespace muster {

// What a catalog does with its store, and where it is held up. Outlives the store.
struct Watch {
  std::atomic<int> reads{0};                // read transactions begun
  std::atomic<int> host_scans{0};           // of the table of hosts, while reading …
  std::atomic<int> host_scans_in_write{0};  // … and while writing
  // Called, where set, before a write transaction is begun, before a transaction
  // that only reads is, and before hosts are scanned in one.
  std::function<void()> before_write, before_read, before_host_scan;
};

class WatchedTransaction : public WriteTransaction {
 public:
  using Read = std::unique_ptr<ReadTransaction>;
  using Write = std::unique_ptr<WriteTransaction>;
  WatchedTransaction(Read read, Watch* watch) : read_(std::move(read)), watch_(*watch) {}
  WatchedTransaction(Write write, Watch* watch) : write_(std::move(write)), watch_(*watch) {}

  absl::StatusOr<std::optional<std::string_view>> Get(Table table,
                                                      std::string_view key) override {
    return reader().Get(table, key);
  }
  absl::Status Scan(
      Table table, std::string_view first,
      const std::function<bool(std::string_view, std::string_view)>& visit) override {
    if (table == Table::kHosts) {
      if (write_ == nullptr && watch_.before_host_scan) watch_.before_host_scan();
      ++(write_ == nullptr ? watch_.host_scans : watch_.host_scans_in_write);
    }
    return reader().Scan(table, first, visit);
  }
  uint64_t commit_id() const override {
    return write_ != nullptr ? write_->commit_id() : read_->commit_id();
  }
  absl::Status Put(Table table, std::string_view key, std::string_view value) override {
    return write_->Put(table, key, value);
  }
  absl::Status Delete(Table table, std::string_view key) override {
    return write_->Delete(table, key);
  }
  absl::Status Commit() override { return write_->Commit(); }

 private:
  ReadTransaction& reader() { return write_ != nullptr ? *write_ : *read_; }

  const Read read_;
  const Write write_;
  Watch& watch_;
};

class SharedStore : public ForwardingStore {
 public:
  SharedStore(std::shared_ptr<Store> store, Watch* watch)
      : ForwardingStore(std::move(store)), watch_(*watch) {}

  absl::StatusOr<std::unique_ptr<ReadTransaction>> BeginRead() override {
    if (watch_.before_read) watch_.before_read();
    ++watch_.reads;
    auto begun = ForwardingStore::BeginRead();
    if (!begun.ok()) return begun;
    return std::unique_ptr<ReadTransaction>(new WatchedTransaction(*std::move(begun), &watch_));
  }
  absl::StatusOr<std::unique_ptr<WriteTransaction>> BeginWrite() override {
    if (watch_.before_write) watch_.before_write();
    return Watched(ForwardingStore::BeginWrite());
  }
  absl::StatusOr<std::unique_ptr<WriteTransaction>> TryBeginWrite() override {
    auto begun = ForwardingStore::TryBeginWrite();
    return begun.ok() && *begun == nullptr ? std::move(begun) : Watched(std::move(begun));
  }
  absl::Status Close() override { return absl::OkStatus(); }  // the others have it open

 private:
  absl::StatusOr<std::unique_ptr<WriteTransaction>> Watched(
      absl::StatusOr<std::unique_ptr<WriteTransaction>> begun) {
    if (!begun.ok()) return begun;
    return std::unique_ptr<WriteTransaction>(
        new WatchedTransaction(*std::move(begun), &watch_));
  }

  Watch& watch_;
};

}  // namespace muster

#endif  // MUSTER_TESTS_ENGINE_COMMIT_SHARED_STORE_H_
