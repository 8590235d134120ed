#include "request.h"

#include "convert.h"
#include "gil.h"

namespace muster::python {
namespace {

std::string ToLowerCase(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

bool IsTextOrBytes(py::handle value) {
  return PyUnicode_Check(value.ptr()) || PyBytes_Check(value.ptr());
}

// What an iterable gives, as a list or tuple: to go through one runs no code of Python's.
py::object AllOf(py::handle iterable) {
  return ObjectOf([&] { return PySequence_Fast(iterable.ptr(), "must be iterable"); });
}

}  // namespace

PyHeaderFields::PyHeaderFields(py::handle headers) {
  if (headers.is_none()) return;
  const bool is_mapping = py::hasattr(headers, "items");
  const py::object pairs =
      is_mapping
          ? ObjectOf([&] { return PyObject_CallMethod(headers.ptr(), "items", nullptr); })
          : py::reinterpret_borrow<py::object>(headers);
  if (IsTextOrBytes(headers) || !py::isinstance<py::iterable>(pairs)) {
    ThrowTypeError("headers", "a mapping or an iterable of pairs", headers);
  }
  for (py::handle item : AllOf(pairs)) {
    if (IsTextOrBytes(item) || !py::isinstance<py::sequence>(item) || py::len(item) != 2) {
      ThrowTypeError("headers", "a mapping or an iterable of pairs", item);
    }
    const py::sequence pair = py::reinterpret_borrow<py::sequence>(item);
    Add(py::object(pair[0]), py::object(pair[1]));
  }
}

void PyHeaderFields::Add(py::handle name, py::handle value) {
  const std::string field = ToLowerCase(ToTextOrBytes(name, "a header's name"));
  if (IsTextOrBytes(value) || !py::isinstance<py::iterable>(value)) {
    fields_.emplace_back(field, ToTextOrBytes(value, "a header's value"));
    return;
  }
  for (py::handle one : AllOf(value)) {
    fields_.emplace_back(field, ToTextOrBytes(one, "a header's value"));
  }
}

void PyHeaderFields::ForEach(std::string_view name,
                             const std::function<void(std::string_view value)>& visit) const {
  for (const auto& [field, value] : fields_) {
    if (field == name) visit(value);
  }
}

PyRequest::PyRequest(py::handle method, py::handle target, py::handle headers)
    : method_(ToTextOrBytes(method, "method")),
      target_(ToTextOrBytes(target, "target")),
      headers_(headers) {}

}  // namespace muster::python
