#include "muster/document.h"

#include <exception>
#include <istream>
#include <sstream>
#include <streambuf>
#include <string>
#include <string_view>
#include <utility>

#include "convert.h"
#include "document.h"
#include "gil.h"
#include "status.h"

namespace muster::python {
namespace {

constexpr int kReadBytes = 1 << 18;

// Reads a binary file of Python's; takes the GIL for each piece.
class FileSource : public std::streambuf {
 public:
  explicit FileSource(py::object file) : file_(std::move(file)) {}

  // Throws what read() raised, if it did. Needs the GIL.
  void RethrowRaised() {
    if (raised_) std::rethrow_exception(std::exchange(raised_, nullptr));
  }

 protected:
  int_type underflow() override {
    const GilHeld gil;
    // No exception may pass the engine, which is compiled without them.
    try {
      piece_ = ReadPiece();
    } catch (...) {
      raised_ = std::current_exception();
      piece_.clear();
    }
    setg(piece_.data(), piece_.data(), piece_.data() + piece_.size());
    return piece_.empty() ? traits_type::eof() : traits_type::to_int_type(piece_.front());
  }

 private:
  std::string ReadPiece() {
    if (raised_) return {};
    const py::object piece =
        ObjectOf([this] { return PyObject_CallMethod(file_.ptr(), "read", "i", kReadBytes); });
    if (!PyBytes_Check(piece.ptr())) {
      ThrowTypeError("what read() returns", "bytes (open the file in binary mode)", piece);
    }
    return std::string(py::reinterpret_borrow<py::bytes>(piece));
  }

  const py::object file_;
  std::string piece_;
  std::exception_ptr raised_;
};

// Both read without the catalog, so that a file that is slow, or that calls back,
// is in nobody's way.
absl::Status ReadInto(std::string_view text, const ImportOptions& options, WriteBatch* batch) {
  const GilReleased no_gil;
  return ReadDocument(text, options, batch);
}

absl::Status ReadInto(FileSource& source, const ImportOptions& options, WriteBatch* batch) {
  const GilReleased no_gil;
  std::istream in(&source);
  return ReadDocument(in, options, batch);
}

absl::Status ReadFrom(py::object document, const ImportOptions& options, WriteBatch* batch) {
  if (PyUnicode_Check(document.ptr())) {
    const std::string text = ToText(document, "document");
    return ReadInto(text, options, batch);
  }
  if (PyBytes_Check(document.ptr())) {
    const std::string_view text(PyBytes_AS_STRING(document.ptr()),
                                static_cast<size_t>(PyBytes_GET_SIZE(document.ptr())));
    return ReadInto(text, options, batch);
  }
  if (py::hasattr(document, "read")) {
    FileSource source(std::move(document));
    absl::Status read = ReadInto(source, options, batch);
    source.RethrowRaised();
    return read;
  }
  if (!PyObject_CheckBuffer(document.ptr())) {
    ThrowTypeError("document", "bytes, a str or a binary file", document);
  }
  // Other buffers can change while the engine reads.
  PyObject* copy = PyBytes_FromObject(document.ptr());
  if (copy == nullptr) throw py::error_already_set();
  return ReadFrom(py::reinterpret_steal<py::bytes>(copy), options, batch);
}

}  // namespace

void ImportDocument(SharedCatalog& catalog, py::object document, bool replace,
                    bool with_sandboxes) {
  ImportOptions options;
  options.replace = replace;
  options.sandboxes = with_sandboxes ? OwnedSandboxes::kDelete : OwnedSandboxes::kRefuse;
  WriteBatch batch;
  ThrowIfError(ReadFrom(std::move(document), options, &batch));
  ThrowIfError(catalog.Use([&](Catalog& open) { return open.Apply(batch); }));
}

py::bytes ExportDocument(SharedCatalog& catalog) {
  std::ostringstream out;
  ThrowIfError(catalog.Use([&](Catalog& open) { return muster::ExportDocument(open, out); }));
  return py::bytes(out.str());
}

}  // namespace muster::python
