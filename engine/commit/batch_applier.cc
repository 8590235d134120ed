#include "commit/batch_applier.h"

#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "commit/recount.h"
#include "model/record.h"
#include "model/rules.h"
#include "model/text.h"

namespace muster::commit {
namespace {

using model::Concat;

std::string_view Kind(List list) {
  switch (list) {
    case List::kShapes:
      return "shape";
    case List::kRootfs:
      return "rootfs";
    case List::kHosts:
      return "host";
    case List::kUsers:
      return "user";
    case List::kApiKeys:
      return "API key";
    case List::kSandboxes:
      return "sandbox";
  }
  return "";
}

// The keys that a kSetApiKeys names.
std::vector<std::string_view> KeysOf(const WriteBatch::Rep& batch, const Change& change) {
  std::string_view value = change.value;
  uint64_t first = 0, count = 0;
  model::GetVarint(&value, &first);
  model::GetVarint(&value, &count);
  std::vector<std::string_view> api_keys;
  for (uint64_t i = 0; i < count; ++i) api_keys.push_back(batch.secret(first + i));
  return api_keys;
}

// A time that stands alone in a change, 0 where there is none.
int64_t TimeIn(std::string_view value) {
  uint64_t unix_ms = 0;
  model::GetVarint(&value, &unix_ms);
  return static_cast<int64_t>(unix_ms);
}

// The fault that a kFaultyEvent keeps.
absl::Status FaultOf(const Change& change) {
  const std::string_view message = change.value.substr(1);
  return absl::Status(static_cast<absl::StatusCode>(change.value[0]),
                      absl::string_view(message.data(), message.size()));
}

absl::Status AtPlace(std::string_view place, const absl::Status& fault) {
  return absl::Status(fault.code(), Concat(place, ": ", model::Message(fault)));
}

// Decodes, changes and encodes a record.
template <typename Entry, typename Change>
absl::StatusOr<std::string> Rewrite(absl::StatusOr<Entry> entry,
                                    void (*encode)(const Entry&, std::string*),
                                    const Change& change) {
  if (!entry.ok()) return entry.status();
  change(*entry);
  std::string record;
  encode(*entry, &record);
  return record;
}

}  // namespace

BatchApplier::BatchApplier(WriteTransaction& txn, store::Meta* meta, store::PendingLog* log,
                           ChangedIdentities* identities, const HostClock* clock)
    : txn_(txn),
      meta_(*meta),
      writer_(&txn, meta,
              [this, log, identities](List list, std::string_view key, bool deleted) {
                // Sandboxes are told of by the users whose counts they change.
                if (list == List::kSandboxes) return absl::OkStatus();
                identities->Add(list, key);
                log->Append(meta_.version + 1, list, key, deleted);
                return absl::OkStatus();
              }),
      keys_(txn, *meta, &writer_),
      ledger_(txn, &writer_),
      host_times_(clock, &txn, &writer_) {}

absl::Status BatchApplier::Apply(const WriteBatch::Rep& batch, ApplyReport* report) {
  report_ = report;
  absl::Status status = CheckRequirements(batch);
  return status.ok() ? ApplyChanges(batch) : status;
}

absl::Status BatchApplier::ApplyChanges(const WriteBatch::Rep& batch) {
  for (List list : {List::kShapes, List::kRootfs, List::kHosts, List::kUsers}) {
    if (!batch.replaces(list)) continue;
    if (absl::Status status = RemoveWhatIsNotPut(batch, list); !status.ok()) return status;
  }
  if (absl::Status status = ReleaseKeys(batch); !status.ok()) return status;
  std::string_view rest = batch.changes();
  Change change;
  while (WriteBatch::Rep::Next(&rest, &change)) {
    const bool is_event =
        change.kind == ChangeKind::kRecordSandbox || change.kind == ChangeKind::kFaultyEvent;
    absl::Status status = is_event ? absl::OkStatus() : ledger_.Flush();
    if (status.ok()) status = ApplyChange(batch, change);
    if (!status.ok()) return status;
  }
  return ledger_.Flush();
}

absl::Status BatchApplier::ApplyChange(const WriteBatch::Rep& batch, const Change& change) {
  switch (change.kind) {
    case ChangeKind::kPut:
      if (change.list == List::kRootfs) return PutRootfs(change.key, change.value);
      if (change.list == List::kHosts) return PutHost(change.key, change.value);
      if (change.list == List::kUsers) return PutUser(change.key, change.value);
      return Put(change.list, change.key, change.value);
    case ChangeKind::kDelete:
      if (change.list == List::kUsers) {
        return DeleteUsers({change.key}, TimeIn(change.value));
      }
      return Delete(change.list, change.key);
    case ChangeKind::kSetDisabled:
      return SetDisabled(change.list, change.key, change.value == std::string_view("\1", 1));
    case ChangeKind::kSetHostStatus:
      return SetHostStatus(change.key, static_cast<HostStatus>(change.value[0]));
    case ChangeKind::kSetDefault:
      return SetDefault(change.key);
    case ChangeKind::kSetStats:
      return SetStats(change.key, change.value);
    case ChangeKind::kRequireVersion:
      return absl::OkStatus();  // CheckRequirements() has looked
    case ChangeKind::kSetApiKeys:
    case ChangeKind::kAddApiKey:
    case ChangeKind::kRevokeApiKey:
      return ApplyKeyChange(batch, change);
    case ChangeKind::kRecordSandbox:
    case ChangeKind::kFaultyEvent:
      return RecordSandbox(batch, change);
    case ChangeKind::kDropSandbox:
      return ledger_.Drop(change.key, TimeIn(change.value));
    case ChangeKind::kRecount:
      return SetCountsRight(batch.recount_report());
    case ChangeKind::kHeartbeat:
      return Heartbeat(change);
    case ChangeKind::kMarkSilent:
      return MarkSilent(change);
  }
  return absl::InternalError("a batch holds a change of an unknown kind");
}

absl::Status BatchApplier::Put(List list, std::string_view key, std::string_view record) {
  absl::StatusOr<bool> changed = writer_.PutStamped(list, key, record);
  if (!changed.ok()) return changed.status();
  changed_ |= *changed;
  return absl::OkStatus();
}

absl::Status BatchApplier::Delete(List list, std::string_view key) {
  absl::StatusOr<bool> changed = writer_.Delete(list, key);
  if (!changed.ok()) return changed.status();
  changed_ |= *changed;
  return *changed && list == List::kHosts ? host_times_.Forget(key) : absl::OkStatus();
}

absl::Status BatchApplier::CheckRequirements(const WriteBatch::Rep& batch) {
  if (!batch.requires_any()) return absl::OkStatus();
  std::string_view rest = batch.changes();
  Change change;
  absl::Status status;
  while (status.ok() && WriteBatch::Rep::Next(&rest, &change)) {
    if (change.kind == ChangeKind::kRequireVersion) status = CheckRequirement(change);
  }
  return status;
}

absl::Status BatchApplier::CheckRequirement(const Change& change) {
  std::string_view value = change.value;
  uint64_t wanted = 0, found = 0;
  model::GetVarint(&value, &wanted);
  std::string what;
  if (change.key.empty()) {
    found = meta_.list(change.list).version;
    what = Concat("the list ", ListName(change.list));
  } else {
    auto record = store::GetRecord(txn_, change.list, change.key);
    if (!record.ok()) return record.status();
    if (record->has_value()) found = model::StampOf(**record);
    what = Concat("the ", Kind(change.list), " ", model::Printable(change.key));
  }
  if (found == wanted) return absl::OkStatus();
  if (found == 0) return absl::AbortedError(Concat(what, " is not there: read it again"));
  if (wanted == 0) return absl::AbortedError(Concat(what, " is there already: read it again"));
  return absl::AbortedError(Concat(what, " is of version ", std::to_string(found), ", not ",
                                   std::to_string(wanted), ": read it again"));
}

absl::StatusOr<std::string> BatchApplier::Existing(List list, std::string_view id) {
  auto record = store::GetRecord(txn_, list, id);
  if (!record.ok()) return record.status();
  if (!record->has_value()) {
    return absl::NotFoundError(Concat("unknown ", Kind(list), ": ", model::Printable(id)));
  }
  return std::string(**record);
}

absl::Status BatchApplier::PutRootfs(std::string_view name, std::string_view record) {
  absl::StatusOr<Rootfs> rootfs = model::DecodeRootfs(name, record);
  if (!rootfs.ok()) return rootfs.status();
  if (rootfs->is_default) {
    if (absl::Status status = TakeDefaultMarkFromOthers(name); !status.ok()) return status;
  }
  return Put(List::kRootfs, name, record);
}

absl::Status BatchApplier::PutHost(std::string_view id, std::string_view record) {
  bool is_new = false;
  std::string silent;
  absl::StatusOr<bool> changed = writer_.PutStamped(
      List::kHosts, id, [&](std::optional<std::string_view> old) -> std::string_view {
        is_new = !old.has_value();
        if (is_new || !model::IsSilentHost(*old)) return record;
        // It has still not been heard of.
        silent = record;
        model::SetHostSilent(&silent, true);
        return silent;
      });
  if (!changed.ok()) return changed.status();
  changed_ |= *changed;
  return is_new ? host_times_.Note(id) : absl::OkStatus();
}

absl::Status BatchApplier::Heartbeat(const Change& change) {
  const size_t index = heartbeats_++;
  absl::StatusOr<std::string> record = Existing(List::kHosts, change.key);
  if (absl::IsNotFound(record.status())) {
    report_->skipped.push_back({SkippedChange::Kind::kHeartbeat, index, record.status()});
    return absl::OkStatus();
  }
  if (!record.ok()) return record.status();
  std::string_view value = change.value;
  uint64_t free_mib = 0, vm_count = 0;
  model::GetVarint(&value, &free_mib);
  model::GetVarint(&value, &vm_count);
  std::string reported;
  absl::StatusOr<bool> differs = model::ReportHost(*record, static_cast<int64_t>(free_mib),
                                                   static_cast<int64_t>(vm_count), &reported);
  if (!differs.ok()) return differs.status();
  absl::Status status = *differs ? Put(List::kHosts, change.key, reported) : absl::OkStatus();
  return status.ok() ? host_times_.Note(change.key) : status;
}

absl::Status BatchApplier::MarkSilent(const Change& change) {
  std::string_view value = change.value;
  uint64_t heard_ms = 0;
  model::GetVarint(&value, &heard_ms);
  auto existing = store::GetRecord(txn_, List::kHosts, change.key);
  if (!existing.ok()) return existing.status();
  if (!existing->has_value() || model::IsSilentHost(**existing)) return absl::OkStatus();
  std::string record(**existing);
  absl::StatusOr<bool> heard =
      host_times_.HeardAfter(change.key, static_cast<int64_t>(heard_ms));
  if (!heard.ok()) return heard.status();
  if (*heard) return absl::OkStatus();
  model::SetHostSilent(&record, true);
  return Put(List::kHosts, change.key, record);
}

absl::Status BatchApplier::PutUser(std::string_view id, std::string_view record) {
  const std::string place = Concat("/users/", std::to_string(users_put_++), "/stats");
  auto existing = store::GetRecord(txn_, List::kUsers, id);
  if (!existing.ok()) return existing.status();
  if (!record.empty()) return PutStats(id, *existing, record, place);
  if (existing->has_value()) return absl::OkStatus();
  std::string zeros;
  model::EncodeUser(UserStats{}, &zeros);
  return Put(List::kUsers, id, zeros);
}

absl::Status BatchApplier::SetDisabled(List list, std::string_view id, bool disabled) {
  absl::StatusOr<std::string> record = Existing(list, id);
  if (!record.ok()) return record.status();
  const auto set = [&](auto& entry) { entry.disabled = disabled; };
  absl::StatusOr<std::string> changed;
  if (list == List::kShapes) {
    changed = Rewrite(model::DecodeShape(id, *record), model::EncodeShape, set);
  } else if (list == List::kRootfs) {
    changed = Rewrite(model::DecodeRootfs(id, *record), model::EncodeRootfs, set);
  } else {
    changed = Rewrite(model::DecodeHost(id, *record), model::EncodeHost, set);
  }
  return changed.ok() ? Put(list, id, *changed) : changed.status();
}

absl::Status BatchApplier::SetHostStatus(std::string_view id, HostStatus status) {
  absl::StatusOr<std::string> record = Existing(List::kHosts, id);
  if (!record.ok()) return record.status();
  absl::StatusOr<std::string> changed =
      Rewrite(model::DecodeHost(id, *record), model::EncodeHost,
              [&](Host& host) { host.status = status; });
  return changed.ok() ? Put(List::kHosts, id, *changed) : changed.status();
}

absl::Status BatchApplier::SetDefault(std::string_view name) {
  absl::StatusOr<std::string> record = Existing(List::kRootfs, name);
  if (!record.ok()) return record.status();
  if (absl::Status status = TakeDefaultMarkFromOthers(name); !status.ok()) return status;
  absl::StatusOr<std::string> changed =
      Rewrite(model::DecodeRootfs(name, *record), model::EncodeRootfs,
              [](Rootfs& rootfs) { rootfs.is_default = true; });
  return changed.ok() ? Put(List::kRootfs, name, *changed) : changed.status();
}

absl::Status BatchApplier::TakeDefaultMarkFromOthers(std::string_view name) {
  std::vector<Rootfs> marked;
  absl::Status scanned =
      store::ScanTable(txn_, Table::kRootfs, {},
                       [&](std::string_view key, std::string_view record) -> absl::Status {
                         absl::StatusOr<Rootfs> rootfs = model::DecodeRootfs(key, record);
                         if (!rootfs.ok()) return rootfs.status();
                         if (rootfs->is_default && key != name)
                           marked.push_back(*std::move(rootfs));
                         return absl::OkStatus();
                       });
  if (!scanned.ok()) return scanned;
  for (Rootfs& rootfs : marked) {
    rootfs.is_default = false;
    std::string record;
    model::EncodeRootfs(rootfs, &record);
    absl::Status status = Put(List::kRootfs, rootfs.name, record);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status BatchApplier::SetStats(std::string_view user_id, std::string_view record) {
  absl::StatusOr<std::string> existing = Existing(List::kUsers, user_id);
  if (!existing.ok()) return existing.status();
  return PutStats(user_id, *existing, record,
                  Concat("/users/", model::Printable(user_id), "/stats"));
}

absl::Status BatchApplier::PutStats(std::string_view user_id,
                                    std::optional<std::string_view> existing,
                                    std::string_view record, std::string_view place) {
  if (existing) {
    absl::StatusOr<model::UserFields> user = model::ReadUser(*existing);
    if (!user.ok()) return user.status();
    if (user->counted_by_events) {
      absl::StatusOr<UserStats> stats = model::DecodeUser(record);
      if (!stats.ok() || *stats == user->stats) return stats.status();
      return absl::FailedPreconditionError(
          Concat(place, ": must be left out, or as they are: the counts of user ",
                 model::Printable(user_id), " come from sandbox events"));
    }
  }
  return Put(List::kUsers, user_id, record);
}

absl::Status BatchApplier::DeleteUsers(const std::vector<std::string_view>& user_ids,
                                       int64_t with_sandboxes_unix_ms) {
  absl::Status status;
  if (with_sandboxes_unix_ms != 0) {
    status = ledger_.EndAllOf(user_ids, with_sandboxes_unix_ms);
  }
  for (std::string_view user_id : user_ids) {
    if (status.ok() && with_sandboxes_unix_ms == 0) status = ledger_.CheckOwnsNone(user_id);
    if (status.ok()) status = keys_.RemoveAllOf(user_id);
    if (status.ok()) status = Delete(List::kUsers, user_id);
    if (!status.ok()) return status;
  }
  return status;
}

absl::Status BatchApplier::RecordSandbox(const WriteBatch::Rep& batch, const Change& change) {
  const size_t index = events_++;
  absl::Status fault;
  if (change.kind == ChangeKind::kFaultyEvent) {
    fault = FaultOf(change);
  } else {
    absl::Status status = ledger_.Record(change.key, change.value, &fault);
    if (!status.ok() || fault.ok()) return status;
    fault = AtPlace(Concat("/sandbox_events/", std::to_string(index)), fault);
  }
  if (!batch.skips_faulty_events()) return fault;
  report_->skipped.push_back({SkippedChange::Kind::kSandboxEvent, index, std::move(fault)});
  return absl::OkStatus();
}

absl::Status BatchApplier::SetCountsRight(RecountReport* report) {
  absl::StatusOr<RecountReport> found = Recount(txn_, meta_);
  if (!found.ok()) return found.status();
  absl::Status status = Repair(txn_, &writer_, &*found);
  changed_ = changed_ || !found->miscounts.empty();
  if (status.ok() && report != nullptr) *report = *std::move(found);
  return status;
}

absl::Status BatchApplier::ApplyKeyChange(const WriteBatch::Rep& batch, const Change& change) {
  std::string_view value = change.value;
  uint64_t first = 0, second = 0;
  if (change.kind == ChangeKind::kRevokeApiKey) {
    model::GetVarint(&value, &first);
    if (change.key.empty()) return keys_.RevokeByKey(batch.secret(first));
    absl::Status status = keys_.RevokeById(change.key);
    if (absl::IsNotFound(status) && keys_.RevokeByKey(batch.secret(first)).ok()) {
      return absl::OkStatus();
    }
    return status;
  }
  model::GetVarint(&value, &first);
  model::GetVarint(&value, &second);
  if (change.kind == ChangeKind::kSetApiKeys) {
    uint64_t created_unix_ms = 0;
    model::GetVarint(&value, &created_unix_ms);
    return keys_.SetAll(change.key, KeysOf(batch, change),
                        static_cast<int64_t>(created_unix_ms),
                        Concat("/users/", std::to_string(users_put_ - 1), "/api_keys"));
  }
  absl::StatusOr<std::string> user = Existing(List::kUsers, change.key);
  if (!user.ok()) return user.status();
  return keys_.Add(change.key, batch.secret(first), value, static_cast<int64_t>(second),
                   Concat("/api_keys/", std::to_string(keys_added_++)));
}

absl::Status BatchApplier::RemoveWhatIsNotPut(const WriteBatch::Rep& batch, List list) {
  absl::flat_hash_set<std::string_view> put;
  std::string_view rest = batch.changes();
  Change change;
  while (WriteBatch::Rep::Next(&rest, &change)) {
    if (change.kind == ChangeKind::kPut && change.list == list) put.insert(change.key);
  }
  std::vector<std::string> others;
  absl::Status status =
      txn_.Scan(store::TableOf(list), {}, [&](std::string_view key, std::string_view) {
        if (!put.contains(key)) others.emplace_back(key);
        return true;
      });
  if (status.ok() && list == List::kUsers) {
    return DeleteUsers({others.begin(), others.end()}, batch.replaced_with_sandboxes_unix_ms());
  }
  for (const std::string& key : others) {
    if (status.ok()) status = Delete(list, key);
  }
  return status;
}

absl::Status BatchApplier::ReleaseKeys(const WriteBatch::Rep& batch) {
  std::string_view rest = batch.changes();
  Change change;
  while (WriteBatch::Rep::Next(&rest, &change)) {
    if (change.kind != ChangeKind::kSetApiKeys) continue;
    absl::Status status = keys_.RemoveAllBut(change.key, KeysOf(batch, change));
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace muster::commit
