#include "muster/document.h"

#include <rapidjson/reader.h>

#include <istream>
#include <ostream>
#include <streambuf>

#include "document/handler.h"
#include "document/input_stream.h"
#include "document/syntax.h"
#include "document/writer.h"
#include "model/rules.h"

namespace muster {
namespace {

// Numbers come as they are written, so that 1.0 is not taken for an integer.
constexpr unsigned kParseFlags =
    rapidjson::kParseValidateEncodingFlag | rapidjson::kParseNumbersAsStringsFlag;

// A text that stays where it is, as a stream.
class TextSource final : public std::streambuf {
 public:
  explicit TextSource(std::string_view text) {
    char* const begin = const_cast<char*>(text.data());  // never written: no put area
    setg(begin, begin, begin + text.size());
  }
};

// The fault of a text, or OK. What was read before it stays in the batch.
absl::Status Parse(std::istream& in, const ImportOptions& options, WriteBatch* batch) {
  document::InputStream text(in);
  document::Handler handler(&text, &options, batch);
  rapidjson::Reader parser;
  const rapidjson::ParseResult result = parser.Parse<kParseFlags>(text, handler);
  if (result.Code() == rapidjson::kParseErrorNumberTooBig) handler.Mismatch();
  if (!handler.status().ok()) return handler.status();
  if (text.failed()) {
    return absl::UnavailableError("the document cannot be read: its stream failed");
  }
  if (text.too_long()) {
    return model::Fault(text.PlaceHere(), "one value or gap must not be longer than 16 MiB");
  }
  if (result.IsError()) return document::SyntaxFault(result.Code(), text);
  if (options.progress) options.progress(handler.entry_count());
  return absl::OkStatus();
}

}  // namespace

absl::Status ReadDocument(std::istream& in, const ImportOptions& options, WriteBatch* batch) {
  if (!batch->status().ok()) return batch->status();
  absl::Status status = Parse(in, options, batch);
  if (!status.ok()) batch->Invalidate(status);  // half of a document must not be applied
  return status;
}

absl::Status ReadDocument(std::string_view text, const ImportOptions& options,
                          WriteBatch* batch) {
  TextSource source(text);
  std::istream in(&source);
  return ReadDocument(in, options, batch);
}

absl::Status ImportDocument(Catalog& catalog, std::istream& in, const ImportOptions& options) {
  WriteBatch batch;
  absl::Status status = ReadDocument(in, options, &batch);
  if (!status.ok()) return status;
  return catalog.Apply(batch);
}

absl::Status ExportDocument(const Catalog& catalog, std::ostream& out) {
  document::DocumentWriter writer(out);
  absl::Status status = catalog.VisitRecords({
      .shape = [&](const Shape& shape) { writer.Write(shape); },
      .rootfs = [&](const Rootfs& rootfs) { writer.Write(rootfs); },
      .host = [&](const Host& host) { writer.Write(host); },
      .user = [&](const User& user) { writer.Write(user); },
  });
  if (!status.ok()) return status;
  writer.Finish();
  out.flush();
  if (!out) return absl::UnavailableError("the document cannot be written: its stream failed");
  return absl::OkStatus();
}

}  // namespace muster
