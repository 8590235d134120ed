#include "model/rules.h"

#include <rapidjson/encodings.h>
#include <rapidjson/memorystream.h>

#include <algorithm>

#include "absl/container/flat_hash_set.h"
#include "model/text.h"

namespace muster::model {
namespace {

bool HasControlCharacter(std::string_view text) {
  for (unsigned char c : text) {
    if (c < 0x20 || c == 0x7f) return true;
  }
  return false;
}

// Printable ASCII, space too: what nearly every name is made of, and needs no
// further look.
bool IsPlain(std::string_view text) {
  unsigned others = 0;
  for (unsigned char c : text) others |= c - 0x20u > 0x7eu - 0x20u;
  return others == 0;
}

// Takes what rapidjson's validator writes, and drops it.
struct NullSink {
  using Ch = char;
  void Put(char) {}
};

std::string Under(std::string_view place, std::string_view field) {
  return Concat(place, "/", field);
}

absl::Status CheckInteger(const IntegerRule& rule, int64_t value, std::string_view place,
                          std::string_view field) {
  if (rule.Holds(value)) return absl::OkStatus();
  return Fault(Under(place, field), rule.Sentence());
}

absl::Status CheckName(std::string_view value, std::string_view place, std::string_view field) {
  if (IsName(value)) return absl::OkStatus();
  return Fault(Under(place, field), kNameSentence);
}

}  // namespace

const char kNameSentence[] =
    "must be a string of 1 to 255 bytes of UTF-8 without control characters and without white "
    "space at either end";
const char kDescriptionSentence[] = "must be a string of up to 4096 bytes of UTF-8";
const char kLabelSentence[] =
    "must be a string of up to 255 bytes of UTF-8 without control characters";
const char kStatusSentence[] = "must be \"active\", \"draining\" or \"dead\"";
const char kSandboxStatusSentence[] =
    "must be \"creating\", \"running\", \"pausing\", \"paused\", \"resuming\", \"forking\", "
    "\"error\", \"destroying\", \"destroyed\" or \"failed\"";
const char kRootfsesSentence[] = "must be an array of up to 256 names";
const char kApiKeySentence[] =
    "must be a string of 8 to 512 bytes of printable ASCII without space or comma";
const char kBooleanSentence[] = "must be true or false";
const char kStatsSumSentence[] = "running + paused + other must not be more than total";
const char kRepeatSentence[] = "must not be given more than once";

std::string IntegerRule::Sentence() const {
  return Concat("must be an integer from ", std::to_string(min), " to ", std::to_string(max));
}

bool IsUtf8(std::string_view text) {
  rapidjson::MemoryStream in(text.data(), text.size());
  NullSink out;
  while (in.Tell() < text.size()) {
    if (!rapidjson::UTF8<>::Validate(in, out)) return false;
  }
  return in.Tell() == text.size();
}

bool IsName(std::string_view text) {
  if (text.empty() || text.size() > kMaxNameBytes) return false;
  // The other ASCII white space is among the control characters.
  if (text.front() == ' ' || text.back() == ' ') return false;
  return IsPlain(text) || (!HasControlCharacter(text) && IsUtf8(text));
}

bool IsDescription(std::string_view text) {
  return text.size() <= kMaxDescriptionBytes && IsUtf8(text);
}

bool IsLabel(std::string_view text) {
  return text.size() <= kMaxNameBytes && !HasControlCharacter(text) && IsUtf8(text);
}

bool IsApiKey(std::string_view text) {
  if (text.size() < kMinApiKeyBytes || text.size() > kMaxApiKeyBytes) return false;
  for (char c : text) {
    if (c <= ' ' || c > '~' || c == ',') return false;
  }
  return true;
}

absl::Status Fault(std::string_view place, std::string_view sentence) {
  return absl::InvalidArgumentError(Concat(place, ": ", sentence));
}

std::string Printable(std::string_view text) {
  constexpr size_t kMost = 300;
  constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  const bool is_utf8 = IsUtf8(text);
  for (unsigned char c : text) {
    // Not within a character, unless the text is not UTF-8 anyway.
    const bool starts_character = (c & 0xc0) != 0x80;
    if (out.size() >= kMost + (starts_character ? 0 : 4)) return out += "...";
    if (c >= 0x20 && c != 0x7f && (c < 0x80 || is_utf8)) {
      out.push_back(static_cast<char>(c));
    } else {
      out += "\\x";
      out.push_back(kHex[c >> 4]);
      out.push_back(kHex[c & 15]);
    }
  }
  return out;
}

absl::Status Validate(const Shape& shape, std::string_view place) {
  absl::Status status = CheckName(shape.id, place, "id");
  if (status.ok()) status = CheckInteger(kVcpu, shape.vcpu, place, "vcpu");
  if (status.ok()) status = CheckInteger(kMemMib, shape.mem_mib, place, "mem_mib");
  if (status.ok()) {
    status = CheckInteger(kDefaultDiskMib, shape.default_disk_mib, place, "default_disk_mib");
  }
  if (status.ok() && shape.cpu_quota_pct) {
    status = CheckInteger(kCpuQuotaPct, *shape.cpu_quota_pct, place, "cpu_quota_pct");
  }
  return status;
}

absl::Status Validate(const Rootfs& rootfs, std::string_view place) {
  absl::Status status = CheckName(rootfs.name, place, "name");
  if (status.ok() && !IsDescription(rootfs.description)) {
    return Fault(Under(place, "description"), kDescriptionSentence);
  }
  if (status.ok() && !rootfs.successor.empty()) {
    status = CheckName(rootfs.successor, place, "successor");
  }
  return status;
}

absl::Status Validate(const Host& host, std::string_view place) {
  absl::Status status = CheckName(host.id, place, "id");
  if (status.ok() && HostStatusName(host.status).empty()) {
    return Fault(Under(place, "status"), kStatusSentence);
  }
  if (status.ok()) status = CheckInteger(kFreeMib, host.free_mib, place, "free_mib");
  if (status.ok()) status = CheckInteger(kVmCount, host.vm_count, place, "vm_count");
  if (!status.ok()) return status;
  if (host.rootfses.size() > kMaxRootfses) {
    return Fault(Under(place, "rootfses"), kRootfsesSentence);
  }
  constexpr size_t kFew = 16;  // so many are compared sooner than hashed
  const auto names = host.rootfses.begin();
  absl::flat_hash_set<std::string_view> seen;
  const auto is_repeated = [&](size_t i) {
    if (host.rootfses.size() > kFew) return !seen.insert(host.rootfses[i]).second;
    return std::find(names, names + i, host.rootfses[i]) != names + i;
  };
  for (size_t i = 0; i < host.rootfses.size(); ++i) {
    std::string_view name = host.rootfses[i];
    const auto at = [&] { return Concat(place, "/rootfses/", std::to_string(i)); };
    if (!IsName(name)) return Fault(at(), kNameSentence);
    if (is_repeated(i)) return Fault(at(), kRepeatSentence);
  }
  return absl::OkStatus();
}

absl::Status ValidateHeartbeat(std::string_view host_id, int64_t free_mib, int64_t vm_count,
                               std::string_view place) {
  absl::Status status = CheckName(host_id, place, "host_id");
  if (status.ok()) status = CheckInteger(kFreeMib, free_mib, place, "free_mib");
  if (status.ok()) status = CheckInteger(kVmCount, vm_count, place, "vm_count");
  return status;
}

absl::Status Validate(const UserStats& stats, std::string_view place) {
  absl::Status status = CheckInteger(kStat, stats.running, place, "running");
  if (status.ok()) status = CheckInteger(kStat, stats.paused, place, "paused");
  if (status.ok()) status = CheckInteger(kStat, stats.other, place, "other");
  if (status.ok()) status = CheckInteger(kStat, stats.total, place, "total");
  if (status.ok() && stats.running + stats.paused + stats.other > stats.total) {
    return Fault(place, kStatsSumSentence);
  }
  return status;
}

absl::Status Validate(const SandboxEvent& event, std::string_view place) {
  absl::Status status = CheckName(event.sandbox_id, place, "sandbox_id");
  if (status.ok()) status = CheckName(event.user_id, place, "user_id");
  if (status.ok() && SandboxStatusName(event.status).empty()) {
    return Fault(Under(place, "status"), kSandboxStatusSentence);
  }
  if (status.ok()) status = CheckInteger(kSequence, event.sequence, place, "sequence");
  return status;
}

absl::Status Validate(const User& user, std::string_view place) {
  absl::Status status = CheckName(user.id, place, "id");
  if (status.ok() && user.api_keys) {
    absl::flat_hash_set<std::string_view> seen;
    for (size_t i = 0; i < user.api_keys->size(); ++i) {
      std::string_view key = (*user.api_keys)[i];
      const auto at = [&] { return Concat(place, "/api_keys/", std::to_string(i)); };
      if (!IsApiKey(key)) return Fault(at(), kApiKeySentence);
      if (!seen.insert(key).second) return Fault(at(), kRepeatSentence);
    }
  }
  if (status.ok() && user.stats) status = Validate(*user.stats, Under(place, "stats"));
  return status;
}

}  // namespace muster::model
