// The form of a catalog document: which lists it has, which fields their
// entries have, and what each field may hold.
//
// Static tables; the reader walks them, and knows no field by itself. The rules
// are model/rules.h's.
#ifndef MUSTER_DOCUMENT_FIELDS_H_
#define MUSTER_DOCUMENT_FIELDS_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "model/rules.h"
#include "muster/model.h"
#include "muster/write_batch.h"

namespace muster::document {

// The entry that is being read; which of them, the list says.
struct Entry {
  Shape shape;
  Rootfs rootfs;
  Host host;
  User user;
};

// Within what no other value may be equal to this one.
enum class Unique : uint8_t {
  kNo,
  kInList,      // ids; and "default", where it is true
  kInDocument,  // API keys
};

// An array of strings.
struct TextArray {
  std::vector<std::string>* (*texts)(Entry&);  // once an entry: where they go
  bool (*holds)(std::string_view element);
  const char* element_sentence;
  size_t most;
};

struct Field {
  std::string_view name;
  bool required = false;
  Unique unique = Unique::kNo;

  // What it must be, for an error. Integers have their range in its place.
  const char* sentence = nullptr;

  // Where the value goes, by its kind: exactly one of these is set. Asked once an
  // entry, when the value is there: an optional field is made by asking.
  bool (*set_text)(Entry&, std::string_view) = nullptr;  // false: breaks the rule
  int64_t* (*integer)(Entry&) = nullptr;
  bool* (*boolean)(Entry&) = nullptr;
  const TextArray* array = nullptr;
  UserStats* (*stats)(Entry&) = nullptr;  // an object of kStatsFields

  model::IntegerRule range{0, 0};  // where `integer` is set

  std::string Sentence() const { return integer != nullptr ? range.Sentence() : sentence; }
};

struct ListForm {
  std::string_view name;
  List list;
  std::span<const Field> fields;  // in the order in which they are exported

  // Checks what the fields alone do not show; `place` is the entry's.
  absl::Status (*validate)(const Entry&, std::string_view place);
  void (*put)(const Entry&, WriteBatch*);
};

// The lists in the order in which they are exported, and the parts of `stats`.
extern const std::span<const ListForm> kLists;
extern const std::span<const Field> kStatsFields;

}  // namespace muster::document

#endif  // MUSTER_DOCUMENT_FIELDS_H_
