#include "store/lmdb/transaction.h"

#include <lmdb.h>

#include <functional>

#include <utility>

#include "store/lmdb/lmdb_status.h"

namespace muster::store {
namespace {

using Visitor = std::function<bool(std::string_view key, std::string_view value)>;

MDB_val ToValue(std::string_view bytes) {
  return {bytes.size(), const_cast<char*>(bytes.data())};
}

std::string_view ToView(const MDB_val& value) {
  return {static_cast<const char*>(value.mv_data), value.mv_size};
}

bool IsKey(std::string_view key) { return !key.empty() && key.size() <= kMaxKeyBytes; }

absl::Status Ended() {
  return absl::FailedPreconditionError("the transaction has ended: begin another one");
}

// A transaction that is open, and the environment that it is counted in. Made before
// the transaction: one that nobody can hold for lack of memory would stay open.
class Handle {
 public:
  explicit Handle(Environment* environment) : environment_(environment) {}
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  void Take(MDB_txn* transaction) { transaction_ = transaction; }

  MDB_txn* get() const { return transaction_; }
  MDB_dbi table(Table table) const { return environment_->table(table); }

  void NoteFailure(int error, size_t bytes) { environment_->NoteFailure(error, bytes); }

  // Each ends it, once.
  void EndRead() {
    if (transaction_ != nullptr) environment_->EndRead(std::exchange(transaction_, nullptr));
  }
  void AbortWrite() {
    if (transaction_ != nullptr) environment_->AbortWrite(std::exchange(transaction_, nullptr));
  }
  absl::Status Commit() { return environment_->Commit(std::exchange(transaction_, nullptr)); }

 private:
  Environment* const environment_;
  MDB_txn* transaction_ = nullptr;  // and null again once it has ended
};

absl::StatusOr<std::optional<std::string_view>> Get(const Handle& handle, Table table,
                                                    std::string_view key) {
  if (handle.get() == nullptr) return Ended();
  if (!IsKey(key)) return std::optional<std::string_view>();
  MDB_val mdb_key = ToValue(key), value;
  const int error = mdb_get(handle.get(), handle.table(table), &mdb_key, &value);
  if (error == MDB_NOTFOUND) return std::optional<std::string_view>();
  if (error != 0) return LmdbStatus(error);
  return std::optional<std::string_view>(ToView(value));
}

absl::Status Scan(const Handle& handle, Table table, std::string_view first,
                  const Visitor& visit) {
  if (handle.get() == nullptr) return Ended();
  MDB_cursor* cursor = nullptr;
  int error = mdb_cursor_open(handle.get(), handle.table(table), &cursor);
  if (error != 0) return LmdbStatus(error);
  const std::unique_ptr<MDB_cursor, decltype(&mdb_cursor_close)> closer(cursor,
                                                                        mdb_cursor_close);
  MDB_val key = ToValue(first), value;
  error = mdb_cursor_get(cursor, &key, &value, first.empty() ? MDB_FIRST : MDB_SET_RANGE);
  while (error == 0 && visit(ToView(key), ToView(value))) {
    error = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
  }
  return error == MDB_NOTFOUND ? absl::OkStatus() : LmdbStatus(error);
}

// Takes the sign down that somebody writes.
struct EndWriting {
  void operator()(ProcessLock* lock) const { lock->EndWriting(); }
};
using WriterSign = std::unique_ptr<ProcessLock, EndWriting>;

class LmdbReadTransaction : public ReadTransaction {
 public:
  explicit LmdbReadTransaction(Environment* environment) : handle_(environment) {}
  ~LmdbReadTransaction() override { handle_.EndRead(); }

  void Take(MDB_txn* transaction) {
    handle_.Take(transaction);
    commit_id_ = mdb_txn_id(transaction);
  }

  absl::StatusOr<std::optional<std::string_view>> Get(Table table,
                                                      std::string_view key) override {
    return store::Get(handle_, table, key);
  }
  absl::Status Scan(Table table, std::string_view first, const Visitor& visit) override {
    return store::Scan(handle_, table, first, visit);
  }
  uint64_t commit_id() const override { return commit_id_; }

 private:
  Handle handle_;
  uint64_t commit_id_ = 0;
};

class LmdbWriteTransaction : public WriteTransaction {
 public:
  LmdbWriteTransaction(Environment* environment, WriterSign sign)
      : sign_(std::move(sign)), handle_(environment) {}
  ~LmdbWriteTransaction() override { handle_.AbortWrite(); }

  // LMDB numbers a write transaction by the commit that it will be, and the
  // commit that it sees is the one before.
  void Take(MDB_txn* transaction) {
    handle_.Take(transaction);
    commit_id_ = mdb_txn_id(transaction) - 1;
  }

  absl::StatusOr<std::optional<std::string_view>> Get(Table table,
                                                      std::string_view key) override {
    return store::Get(handle_, table, key);
  }
  absl::Status Scan(Table table, std::string_view first, const Visitor& visit) override {
    return store::Scan(handle_, table, first, visit);
  }
  uint64_t commit_id() const override { return commit_id_; }

  absl::Status Put(Table table, std::string_view key, std::string_view value) override {
    if (handle_.get() == nullptr) return Ended();
    if (!IsKey(key)) return LmdbStatus(MDB_BAD_VALSIZE);
    changed_ = true;
    MDB_val mdb_key = ToValue(key), mdb_value = ToValue(value);
    const int error = mdb_put(handle_.get(), handle_.table(table), &mdb_key, &mdb_value, 0);
    if (error != 0) handle_.NoteFailure(error, key.size() + value.size());
    return LmdbStatus(error);
  }

  absl::Status Delete(Table table, std::string_view key) override {
    if (handle_.get() == nullptr) return Ended();
    if (!IsKey(key)) return absl::OkStatus();
    MDB_val mdb_key = ToValue(key);
    const int error = mdb_del(handle_.get(), handle_.table(table), &mdb_key, nullptr);
    if (error == MDB_NOTFOUND) return absl::OkStatus();
    changed_ = true;
    if (error != 0) handle_.NoteFailure(error, 0);
    return LmdbStatus(error);
  }

  absl::Status Commit() override {
    if (handle_.get() == nullptr) return Ended();
    if (!changed_) {
      // LMDB writes nothing then, and gives the number to the next transaction.
      handle_.AbortWrite();
      return absl::OkStatus();
    }
    absl::Status status = handle_.Commit();
    if (status.ok()) ++commit_id_;
    return status;
  }

 private:
  const WriterSign sign_;
  Handle handle_;
  uint64_t commit_id_ = 0;
  bool changed_ = false;
};

}  // namespace

absl::StatusOr<std::unique_ptr<ReadTransaction>> BeginLmdbRead(Environment* environment) {
  auto begun = std::make_unique<LmdbReadTransaction>(environment);
  absl::StatusOr<MDB_txn*> transaction = environment->BeginRead();
  if (!transaction.ok()) return transaction.status();
  begun->Take(*transaction);
  return std::unique_ptr<ReadTransaction>(std::move(begun));
}

absl::StatusOr<std::unique_ptr<WriteTransaction>> BeginLmdbWrite(Environment* environment,
                                                                 ProcessLock* lock) {
  lock->BeginWriting();
  auto begun = std::make_unique<LmdbWriteTransaction>(environment, WriterSign(lock));
  absl::StatusOr<MDB_txn*> transaction = environment->BeginWrite();
  if (!transaction.ok()) return transaction.status();
  begun->Take(*transaction);
  // Only now: whoever becomes the only writer waits for LMDB's lock once.
  if (lock->RoleTakenByOthers(Role::kOnlyWriter)) {
    return absl::FailedPreconditionError(
        "another process has the store open as its only writer (relaxed durability): write "
        "through that one, or stop it");
  }
  return std::unique_ptr<WriteTransaction>(std::move(begun));
}

}  // namespace muster::store
