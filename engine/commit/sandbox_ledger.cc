#include "commit/sandbox_ledger.h"

#include <utility>

#include "absl/container/flat_hash_set.h"
#include "model/rules.h"
#include "model/text.h"

namespace muster::commit {
namespace {

using model::Concat;
using model::Printable;
using model::SandboxFields;
using model::UserFields;

absl::Status OtherEvent(std::string_view id, const SandboxFields& known) {
  return absl::AlreadyExistsError(Concat(
      "sandbox ", Printable(id), " has another event of sequence ",
      std::to_string(known.sequence), " already (", SandboxStatusName(known.status),
      ", of user ", Printable(known.user_id), "): each event needs a sequence of its own"));
}

absl::Status OtherUser(std::string_view id, const SandboxFields& known) {
  return absl::FailedPreconditionError(
      Concat("sandbox ", Printable(id), " belongs to user ", Printable(known.user_id),
             ": a sandbox keeps its user, so use another id for another sandbox"));
}

absl::Status CountedElsewhere(std::string_view user_id) {
  return absl::FailedPreconditionError(
      Concat("the counts of user ", Printable(user_id),
             " were set by hand: set them to zeros first, or record no events"));
}

absl::Status TooMany(std::string_view user_id) {
  return absl::FailedPreconditionError(Concat("user ", Printable(user_id), " has had ",
                                              std::to_string(model::kStat.max),
                                              " sandboxes, the most that can be counted"));
}

absl::Status OwnsSandboxes(std::string_view user_id, int64_t count) {
  return absl::FailedPreconditionError(
      Concat("user ", Printable(user_id), " owns ", std::to_string(count), " sandbox",
             count == 1 ? "" : "es",
             ", ended ones included: ask for the user to be deleted with them "
             "(OwnedSandboxes::kDelete, with_sandboxes=True, --with-sandboxes)"));
}

absl::Status Disagree(std::string_view user_id) {
  return absl::DataLossError(
      Concat("the counts of user ", Printable(user_id),
             " are not what the records of its sandboxes come to: 'muster recount --repair' "
             "sets them right"));
}

}  // namespace

absl::Status SandboxLedger::Record(std::string_view sandbox_id, std::string_view record,
                                   absl::Status* fault) {
  const absl::StatusOr<SandboxFields> event = model::ReadSandbox(record);
  if (!event.ok()) return event.status();
  absl::StatusOr<store::RecordWriter::Found> found =
      writer_->Find(List::kSandboxes, sandbox_id);
  if (!found.ok()) return found.status();
  SandboxFields known;
  if (found->record) {
    absl::StatusOr<SandboxFields> read = model::ReadSandbox(*found->record);
    if (!read.ok()) return read.status();
    known = *read;
    if (known.user_deleted || event->sequence < known.sequence) return absl::OkStatus();
    const bool same_user = event->user_id == known.user_id;
    if (event->sequence == known.sequence) {
      if (!same_user || event->status != known.status) *fault = OtherEvent(sandbox_id, known);
      return absl::OkStatus();
    }
    if (!same_user) {
      *fault = OtherUser(sandbox_id, known);
      return absl::OkStatus();
    }
  }
  absl::StatusOr<Counts*> counts = CountsOf(event->user_id);
  if (!counts.ok()) return counts.status();
  UserFields& user = (*counts)->user;
  if (!user.counted_by_events && user.stats != UserStats{}) {
    *fault = CountedElsewhere(event->user_id);
  } else if (!found->record && user.stats.total >= model::kStat.max) {
    *fault = TooMany(event->user_id);
  }
  if (!fault->ok()) return absl::OkStatus();
  absl::Status status = Count(*counts, found->record ? &known : nullptr, *event);
  if (status.ok()) status = writer_->PutOver(List::kSandboxes, sandbox_id, *found, record);
  changed_ = true;
  return status;
}

absl::StatusOr<SandboxLedger::Counts*> SandboxLedger::CountsOf(std::string_view user_id) {
  const auto [at, is_new] = index_.try_emplace(user_id, pending_.size());
  if (!is_new) return &pending_[at->second];
  absl::StatusOr<store::RecordWriter::Found> found = writer_->Find(List::kUsers, user_id);
  if (!found.ok()) return found.status();
  Counts& counts = pending_.emplace_back();
  counts.user_id = user_id;
  if (found->record) {
    absl::StatusOr<UserFields> user = model::ReadUser(*found->record);
    if (!user.ok()) return user.status();
    counts.user = *user;
  }
  counts.found = *found;
  return &counts;
}

absl::Status SandboxLedger::Count(Counts* counts, const SandboxFields* before,
                                  const SandboxFields& after) {
  UserFields& user = counts->user;
  if (before == nullptr) {
    user.stats.total += 1;
    counts->changed = true;
  } else if (!user.counted_by_events) {
    return Disagree(counts->user_id);  // or it is not there at all
  }
  user.counted_by_events = true;
  int64_t UserStats::*const from = before ? model::CountOf(before->status) : nullptr;
  int64_t UserStats::*const to = model::CountOf(after.status);
  if (from == to) return absl::OkStatus();
  if (from != nullptr && --(user.stats.*from) < 0) return Disagree(counts->user_id);
  if (to != nullptr) ++(user.stats.*to);
  counts->changed = true;
  return absl::OkStatus();
}

absl::Status SandboxLedger::Flush() {
  for (const Counts& counts : pending_) {
    if (!counts.changed) continue;
    record_.clear();
    model::EncodeUser(counts.user, &record_);
    absl::Status status =
        writer_->PutStampedOver(List::kUsers, counts.user_id, counts.found, record_);
    if (!status.ok()) return status;
  }
  pending_.clear();
  index_.clear();
  return absl::OkStatus();
}

absl::StatusOr<UserFields> SandboxLedger::ReadUser(std::string_view user_id) {
  auto record = store::GetRecord(txn_, List::kUsers, user_id);
  if (!record.ok()) return record.status();
  if (!record->has_value()) return UserFields{};
  return model::ReadUser(**record);
}

absl::Status SandboxLedger::CheckOwnsNone(std::string_view user_id) {
  absl::StatusOr<UserFields> user = ReadUser(user_id);
  if (!user.ok()) return user.status();
  const int64_t count = user->stats.total - user->dropped;
  if (!user->counted_by_events || count <= 0) return absl::OkStatus();
  return OwnsSandboxes(user_id, count);
}

absl::Status SandboxLedger::EndAllOf(const std::vector<std::string_view>& user_ids,
                                     int64_t unix_ms) {
  absl::flat_hash_set<std::string_view> owners;
  for (std::string_view user_id : user_ids) {
    absl::StatusOr<UserFields> user = ReadUser(user_id);
    if (!user.ok()) return user.status();
    if (user->counted_by_events) owners.insert(user_id);
  }
  if (owners.empty()) return absl::OkStatus();
  std::vector<std::pair<std::string, std::string>> ended;  // id, record
  absl::Status status = store::ScanTable(
      txn_, Table::kSandboxes, {}, [&](std::string_view id, std::string_view record) {
        absl::StatusOr<SandboxFields> sandbox = model::ReadSandbox(record);
        if (!sandbox.ok()) return sandbox.status();
        if (sandbox->user_deleted || !owners.contains(sandbox->user_id)) {
          return absl::OkStatus();
        }
        sandbox->user_deleted = true;
        sandbox->ended_unix_ms = unix_ms;
        model::EncodeSandbox(*sandbox, &ended.emplace_back(id, std::string()).second);
        return absl::OkStatus();
      });
  for (const auto& [id, record] : ended) {
    if (!status.ok()) break;
    status = writer_->Put(List::kSandboxes, id, record).status();
    changed_ = true;
  }
  return status;
}

absl::Status SandboxLedger::Drop(std::string_view sandbox_id, int64_t latest_unix_ms) {
  absl::StatusOr<store::RecordWriter::Found> found =
      writer_->Find(List::kSandboxes, sandbox_id);
  if (!found.ok() || !found->record) return found.status();
  absl::StatusOr<SandboxFields> sandbox = model::ReadSandbox(*found->record);
  if (!sandbox.ok()) return sandbox.status();
  if (sandbox->ended_unix_ms == 0 || sandbox->ended_unix_ms > latest_unix_ms) {
    return absl::OkStatus();
  }
  if (!sandbox->user_deleted) {
    const std::string user_id(sandbox->user_id);
    absl::StatusOr<UserFields> user = ReadUser(user_id);
    if (!user.ok()) return user.status();
    if (!user->counted_by_events) return Disagree(user_id);
    ++user->dropped;
    record_.clear();
    model::EncodeUser(*user, &record_);
    absl::Status status = writer_->PutStamped(List::kUsers, user_id, record_).status();
    if (!status.ok()) return status;
  }
  changed_ = true;
  return writer_->Delete(List::kSandboxes, sandbox_id).status();
}

}  // namespace muster::commit
