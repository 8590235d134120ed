#include "commit/batch_rep.h"

#include <sodium.h>

#include "model/record.h"
#include "model/text.h"

namespace muster {

void WriteBatch::Rep::Add(ChangeKind kind, List list, std::string_view key,
                          std::string_view value) {
  changes_.push_back(static_cast<char>(kind));
  changes_.push_back(static_cast<char>(list));
  model::PutText(key, &changes_);
  model::PutText(value, &changes_);
  ++size_;
  requires_any_ |= kind == ChangeKind::kRequireVersion;
  if (kind == ChangeKind::kPut || kind == ChangeKind::kAddApiKey ||
      kind == ChangeKind::kRecordSandbox || kind == ChangeKind::kFaultyEvent) {
    ++puts_[static_cast<size_t>(list)];
  }
  if (kind == ChangeKind::kHeartbeat) ++heartbeats_;
}

size_t WriteBatch::Rep::AddSecret(std::string_view api_key) {
  secrets_.emplace_back(api_key);
  return secrets_.size() - 1;
}

bool WriteBatch::Rep::Check(const absl::Status& status) {
  if (status_.ok()) status_ = status;
  return status.ok();
}

std::string WriteBatch::Rep::NextPlace(List list) const {
  return model::Concat("/", ListName(list), "/",
                       std::to_string(puts_[static_cast<size_t>(list)]));
}

std::string WriteBatch::Rep::NextKeyPlace() const { return NextPlace(List::kApiKeys); }

std::string WriteBatch::Rep::NextEventPlace() const {
  return model::Concat("/sandbox_events/", std::to_string(event_count()));
}

std::string WriteBatch::Rep::NextHeartbeatPlace() const {
  return model::Concat("/heartbeats/", std::to_string(heartbeats_));
}

bool WriteBatch::Rep::replaces_any() const {
  for (bool replaces : replaces_) {
    if (replaces) return true;
  }
  return false;
}

void WriteBatch::Rep::Clear() {
  WipeSecrets();
  changes_.clear();
  replaces_.fill(false);
  puts_.fill(0);
  replaced_with_sandboxes_unix_ms_ = 0;
  skips_faulty_events_ = false;
  recount_report_ = nullptr;
  heartbeats_ = 0;
  size_ = 0;
  requires_any_ = false;
  status_ = absl::OkStatus();
}

bool WriteBatch::Rep::Next(std::string_view* rest, Change* change) {
  if (rest->size() < 2) return false;
  change->kind = static_cast<ChangeKind>((*rest)[0]);
  change->list = static_cast<List>((*rest)[1]);
  rest->remove_prefix(2);
  return model::GetText(rest, &change->key) && model::GetText(rest, &change->value);
}

void WriteBatch::Rep::WipeSecrets() {
  for (std::string& secret : secrets_) sodium_memzero(secret.data(), secret.size());
  secrets_.clear();
}

}  // namespace muster
