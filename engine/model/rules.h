// The rules of the model: what each field may hold, and how an error says so.
//
// The only place that validates. Whoever takes data in (WriteBatch for C++ and
// Python, the document reader for text) names the place of a fault as a JSON
// pointer; the rule's own words are here, one sentence a field.
//
// Every error is InvalidArgument, one line, "PLACE: RULE". No call keeps what
// it is given; all are safe from any thread.
#ifndef MUSTER_MODEL_RULES_H_
#define MUSTER_MODEL_RULES_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "muster/model.h"

namespace muster::model {

// An integer's bounds, both inclusive.
struct IntegerRule {
  int64_t min;
  int64_t max;
  bool Holds(int64_t value) const { return value >= min && value <= max; }
  std::string Sentence() const;  // "must be an integer from 1 to 65535"
};

// Published clients of the API read these as 32 bits, disk sizes as a double.
inline constexpr int64_t kMaxInt32 = 2147483647;
inline constexpr int64_t kMaxSafeInteger = 9007199254740991;

inline constexpr IntegerRule kVcpu{1, 65535};
inline constexpr IntegerRule kMemMib{1, kMaxInt32};
inline constexpr IntegerRule kDefaultDiskMib{0, kMaxSafeInteger};
inline constexpr IntegerRule kCpuQuotaPct{1, 6553500};
inline constexpr IntegerRule kFreeMib{0, kMaxInt32};
inline constexpr IntegerRule kVmCount{0, kMaxInt32};
inline constexpr IntegerRule kStat{0, kMaxInt32};

inline constexpr IntegerRule kSequence{1, INT64_MAX};

inline constexpr size_t kMaxNameBytes = 255;
inline constexpr size_t kMaxDescriptionBytes = 4096;
inline constexpr size_t kMaxRootfses = 256;
inline constexpr size_t kMinApiKeyBytes = 8;
inline constexpr size_t kMaxApiKeyBytes = 512;

// The other rules' sentences.
extern const char kNameSentence[];  // ids and names
extern const char kDescriptionSentence[];
extern const char kLabelSentence[];
extern const char kStatusSentence[];
extern const char kSandboxStatusSentence[];
extern const char kRootfsesSentence[];  // the array as such
extern const char kApiKeySentence[];
extern const char kBooleanSentence[];
extern const char kStatsSumSentence[];
extern const char kRepeatSentence[];

bool IsUtf8(std::string_view text);
bool IsName(std::string_view text);  // an id or a name
bool IsDescription(std::string_view text);
bool IsLabel(std::string_view text);
bool IsApiKey(std::string_view text);

// "PLACE: SENTENCE" as InvalidArgument.
absl::Status Fault(std::string_view place, std::string_view sentence);

// Text made fit for one line of an error: control characters escaped, and what is
// beyond ASCII too where it is not UTF-8; cut at 300 bytes.
std::string Printable(std::string_view text);

// The first fault of an entry, in the order of its fields. `place` is the
// entry's own ("/hosts/3"); a field's name is added to it.
absl::Status Validate(const Shape& shape, std::string_view place);
absl::Status Validate(const Rootfs& rootfs, std::string_view place);
absl::Status Validate(const Host& host, std::string_view place);
absl::Status Validate(const User& user, std::string_view place);
absl::Status ValidateHeartbeat(std::string_view host_id, int64_t free_mib, int64_t vm_count,
                               std::string_view place);
absl::Status Validate(const UserStats& stats, std::string_view place);
absl::Status Validate(const SandboxEvent& event, std::string_view place);

}  // namespace muster::model

#endif  // MUSTER_MODEL_RULES_H_
