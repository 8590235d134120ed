// EntryReader: makes one entry after the other out of keys and values, by the
// tables of fields.h.
//
// Knows everything inside of an entry; lists and the text are the handler's
// (handler.h). Every call tells the first fault, by its place in the document;
// after a fault the object is good for nothing. One thread.
#ifndef MUSTER_DOCUMENT_ENTRY_READER_H_
#define MUSTER_DOCUMENT_ENTRY_READER_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "document/fields.h"
#include "document/keys.h"
#include "document/seen.h"
#include "muster/write_batch.h"

namespace muster::document {

class EntryReader {
 public:
  // The entries that follow are those of this list.
  void StartList(const ListForm& form);

  void StartEntry();

  // Checks the entry as a whole and puts it into the batch.
  absl::Status EndEntry(WriteBatch* batch);

  // The keys and values of the entry that was started.
  absl::Status Key(std::string_view name);
  absl::Status Text(std::string_view value);
  absl::Status Number(std::string_view digits);
  absl::Status Boolean(bool value);
  absl::Status StartArray();
  void EndArray() { inner_ = Inner::kNone; }
  absl::Status StartObject();
  absl::Status EndObject();

  // Whether an array or object within the entry is open.
  bool inside_a_value() const { return inner_ != Inner::kNone; }

  // What comes now is not of the kind or range that it must be.
  absl::Status Mismatch() const;

  // "/hosts/3": the entry that was started, or that would be next.
  std::string Place() const;

 private:
  // What is open within the entry.
  enum class Inner : uint8_t { kNone, kTexts, kStats };

  // The field whose key came last, in the innermost object that is open.
  const Field& field() const {
    return inner_ == Inner::kStats ? stats_keys_.last() : keys_.last();
  }
  absl::Status AddText(std::string_view value);

  std::string FieldPlace() const;  // of the entry's own field
  std::string ValuePlace() const;  // of the value that is read now
  absl::Status FaultHere(std::string_view sentence) const;

  const ListForm* form_ = nullptr;
  uint64_t index_ = 0;  // of the entry in its list
  Entry entry_;
  Inner inner_ = Inner::kNone;
  Keys<Field> keys_;
  Keys<Field> stats_keys_;
  std::vector<std::string>* texts_ = nullptr;  // where an array's elements go
  UserStats* stats_ = nullptr;                 // and an object's members

  Seen seen_in_list_;
  Seen seen_in_document_;
  bool default_seen_ = false;
};

}  // namespace muster::document

#endif  // MUSTER_DOCUMENT_ENTRY_READER_H_
