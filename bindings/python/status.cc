#include "status.h"

#include <array>

namespace muster::python {
namespace {

// By the number of the status code. Never freed: exceptions may be raised until
// the interpreter has ended.
constexpr std::array<const char*, 17> kClassNames = {
    "Error",    "Cancelled",      "Unknown",          "InvalidArgument",   "DeadlineExceeded",
    "NotFound", "AlreadyExists",  "PermissionDenied", "ResourceExhausted", "FailedPrecondition",
    "Aborted",  "OutOfRange",     "Unimplemented",    "Internal",          "Unavailable",
    "DataLoss", "Unauthenticated"};
std::array<PyObject*, kClassNames.size()> error_classes;

PyObject* ErrorClass(absl::StatusCode code) {
  const auto number = static_cast<size_t>(code);
  return error_classes[number < error_classes.size() ? number : 0];
}

// A message may quote what was given, so it need not be UTF-8.
py::object MessageText(const absl::Status& status) {
  const auto message = status.message();
  PyObject* text = PyUnicode_DecodeUTF8(message.data(), static_cast<Py_ssize_t>(message.size()),
                                        "backslashreplace");
  if (text == nullptr) throw py::error_already_set();
  return py::reinterpret_steal<py::object>(text);
}

}  // namespace

py::object ToException(const absl::Status& status) {
  return py::handle(ErrorClass(status.code()))(MessageText(status));
}

void RegisterStatusErrors() {
  const py::module_ errors = py::module_::import("muster._errors");
  for (size_t i = 0; i < kClassNames.size(); ++i) {
    error_classes[i] = py::object(errors.attr(kClassNames[i])).release().ptr();
  }
  py::register_local_exception_translator([](std::exception_ptr thrown) {
    try {
      if (thrown) std::rethrow_exception(thrown);
    } catch (const StatusError& error) {
      PyErr_SetObject(ErrorClass(error.status().code()), MessageText(error.status()).ptr());
    }
  });
}

}  // namespace muster::python
