// From the engine's statuses to Python's exceptions.
//
// Functions of the module throw StatusError, never an exception object of
// Python's, so they may do so with or without the GIL; the translator that
// RegisterStatusErrors() installs makes the muster.Error of it.
#ifndef MUSTER_BINDINGS_PYTHON_STATUS_H_
#define MUSTER_BINDINGS_PYTHON_STATUS_H_

#include <pybind11/pybind11.h>

#include <exception>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace muster::python {

namespace py = pybind11;

class StatusError : public std::exception {
 public:
  explicit StatusError(absl::Status status) : status_(std::move(status)) {}
  const absl::Status& status() const { return status_; }
  const char* what() const noexcept override { return "muster.Error"; }

 private:
  absl::Status status_;
};

inline void ThrowIfError(const absl::Status& status) {
  if (!status.ok()) throw StatusError(status);
}

template <typename T>
T ValueOrThrow(absl::StatusOr<T> result) {
  ThrowIfError(result.status());
  return *std::move(result);
}

// The exception that a status stands for, not raised. Needs the GIL; `status`
// must not be OK.
py::object ToException(const absl::Status& status);

// Looks up the classes of muster._errors and installs the translator.
void RegisterStatusErrors();

}  // namespace muster::python

#endif  // MUSTER_BINDINGS_PYTHON_STATUS_H_
