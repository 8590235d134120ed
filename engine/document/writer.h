// DocumentWriter: writes a catalog document, one entry a line, list after list.
//
// Borrows the stream, which must outlive it and whose state tells of failure.
// API keys are never written. One thread.
#ifndef MUSTER_DOCUMENT_WRITER_H_
#define MUSTER_DOCUMENT_WRITER_H_

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string_view>

#include "muster/model.h"

namespace muster::document {

class DocumentWriter {
 public:
  explicit DocumentWriter(std::ostream& out);

  // The lists in the order of the document: shapes, rootfs, hosts, users.
  void Write(const Shape& shape);
  void Write(const Rootfs& rootfs);
  void Write(const Host& host);
  void Write(const User& user);

  // Ends the document; every list that had no entry stands there empty.
  void Finish();

 private:
  // Starts lists until so many were started, and ends those before the last.
  void StartListsUpTo(size_t count);

  // The parts of an entry. Flags are written only where they are true, texts
  // that may be absent only where they are not empty.
  void StartEntry(List list);
  void EndEntry();
  void Key(std::string_view name);
  void Value(std::string_view text);
  void Text(std::string_view name, std::string_view text);
  void OptionalText(std::string_view name, std::string_view text);
  void Integer(std::string_view name, int64_t value);
  void Flag(std::string_view name, bool value);

  std::ostream& out_;
  size_t started_ = 0;      // how many of kLists
  bool list_empty_ = true;  // the last of them
  rapidjson::StringBuffer buffer_;
  rapidjson::Writer<rapidjson::StringBuffer> json_;
};

}  // namespace muster::document

#endif  // MUSTER_DOCUMENT_WRITER_H_
