#include "muster/write_batch.h"

#include <sodium.h>

#include <chrono>
#include <utility>

#include "commit/batch_rep.h"
#include "identity/api_key.h"
#include "model/record.h"
#include "model/rules.h"
#include "model/text.h"

namespace muster {
namespace {

using model::Concat;
using model::Fault;

// An id that a change names without putting it.
absl::Status CheckId(List list, std::string_view id) {
  if (model::IsName(id)) return absl::OkStatus();
  return Fault(Concat("/", ListName(list), "/", model::Printable(id)), model::kNameSentence);
}

int64_t NowUnixMs() {
  using std::chrono::system_clock;
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             system_clock::now().time_since_epoch())
      .count();
}

bool HasDisabled(List list) {
  return list == List::kShapes || list == List::kRootfs || list == List::kHosts;
}
bool HasEntries(List list) { return HasDisabled(list) || list == List::kUsers; }

}  // namespace

WriteBatch::WriteBatch() : rep_(std::make_unique<Rep>()) {}
WriteBatch::~WriteBatch() = default;
WriteBatch::WriteBatch(WriteBatch&& other) noexcept = default;
WriteBatch& WriteBatch::operator=(WriteBatch&& other) noexcept = default;

void WriteBatch::PutShape(const Shape& shape) {
  if (!rep_->Check(model::Validate(shape, rep_->NextPlace(List::kShapes)))) return;
  std::string record;
  model::EncodeShape(shape, &record);
  rep_->Add(ChangeKind::kPut, List::kShapes, shape.id, record);
}

void WriteBatch::PutRootfs(const Rootfs& rootfs) {
  if (!rep_->Check(model::Validate(rootfs, rep_->NextPlace(List::kRootfs)))) return;
  std::string record;
  model::EncodeRootfs(rootfs, &record);
  rep_->Add(ChangeKind::kPut, List::kRootfs, rootfs.name, record);
}

void WriteBatch::PutHost(const Host& host) {
  if (!rep_->Check(model::Validate(host, rep_->NextPlace(List::kHosts)))) return;
  std::string record;
  model::EncodeHost(host, &record);
  model::SetHostSilent(&record, false);
  rep_->Add(ChangeKind::kPut, List::kHosts, host.id, record);
}

void WriteBatch::PutUser(const User& user) {
  if (!rep_->Check(model::Validate(user, rep_->NextPlace(List::kUsers)))) return;
  std::string record;
  if (user.stats) model::EncodeUser(*user.stats, &record);
  rep_->Add(ChangeKind::kPut, List::kUsers, user.id, record);
  if (!user.api_keys) return;
  std::string keys;
  size_t first = 0;
  for (size_t i = 0; i < user.api_keys->size(); ++i) {
    const size_t number = rep_->AddSecret((*user.api_keys)[i]);
    if (i == 0) first = number;
  }
  model::PutVarint(first, &keys);
  model::PutVarint(user.api_keys->size(), &keys);
  model::PutVarint(static_cast<uint64_t>(NowUnixMs()), &keys);
  rep_->Add(ChangeKind::kSetApiKeys, List::kUsers, user.id, keys);
}

void WriteBatch::DeleteShape(std::string_view id) {
  if (!rep_->Check(CheckId(List::kShapes, id))) return;
  rep_->Add(ChangeKind::kDelete, List::kShapes, id, {});
}

void WriteBatch::DeleteRootfs(std::string_view name) {
  if (!rep_->Check(CheckId(List::kRootfs, name))) return;
  rep_->Add(ChangeKind::kDelete, List::kRootfs, name, {});
}

void WriteBatch::DeleteHost(std::string_view id) {
  if (!rep_->Check(CheckId(List::kHosts, id))) return;
  rep_->Add(ChangeKind::kDelete, List::kHosts, id, {});
}

void WriteBatch::DeleteUser(std::string_view id, OwnedSandboxes sandboxes) {
  if (!rep_->Check(CheckId(List::kUsers, id))) return;
  std::string deleted_unix_ms;
  if (sandboxes == OwnedSandboxes::kDelete) {
    model::PutVarint(static_cast<uint64_t>(NowUnixMs()), &deleted_unix_ms);
  }
  rep_->Add(ChangeKind::kDelete, List::kUsers, id, deleted_unix_ms);
}

void WriteBatch::Replace(List list, OwnedSandboxes sandboxes) {
  if (list == List::kSandboxes) {
    rep_->Check(Fault("/sandboxes", "cannot be replaced as a list: record events"));
    return;
  }
  if (!HasEntries(list)) {
    rep_->Check(absl::InvalidArgumentError(
        "/api_keys: cannot be replaced as a list: put users with their keys"));
    return;
  }
  rep_->set_replaces(list);
  if (list == List::kUsers && sandboxes == OwnedSandboxes::kDelete) {
    rep_->replace_with_sandboxes(NowUnixMs());
  }
}

void WriteBatch::SetDisabled(List list, std::string_view id, bool disabled) {
  if (!HasDisabled(list)) {
    rep_->Check(Fault(Concat("/", ListName(list)), "has no entries that can be disabled"));
    return;
  }
  if (!rep_->Check(CheckId(list, id))) return;
  rep_->Add(ChangeKind::kSetDisabled, list, id, std::string_view(disabled ? "\1" : "\0", 1));
}

void WriteBatch::SetHostStatus(std::string_view id, HostStatus status) {
  if (!rep_->Check(CheckId(List::kHosts, id))) return;
  if (HostStatusName(status).empty()) {
    rep_->Check(
        Fault(Concat("/hosts/", model::Printable(id), "/status"), model::kStatusSentence));
    return;
  }
  const char byte = static_cast<char>(status);
  rep_->Add(ChangeKind::kSetHostStatus, List::kHosts, id, std::string_view(&byte, 1));
}

void WriteBatch::Heartbeat(std::string_view host_id, int64_t free_mib, int64_t vm_count) {
  // The place is only put together where it is needed: a fleet beats often.
  if (!model::ValidateHeartbeat(host_id, free_mib, vm_count, {}).ok()) {
    rep_->Check(
        model::ValidateHeartbeat(host_id, free_mib, vm_count, rep_->NextHeartbeatPlace()));
    return;
  }
  std::string value;
  model::PutVarint(static_cast<uint64_t>(free_mib), &value);
  model::PutVarint(static_cast<uint64_t>(vm_count), &value);
  rep_->Add(ChangeKind::kHeartbeat, List::kHosts, host_id, value);
}

void WriteBatch::SetDefaultRootfs(std::string_view name) {
  if (!rep_->Check(CheckId(List::kRootfs, name))) return;
  rep_->Add(ChangeKind::kSetDefault, List::kRootfs, name, {});
}

void WriteBatch::SetUserStats(std::string_view user_id, const UserStats& stats) {
  if (!rep_->Check(CheckId(List::kUsers, user_id))) return;
  const std::string place = Concat("/users/", model::Printable(user_id), "/stats");
  if (!rep_->Check(model::Validate(stats, place))) return;
  std::string record;
  model::EncodeUser(stats, &record);
  rep_->Add(ChangeKind::kSetStats, List::kUsers, user_id, record);
}

void WriteBatch::RecordSandbox(const SandboxEvent& event) {
  absl::Status fault = model::Validate(event, rep_->NextEventPlace());
  if (!fault.ok() && rep_->skips_faulty_events()) {
    std::string why(1, static_cast<char>(fault.code()));
    why.append(model::Message(fault));
    rep_->Add(ChangeKind::kFaultyEvent, List::kSandboxes, {}, why);
    return;
  }
  if (!rep_->Check(fault)) return;
  // Another process that gets this batch has to come to the same record.
  const int64_t ended_unix_ms = model::IsTerminal(event.status) ? NowUnixMs() : 0;
  const model::SandboxFields sandbox{event.status, false, event.user_id, event.sequence,
                                     ended_unix_ms};
  std::string record;
  model::EncodeSandbox(sandbox, &record);
  rep_->Add(ChangeKind::kRecordSandbox, List::kSandboxes, event.sandbox_id, record);
}

void WriteBatch::SkipFaultyEvents() { rep_->skip_faulty_events(); }

std::string WriteBatch::CreateApiKey(std::string_view user_id, std::string_view label) {
  std::string key = identity::NewApiKey();
  if (key.empty()) {
    rep_->Check(absl::UnavailableError("the system gives no random numbers"));
    return key;
  }
  AddApiKey(user_id, key, label);
  if (!rep_->status().ok()) key.clear();
  return key;
}

void WriteBatch::AddApiKey(std::string_view user_id, std::string_view api_key,
                           std::string_view label) {
  if (!rep_->Check(CheckId(List::kUsers, user_id))) return;
  const std::string place = rep_->NextKeyPlace();
  if (!model::IsApiKey(api_key)) {
    rep_->Check(Fault(place, model::kApiKeySentence));
    return;
  }
  if (!model::IsLabel(label)) {
    rep_->Check(Fault(Concat(place, "/label"), model::kLabelSentence));
    return;
  }
  std::string value;
  model::PutVarint(rep_->AddSecret(api_key), &value);
  model::PutVarint(static_cast<uint64_t>(NowUnixMs()), &value);
  value.append(label);
  rep_->Add(ChangeKind::kAddApiKey, List::kApiKeys, user_id, value);
}

void WriteBatch::RevokeApiKey(std::string_view id_or_key) {
  if (identity::IsApiKeyId(id_or_key)) {
    // A key made elsewhere may look like an id: it is the second guess.
    std::string value;
    model::PutVarint(rep_->AddSecret(id_or_key), &value);
    rep_->Add(ChangeKind::kRevokeApiKey, List::kApiKeys, id_or_key, value);
    return;
  }
  if (!model::IsApiKey(id_or_key)) {
    rep_->Check(absl::InvalidArgumentError(
        "/api_keys: name a key by its id, \"key_\" and 32 hex digits, or by the key itself"));
    return;
  }
  std::string value;
  model::PutVarint(rep_->AddSecret(id_or_key), &value);
  rep_->Add(ChangeKind::kRevokeApiKey, List::kApiKeys, {}, value);
}

void WriteBatch::RequireVersion(List list, uint64_t version) {
  if (!HasDisabled(list)) {
    rep_->Check(Fault(Concat("/", ListName(list)), "has no version of its own"));
    return;
  }
  std::string value;
  model::PutVarint(version, &value);
  rep_->Add(ChangeKind::kRequireVersion, list, {}, value);
}

void WriteBatch::RequireVersion(List list, std::string_view id, uint64_t version) {
  if (!HasEntries(list)) {
    rep_->Check(Fault(Concat("/", ListName(list)), "has no entries with versions"));
    return;
  }
  if (!rep_->Check(CheckId(list, id))) return;
  std::string value;
  model::PutVarint(version, &value);
  rep_->Add(ChangeKind::kRequireVersion, list, id, value);
}

void WriteBatch::Invalidate(const absl::Status& fault) { rep_->Check(fault); }
const absl::Status& WriteBatch::status() const { return rep_->status(); }
size_t WriteBatch::size() const { return rep_->size(); }
bool WriteBatch::empty() const { return size() == 0 && !rep_->replaces_any(); }
void WriteBatch::Clear() { rep_->Clear(); }

}  // namespace muster
