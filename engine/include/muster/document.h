// The catalog document: how a catalog goes in and out as text.
//
// docs/catalog-document.md has its fields and rules.
#ifndef MUSTER_DOCUMENT_H_
#define MUSTER_DOCUMENT_H_

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string_view>

#include "absl/status/status.h"
#include "muster/catalog.h"
#include "muster/export.h"
#include "muster/write_batch.h"

namespace muster {

struct ImportOptions {
  // Makes each list that the document has equal to it; a list that it has not
  // is left alone, an empty one is emptied.
  bool replace = false;

  // What becomes of the sandboxes of users whom that removes.
  OwnedSandboxes sandboxes = OwnedSandboxes::kRefuse;

  // Called now and then with the number of entries read so far, on the calling
  // thread; may be empty.
  std::function<void(int64_t entries)> progress;
};

// Reads a document into `batch`, adding to what is there. The text is read as a
// stream and kept only as the batch's own compact form. InvalidArgument with
// one line: "/hosts/3/free_mib: must be an integer from 0 to 2147483647", or
// "line 3, column 7: …" where it is not JSON; Unavailable where the stream
// cannot be read. On an error the batch is at fault too, and good for nothing.
MUSTER_EXPORT absl::Status ReadDocument(std::istream& in, const ImportOptions& options,
                                        WriteBatch* batch);

// The same from a text, which is not copied.
MUSTER_EXPORT absl::Status ReadDocument(std::string_view text, const ImportOptions& options,
                                        WriteBatch* batch);

// Reads a document and applies it: all of it or nothing. Errors of
// ReadDocument() and of Catalog::Apply(). Any thread; holds no lock while it
// reads.
MUSTER_EXPORT absl::Status ImportDocument(Catalog& catalog, std::istream& in,
                                          const ImportOptions& options = {});

// Writes a document that imports to an equal catalog, API keys excepted, one
// entry a line. Unavailable where the stream takes no more; else as
// Catalog::VisitRecords().
MUSTER_EXPORT absl::Status ExportDocument(const Catalog& catalog, std::ostream& out);

}  // namespace muster

#endif  // MUSTER_DOCUMENT_H_
