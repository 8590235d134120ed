// A request of Python's, copied so that the engine can read it without the GIL.
#ifndef MUSTER_BINDINGS_PYTHON_REQUEST_H_
#define MUSTER_BINDINGS_PYTHON_REQUEST_H_

#include <pybind11/pybind11.h>

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "muster/http.h"

namespace muster::python {

namespace py = pybind11;

// Header fields in the order received, their names in lower case.
class PyHeaderFields : public HeaderFields {
 public:
  // A mapping, or an iterable of pairs, from names to values; a value is a str,
  // bytes, or a list of them for a field that is repeated. None: no fields.
  // Needs the GIL; TypeError where it is none of that.
  explicit PyHeaderFields(py::handle headers);

  void ForEach(std::string_view name,
               const std::function<void(std::string_view value)>& visit) const override;

 private:
  void Add(py::handle name, py::handle value);
  std::vector<std::pair<std::string, std::string>> fields_;
};

// Owns what its request() borrows.
class PyRequest {
 public:
  PyRequest(py::handle method, py::handle target, py::handle headers);
  Request request() const { return {method_, target_, &headers_}; }

 private:
  std::string method_;
  std::string target_;
  PyHeaderFields headers_;
};

}  // namespace muster::python

#endif  // MUSTER_BINDINGS_PYTHON_REQUEST_H_
