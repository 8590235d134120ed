// Checker: what the parts of CheckStore() share.
//
// Borrows the transaction and the observer; used by one thread.
#ifndef MUSTER_MAINTENANCE_CHECKER_H_
#define MUSTER_MAINTENANCE_CHECKER_H_

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "muster/maintenance.h"
#include "muster/store.h"
#include "store/meta.h"

namespace muster::maintenance {

class Checker {
 public:
  Checker(ReadTransaction& txn, const CheckObserver& observer)
      : txn_(txn), observer_(observer) {}

  ReadTransaction& txn() { return txn_; }

  // One thing that is wrong; without a line break, and without advice.
  void Find(std::string finding);
  // The same of a status, whose advice is taken off.
  void Find(const absl::Status& status);
  void EnterStage(std::string_view stage);

  // Tables that must not be walked, because their pages are damaged.
  void LeaveOut(std::string_view table_name) { left_out_.emplace(table_name); }
  bool LeavesOut(Table table) const;

  // Calls `visit` for every record of a table whose checksum is right; what is
  // wrong with the others, or with their order, is found here. `checksum` is what
  // the digest of a list is made of.
  void ForEach(
      Table table,
      absl::FunctionRef<void(std::string_view key, std::string_view record, uint64_t checksum)>
          visit);

  uint64_t findings() const { return findings_; }

 private:
  void CountRecord();

  ReadTransaction& txn_;
  const CheckObserver& observer_;
  std::set<std::string, std::less<>> left_out_;
  std::string stage_;
  uint64_t records_ = 0;
  uint64_t findings_ = 0;
};

// Each: whether what stands there is what the meta record and the other tables say.
void CheckLists(Checker& checker, const store::Meta& meta);      // check_records.cc
void CheckChangeLog(Checker& checker, const store::Meta& meta);  // check_records.cc
void CheckApiKeys(Checker& checker);                             // check_keys.cc
void CheckView(Checker& checker, const store::Meta& meta);       // check_view.cc

}  // namespace muster::maintenance

#endif  // MUSTER_MAINTENANCE_CHECKER_H_
