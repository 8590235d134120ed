#include "store/memory/memory_store.h"

#include <array>
#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "model/text.h"
#include "store/commit_bell.h"
#include "store/memory/memory_table.h"
#include "store/random.h"

namespace muster::store {
namespace {

// One commit's state. Tables that a commit did not change are shared with the
// commit before it.
struct State {
  uint64_t commit_id = 0;
  std::array<std::shared_ptr<const MemoryTable>, kTableCount> tables;
};

absl::Status Closed() { return absl::FailedPreconditionError("the store is closed"); }

absl::Status Ended() {
  return absl::FailedPreconditionError("the transaction has ended: begin another one");
}

bool IsKey(std::string_view key) { return !key.empty() && key.size() <= kMaxKeyBytes; }

class MemoryReadTransaction : public ReadTransaction {
 public:
  explicit MemoryReadTransaction(State state) : state_(std::move(state)) {}

  absl::StatusOr<std::optional<std::string_view>> Get(Table table,
                                                      std::string_view key) override {
    return state_.tables[static_cast<size_t>(table)]->Find(key);
  }

  absl::Status Scan(
      Table table, std::string_view first,
      const std::function<bool(std::string_view, std::string_view)>& visit) override {
    state_.tables[static_cast<size_t>(table)]->Visit(first, visit);
    return absl::OkStatus();
  }

  uint64_t commit_id() const override { return state_.commit_id; }

 private:
  const State state_;
};

// What the transactions need of the store.
struct Shared {
  std::mutex mutex;  // of everything here
  std::condition_variable writer_left;
  bool closed = false;
  bool has_writer = false;
  State newest;
  std::atomic<uint64_t> latest_commit{0};  // newest.commit_id, without the mutex
  std::map<uint64_t, uint64_t> high_water;

  void LetWriterGo() {
    {
      std::lock_guard<std::mutex> lock(mutex);
      has_writer = false;
    }
    writer_left.notify_one();
  }
};

class MemoryWriteTransaction : public WriteTransaction {
 public:
  MemoryWriteTransaction(std::shared_ptr<Shared> shared, State state)
      : shared_(std::move(shared)), state_(std::move(state)) {}
  ~MemoryWriteTransaction() override {
    if (!ended_) shared_->LetWriterGo();
  }

  absl::StatusOr<std::optional<std::string_view>> Get(Table table,
                                                      std::string_view key) override {
    if (ended_) return Ended();
    return rows(table).Find(key);
  }

  absl::Status Scan(
      Table table, std::string_view first,
      const std::function<bool(std::string_view, std::string_view)>& visit) override {
    if (ended_) return Ended();
    rows(table).Visit(first, visit);
    return absl::OkStatus();
  }

  uint64_t commit_id() const override { return state_.commit_id; }

  absl::Status Put(Table table, std::string_view key, std::string_view value) override {
    if (ended_) return Ended();
    if (!IsKey(key)) return absl::InvalidArgumentError("a key must have 1 to 511 bytes");
    Own(table)->Put(key, value);
    return absl::OkStatus();
  }

  absl::Status Delete(Table table, std::string_view key) override {
    if (ended_) return Ended();
    if (rows(table).Find(key)) Own(table)->Delete(key);
    return absl::OkStatus();
  }

  absl::Status Commit() override {
    if (ended_) return Ended();
    ended_ = true;
    if (changed_) {
      std::lock_guard<std::mutex> lock(shared_->mutex);
      ++state_.commit_id;
      shared_->newest = state_;
      shared_->latest_commit.store(state_.commit_id, std::memory_order_release);
    }
    shared_->LetWriterGo();
    return absl::OkStatus();
  }

 private:
  const MemoryTable& rows(Table table) const {
    return *state_.tables[static_cast<size_t>(table)];
  }

  // The transaction's own copy of a table, made with its first change.
  MemoryTable* Own(Table table) {
    changed_ = true;
    const size_t index = static_cast<size_t>(table);
    if (own_[index] == nullptr) {
      auto copy = std::make_shared<MemoryTable>(*state_.tables[index]);
      own_[index] = copy.get();
      state_.tables[index] = std::move(copy);
    }
    return own_[index];
  }

  const std::shared_ptr<Shared> shared_;
  State state_;
  std::array<MemoryTable*, kTableCount> own_{};
  bool changed_ = false;
  bool ended_ = false;
};

class MemoryStore : public Store {
 public:
  MemoryStore() : shared_(std::make_shared<Shared>()) {
    for (auto& table : shared_->newest.tables) table = std::make_shared<const MemoryTable>();
    uint64_t number[2];
    RandomBytes(number, sizeof(number));
    fingerprint_ = model::Concat(
        "memory:", model::Hex({reinterpret_cast<const char*>(number), sizeof(number)}));
  }

  absl::StatusOr<std::unique_ptr<ReadTransaction>> BeginRead() override {
    std::lock_guard<std::mutex> lock(shared_->mutex);
    if (shared_->closed) return Closed();
    return std::unique_ptr<ReadTransaction>(new MemoryReadTransaction(shared_->newest));
  }

  absl::StatusOr<std::unique_ptr<WriteTransaction>> BeginWrite() override {
    std::unique_lock<std::mutex> lock(shared_->mutex);
    shared_->writer_left.wait(lock, [this] { return !shared_->has_writer; });
    return BeginWriteLocked();
  }

  absl::StatusOr<std::unique_ptr<WriteTransaction>> TryBeginWrite() override {
    std::lock_guard<std::mutex> lock(shared_->mutex);
    if (shared_->has_writer) return std::unique_ptr<WriteTransaction>();
    return BeginWriteLocked();
  }

  uint64_t LatestCommit() const noexcept override {
    return shared_->latest_commit.load(std::memory_order_acquire);
  }

  std::string Fingerprint() const override { return fingerprint_; }

  std::optional<uint64_t> HighWaterVersion(uint64_t incarnation) const noexcept override {
    std::lock_guard<std::mutex> lock(shared_->mutex);
    const auto found = shared_->high_water.find(incarnation);
    if (found == shared_->high_water.end()) return std::nullopt;
    return found->second;
  }

  void RaiseHighWaterVersion(uint64_t incarnation, uint64_t version) noexcept override {
    std::lock_guard<std::mutex> lock(shared_->mutex);
    uint64_t& mark = shared_->high_water[incarnation];
    if (mark < version) mark = version;
  }

  uint32_t CommitBell() const noexcept override { return bell_.count(); }
  void RingCommitBell() noexcept override { bell_.Ring(); }
  void WaitForCommitBell(uint32_t seen,
                         std::chrono::steady_clock::time_point deadline) override {
    bell_.Wait(seen, deadline);
  }

  absl::Status Probe() override {
    std::lock_guard<std::mutex> lock(shared_->mutex);
    return shared_->closed ? Closed() : absl::OkStatus();
  }

  absl::Status Close() override {
    std::lock_guard<std::mutex> lock(shared_->mutex);
    shared_->closed = true;
    return absl::OkStatus();
  }

 private:
  absl::StatusOr<std::unique_ptr<WriteTransaction>> BeginWriteLocked() {
    if (shared_->closed) return Closed();
    shared_->has_writer = true;
    return std::unique_ptr<WriteTransaction>(
        new MemoryWriteTransaction(shared_, shared_->newest));
  }

  // Shared with the transactions, so that one that outlives the store harms
  // nothing.
  const std::shared_ptr<Shared> shared_;
  std::string fingerprint_;
  store::CommitBell bell_{};
};

}  // namespace

std::unique_ptr<Store> NewMemoryStore() {
  // Without random bytes the fingerprint would repeat itself; then the first
  // OpenMeta() fails and says so.
  (void)InitRandom();
  return std::make_unique<MemoryStore>();
}

}  // namespace muster::store
