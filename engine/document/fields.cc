#include "document/fields.h"

namespace muster::document {
namespace {

using model::kBooleanSentence;
using model::kNameSentence;

// Puts `value` into `*to` and tells whether the rule holds.
bool SetName(std::string* to, std::string_view value) {
  *to = std::string(value);
  return model::IsName(value);
}

constexpr Field kShapeFields[] = {
    {.name = "id",
     .required = true,
     .unique = Unique::kInList,
     .sentence = kNameSentence,
     .set_text = [](Entry& e, std::string_view v) { return SetName(&e.shape.id, v); }},
    {.name = "vcpu",
     .required = true,
     .integer = [](Entry& e) { return &e.shape.vcpu; },
     .range = model::kVcpu},
    {.name = "mem_mib",
     .required = true,
     .integer = [](Entry& e) { return &e.shape.mem_mib; },
     .range = model::kMemMib},
    {.name = "default_disk_mib",
     .required = true,
     .integer = [](Entry& e) { return &e.shape.default_disk_mib; },
     .range = model::kDefaultDiskMib},
    {.name = "cpu_quota_pct",
     .integer = [](Entry& e) { return &e.shape.cpu_quota_pct.emplace(); },
     .range = model::kCpuQuotaPct},
    {.name = "disabled",
     .sentence = kBooleanSentence,
     .boolean = [](Entry& e) { return &e.shape.disabled; }},
};

constexpr Field kRootfsFields[] = {
    {.name = "name",
     .required = true,
     .unique = Unique::kInList,
     .sentence = kNameSentence,
     .set_text = [](Entry& e, std::string_view v) { return SetName(&e.rootfs.name, v); }},
    {.name = "description",
     .sentence = model::kDescriptionSentence,
     .set_text =
         [](Entry& e, std::string_view v) {
           e.rootfs.description = std::string(v);
           return model::IsDescription(v);
         }},
    {.name = "deprecated",
     .sentence = kBooleanSentence,
     .boolean = [](Entry& e) { return &e.rootfs.deprecated; }},
    {.name = "successor",
     .sentence = kNameSentence,
     .set_text = [](Entry& e, std::string_view v) { return SetName(&e.rootfs.successor, v); }},
    {.name = "default",
     .unique = Unique::kInList,
     .sentence = kBooleanSentence,
     .boolean = [](Entry& e) { return &e.rootfs.is_default; }},
    {.name = "disabled",
     .sentence = kBooleanSentence,
     .boolean = [](Entry& e) { return &e.rootfs.disabled; }},
};

constexpr TextArray kRootfses = {
    .texts = [](Entry& e) { return &e.host.rootfses; },
    .holds = model::IsName,
    .element_sentence = kNameSentence,
    .most = model::kMaxRootfses,
};

constexpr Field kHostFields[] = {
    {.name = "id",
     .required = true,
     .unique = Unique::kInList,
     .sentence = kNameSentence,
     .set_text = [](Entry& e, std::string_view v) { return SetName(&e.host.id, v); }},
    {.name = "status",
     .required = true,
     .sentence = model::kStatusSentence,
     .set_text =
         [](Entry& e, std::string_view v) {
           const auto status = HostStatusFromName(v);
           if (status) e.host.status = *status;
           return status.has_value();
         }},
    {.name = "free_mib",
     .required = true,
     .integer = [](Entry& e) { return &e.host.free_mib; },
     .range = model::kFreeMib},
    {.name = "vm_count",
     .required = true,
     .integer = [](Entry& e) { return &e.host.vm_count; },
     .range = model::kVmCount},
    {.name = "rootfses", .sentence = model::kRootfsesSentence, .array = &kRootfses},
    {.name = "disabled",
     .sentence = kBooleanSentence,
     .boolean = [](Entry& e) { return &e.host.disabled; }},
};

constexpr TextArray kApiKeys = {
    .texts = [](Entry& e) { return &e.user.api_keys.emplace(); },
    .holds = model::IsApiKey,
    .element_sentence = model::kApiKeySentence,
    .most = SIZE_MAX,
};

constexpr Field kUserFields[] = {
    {.name = "id",
     .required = true,
     .unique = Unique::kInList,
     .sentence = kNameSentence,
     .set_text = [](Entry& e, std::string_view v) { return SetName(&e.user.id, v); }},
    {.name = "api_keys",
     .unique = Unique::kInDocument,
     .sentence = "must be an array of API keys",
     .array = &kApiKeys},
    {.name = "stats",
     .sentence = "must be an object",
     .stats = [](Entry& e) { return &e.user.stats.emplace(); }},
};

constexpr Field kStats[] = {
    {.name = "running",
     .integer = [](Entry& e) { return &e.user.stats->running; },
     .range = model::kStat},
    {.name = "paused",
     .integer = [](Entry& e) { return &e.user.stats->paused; },
     .range = model::kStat},
    {.name = "other",
     .integer = [](Entry& e) { return &e.user.stats->other; },
     .range = model::kStat},
    {.name = "total",
     .integer = [](Entry& e) { return &e.user.stats->total; },
     .range = model::kStat},
};

constexpr ListForm kForms[] = {
    {.name = "shapes",
     .list = List::kShapes,
     .fields = kShapeFields,
     .validate = [](const Entry& e,
                    std::string_view at) { return model::Validate(e.shape, at); },
     .put = [](const Entry& e, WriteBatch* batch) { batch->PutShape(e.shape); }},
    {.name = "rootfs",
     .list = List::kRootfs,
     .fields = kRootfsFields,
     .validate = [](const Entry& e,
                    std::string_view at) { return model::Validate(e.rootfs, at); },
     .put = [](const Entry& e, WriteBatch* batch) { batch->PutRootfs(e.rootfs); }},
    {.name = "hosts",
     .list = List::kHosts,
     .fields = kHostFields,
     .validate = [](const Entry& e,
                    std::string_view at) { return model::Validate(e.host, at); },
     .put = [](const Entry& e, WriteBatch* batch) { batch->PutHost(e.host); }},
    {.name = "users",
     .list = List::kUsers,
     .fields = kUserFields,
     .validate = [](const Entry& e,
                    std::string_view at) { return model::Validate(e.user, at); },
     .put = [](const Entry& e, WriteBatch* batch) { batch->PutUser(e.user); }},
};

}  // namespace

constinit const std::span<const ListForm> kLists(kForms);
constinit const std::span<const Field> kStatsFields(kStats);

}  // namespace muster::document
