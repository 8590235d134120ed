// Handler: takes the events of RapidJSON's reader and puts entries into a batch,
// one by one. No tree of the text is built.
//
// The first value that does not fit ends the reading: every event returns false
// after a fault. So a text nests no deeper, here or in the parser, than a
// document does.
//
// Borrows stream, options and batch, which must outlive it. One thread.
#ifndef MUSTER_DOCUMENT_HANDLER_H_
#define MUSTER_DOCUMENT_HANDLER_H_

#include <rapidjson/reader.h>

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "document/entry_reader.h"
#include "document/fields.h"
#include "document/input_stream.h"
#include "document/keys.h"
#include "muster/document.h"

namespace muster::document {

class Handler : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Handler> {
 public:
  Handler(InputStream* in, const ImportOptions* options, WriteBatch* batch)
      : in_(in), options_(options), batch_(batch) {}

  // The first fault, or OK.
  const absl::Status& status() const { return status_; }

  int64_t entry_count() const { return entry_count_; }

  // What comes now is of a kind that cannot stand here: null, or a number of
  // which the parser makes no event because no double can hold it.
  bool Mismatch();

  // --- The events ---

  bool StartObject();
  bool EndObject(rapidjson::SizeType member_count);
  bool StartArray();
  bool EndArray(rapidjson::SizeType element_count);
  bool Key(const char* bytes, rapidjson::SizeType size, bool copy);
  bool String(const char* bytes, rapidjson::SizeType size, bool copy);
  bool RawNumber(const char* bytes, rapidjson::SizeType size, bool copy);
  bool Bool(bool value);
  bool Default() { return Mismatch(); }

 private:
  // What the next event is a part of.
  enum class State : uint8_t {
    kText,   // nothing yet, or the end
    kRoot,   // the document's object
    kList,   // an array of entries
    kEntry,  // an entry: entry_reader_ knows more
  };

  absl::Status RootKey(std::string_view name);
  absl::Status EndEntry();

  // The bytes of the text were checked to be UTF-8, but RapidJSON lets an escape
  // stand for the second half of a surrogate pair alone.
  bool CheckEncoding(std::string_view text);

  // Ends an event: keeps its status, returns whether to go on.
  bool Go(absl::Status status);

  InputStream* const in_;
  const ImportOptions* const options_;
  WriteBatch* const batch_;
  absl::Status status_;
  int64_t entry_count_ = 0;

  State state_ = State::kText;
  Keys<ListForm> keys_{kLists};  // the document's
  EntryReader entry_reader_;
};

}  // namespace muster::document

#endif  // MUSTER_DOCUMENT_HANDLER_H_
