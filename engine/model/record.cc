#include "model/record.h"

#include <optional>
#include <utility>

namespace muster::model {
namespace {

constexpr char kForm = 1;
constexpr char kStampedForm = 2;  // the same, and at the end the version, little-endian
constexpr size_t kStampBytes = 8;

bool IsStamped(std::string_view record) {
  return record.size() > kStampBytes && record[0] == kStampedForm;
}

// What follows the form's byte, without the stamp.
std::string_view BodyOf(std::string_view record) {
  if (record.empty()) return record;
  return record.substr(1, record.size() - 1 - (IsStamped(record) ? kStampBytes : 0));
}

// Bits of the flags byte; each kind of record uses those that it needs.
constexpr uint8_t kDisabled = 1;
constexpr uint8_t kHasQuota = 2;
constexpr uint8_t kDeprecated = 2;
constexpr uint8_t kDefault = 4;
constexpr int kStatusShift = 1;  // two bits
constexpr uint8_t kCountedByEvents = 1;
constexpr uint8_t kSandboxStatusBits = 15;
constexpr uint8_t kUserDeleted = 16;
constexpr uint8_t kHasEnded = 32;
constexpr uint8_t kSilent = 8;

void PutHead(uint8_t flags, std::string* out) {
  out->push_back(kForm);
  out->push_back(static_cast<char>(flags));
}

void PutInteger(int64_t value, std::string* out) {
  PutVarint(static_cast<uint64_t>(value), out);
}

// Takes fields off a record; once one is missing, all later ones are too.
class FieldReader {
 public:
  explicit FieldReader(std::string_view record) : rest_(BodyOf(record)) {
    if (rest_.empty() || (record[0] != kForm && !IsStamped(record))) {
      ok_ = false;
      return;
    }
    version_ = StampOf(record);
    flags_ = static_cast<uint8_t>(rest_[0]);
    rest_.remove_prefix(1);
  }

  uint64_t version() const { return version_; }

  bool flag(uint8_t bit) const { return (flags_ & bit) != 0; }
  uint8_t flags() const { return flags_; }

  int64_t Integer() {
    uint64_t value = 0;
    ok_ = ok_ && GetVarint(&rest_, &value);
    return static_cast<int64_t>(value);
  }

  std::string_view TextInPlace() {
    std::string_view text;
    ok_ = ok_ && GetText(&rest_, &text);
    return text;
  }
  std::string Text() { return std::string(TextInPlace()); }

  bool ok() const { return ok_; }
  std::string_view rest() const { return rest_; }

  // DataLoss unless every byte was a field.
  template <typename T>
  absl::StatusOr<T> Finish(T entry) const {
    if (!ok_ || !rest_.empty()) return absl::DataLossError("a record is damaged");
    return entry;
  }

 private:
  std::string_view rest_;
  uint64_t version_ = 0;
  uint8_t flags_ = 0;
  bool ok_ = true;
};

}  // namespace

void Stamp(std::string_view record, uint64_t version, std::string* out) {
  out->assign(1, kStampedForm);
  out->append(BodyOf(record));
  for (size_t i = 0; i < kStampBytes; ++i) {
    out->push_back(static_cast<char>(version >> (8 * i)));
  }
}

uint64_t StampOf(std::string_view record) {
  if (!IsStamped(record)) return 1;
  uint64_t version = 0;
  for (size_t i = 0; i < kStampBytes; ++i) {
    const auto byte = static_cast<uint8_t>(record[record.size() - kStampBytes + i]);
    version |= static_cast<uint64_t>(byte) << (8 * i);
  }
  return version;
}

bool EqualsButForStamp(std::string_view a, std::string_view b) {
  return a.empty() == b.empty() && BodyOf(a) == BodyOf(b);
}

void PutVarint(uint64_t value, std::string* out) {
  while (value >= 0x80) {
    out->push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out->push_back(static_cast<char>(value));
}

void PutText(std::string_view text, std::string* out) {
  PutVarint(text.size(), out);
  out->append(text);
}

bool GetVarint(std::string_view* in, uint64_t* value) {
  *value = 0;
  for (int shift = 0; shift < 64 && !in->empty(); shift += 7) {
    const uint8_t byte = static_cast<uint8_t>(in->front());
    in->remove_prefix(1);
    *value |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

bool GetText(std::string_view* in, std::string_view* text) {
  uint64_t size = 0;
  if (!GetVarint(in, &size) || size > in->size()) return false;
  *text = in->substr(0, size);
  in->remove_prefix(size);
  return true;
}

void EncodeShape(const Shape& shape, std::string* out) {
  PutHead((shape.disabled ? kDisabled : 0) | (shape.cpu_quota_pct ? kHasQuota : 0), out);
  PutInteger(shape.vcpu, out);
  PutInteger(shape.mem_mib, out);
  PutInteger(shape.default_disk_mib, out);
  if (shape.cpu_quota_pct) PutInteger(*shape.cpu_quota_pct, out);
}

absl::StatusOr<Shape> DecodeShape(std::string_view id, std::string_view record) {
  FieldReader in(record);
  Shape shape;
  shape.id = std::string(id);
  shape.version = in.version();
  shape.disabled = in.flag(kDisabled);
  shape.vcpu = in.Integer();
  shape.mem_mib = in.Integer();
  shape.default_disk_mib = in.Integer();
  if (in.flag(kHasQuota)) shape.cpu_quota_pct = in.Integer();
  return in.Finish(std::move(shape));
}

void EncodeRootfs(const Rootfs& rootfs, std::string* out) {
  PutHead((rootfs.disabled ? kDisabled : 0) | (rootfs.deprecated ? kDeprecated : 0) |
              (rootfs.is_default ? kDefault : 0),
          out);
  PutText(rootfs.description, out);
  PutText(rootfs.successor, out);
}

absl::StatusOr<Rootfs> DecodeRootfs(std::string_view name, std::string_view record) {
  FieldReader in(record);
  Rootfs rootfs;
  rootfs.name = std::string(name);
  rootfs.version = in.version();
  rootfs.disabled = in.flag(kDisabled);
  rootfs.deprecated = in.flag(kDeprecated);
  rootfs.is_default = in.flag(kDefault);
  rootfs.description = in.Text();
  rootfs.successor = in.Text();
  return in.Finish(std::move(rootfs));
}

void EncodeHost(const Host& host, std::string* out) {
  PutHead((host.disabled ? kDisabled : 0) |
              static_cast<uint8_t>(static_cast<uint8_t>(host.status) << kStatusShift) |
              (host.silent ? kSilent : 0),
          out);
  PutInteger(host.free_mib, out);
  PutInteger(host.vm_count, out);
  PutVarint(host.rootfses.size(), out);
  for (const std::string& name : host.rootfses) PutText(name, out);
}

absl::StatusOr<HostFields> ReadHost(std::string_view record) {
  FieldReader in(record);
  HostFields host;
  host.version = in.version();
  host.disabled = in.flag(kDisabled);
  host.silent = in.flag(kSilent);
  host.status = static_cast<HostStatus>((in.flags() >> kStatusShift) & 3);
  host.free_mib = in.Integer();
  host.vm_count = in.Integer();
  const int64_t count = in.Integer();
  host.rootfses = in.rest();
  for (int64_t i = 0; i < count && in.ok(); ++i) in.TextInPlace();
  if (host.status > HostStatus::kDead) return absl::DataLossError("a record is damaged");
  return in.Finish(host);
}

absl::StatusOr<Host> DecodeHost(std::string_view id, std::string_view record) {
  const absl::StatusOr<HostFields> fields = ReadHost(record);
  if (!fields.ok()) return fields.status();
  Host host;
  host.id = std::string(id);
  host.version = fields->version;
  host.disabled = fields->disabled;
  host.silent = fields->silent;
  host.status = fields->status;
  host.free_mib = fields->free_mib;
  host.vm_count = fields->vm_count;
  ForEachRootfs(fields->rootfses, [&](std::string_view name) {
    host.rootfses.emplace_back(name);
    return true;
  });
  return host;
}

absl::StatusOr<bool> ReportHost(std::string_view record, int64_t free_mib, int64_t vm_count,
                                std::string* out) {
  FieldReader in(record);
  const int64_t old_free_mib = in.Integer();
  const int64_t old_vm_count = in.Integer();
  if (!in.ok()) return absl::DataLossError("a record is damaged");
  if (!in.flag(kSilent) && old_free_mib == free_mib && old_vm_count == vm_count) return false;
  out->clear();
  PutHead(static_cast<uint8_t>(in.flags() & ~kSilent), out);
  PutInteger(free_mib, out);
  PutInteger(vm_count, out);
  out->append(in.rest());
  return true;
}

bool IsSilentHost(std::string_view record) { return FieldReader(record).flag(kSilent); }

void SetHostSilent(std::string* record, bool silent) {
  if (record->size() < 2) return;
  const auto flags = static_cast<uint8_t>((*record)[1]);
  (*record)[1] = static_cast<char>(silent ? flags | kSilent : flags & ~kSilent);
}

void EncodeUser(const UserStats& stats, std::string* out) {
  EncodeUser(UserFields{stats}, out);
}

absl::StatusOr<UserStats> DecodeUser(std::string_view record) {
  absl::StatusOr<UserFields> user = ReadUser(record);
  if (!user.ok()) return user.status();
  return user->stats;
}

void EncodeUser(const UserFields& user, std::string* out) {
  PutHead(user.counted_by_events ? kCountedByEvents : 0, out);
  PutInteger(user.stats.running, out);
  PutInteger(user.stats.paused, out);
  PutInteger(user.stats.other, out);
  PutInteger(user.stats.total, out);
  if (user.counted_by_events) PutInteger(user.dropped, out);
}

absl::StatusOr<UserFields> ReadUser(std::string_view record) {
  FieldReader in(record);
  UserFields user;
  user.counted_by_events = in.flag(kCountedByEvents);
  user.stats.running = in.Integer();
  user.stats.paused = in.Integer();
  user.stats.other = in.Integer();
  user.stats.total = in.Integer();
  if (user.counted_by_events) user.dropped = in.Integer();
  return in.Finish(user);
}

int64_t UserStats::*CountOf(SandboxStatus status) {
  if (status == SandboxStatus::kRunning) return &UserStats::running;
  if (status == SandboxStatus::kPaused) return &UserStats::paused;
  return IsTerminal(status) ? nullptr : &UserStats::other;
}

void EncodeSandbox(const SandboxFields& sandbox, std::string* out) {
  PutHead(static_cast<uint8_t>(static_cast<uint8_t>(sandbox.status) |
                               (sandbox.user_deleted ? kUserDeleted : 0) |
                               (sandbox.ended_unix_ms != 0 ? kHasEnded : 0)),
          out);
  PutText(sandbox.user_id, out);
  PutInteger(sandbox.sequence, out);
  if (sandbox.ended_unix_ms != 0) PutInteger(sandbox.ended_unix_ms, out);
}

absl::StatusOr<SandboxFields> ReadSandbox(std::string_view record) {
  FieldReader in(record);
  SandboxFields sandbox;
  sandbox.status = static_cast<SandboxStatus>(in.flags() & kSandboxStatusBits);
  sandbox.user_deleted = in.flag(kUserDeleted);
  sandbox.user_id = in.TextInPlace();
  sandbox.sequence = in.Integer();
  if (in.flag(kHasEnded)) sandbox.ended_unix_ms = in.Integer();
  if (sandbox.status > SandboxStatus::kFailed) {
    return absl::DataLossError("a record is damaged");
  }
  return in.Finish(sandbox);
}

absl::StatusOr<Sandbox> DecodeSandbox(std::string_view id, std::string_view record) {
  const absl::StatusOr<SandboxFields> fields = ReadSandbox(record);
  if (!fields.ok()) return fields.status();
  Sandbox sandbox;
  sandbox.id = std::string(id);
  sandbox.user_id = std::string(fields->user_id);
  sandbox.status = fields->status;
  sandbox.sequence = fields->sequence;
  if (fields->ended_unix_ms != 0) sandbox.ended_unix_ms = fields->ended_unix_ms;
  sandbox.user_deleted = fields->user_deleted;
  return sandbox;
}

void EncodeApiKey(const ApiKeyInfo& info, std::string* out) {
  PutHead(0, out);
  PutText(info.user_id, out);
  PutText(info.label, out);
  PutText(info.hint, out);
  PutInteger(info.created_unix_ms, out);
}

absl::StatusOr<ApiKeyInfo> DecodeApiKey(std::string_view record) {
  FieldReader in(record);
  ApiKeyInfo info;
  info.user_id = in.Text();
  info.label = in.Text();
  info.hint = in.Text();
  info.created_unix_ms = in.Integer();
  return in.Finish(std::move(info));
}

}  // namespace muster::model
