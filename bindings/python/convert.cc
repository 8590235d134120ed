#include "convert.h"

#include <limits>

#include "absl/status/status.h"
#include "status.h"

namespace muster::python {
namespace {

std::string BytesOf(py::handle bytes) {
  return {PyBytes_AS_STRING(bytes.ptr()), static_cast<size_t>(PyBytes_GET_SIZE(bytes.ptr()))};
}

template <typename T>
T OwnedOrThrow(PyObject* object) {
  if (object == nullptr) throw py::error_already_set();
  return py::reinterpret_steal<T>(object);
}

}  // namespace

void ThrowTypeError(const char* what, const char* expected, py::handle given) {
  throw py::type_error(std::string(what) + " must be " + expected + ", not " +
                       Py_TYPE(given.ptr())->tp_name);
}

std::string ToText(py::handle value, const char* what) {
  if (!PyUnicode_Check(value.ptr())) ThrowTypeError(what, "a str", value);
  Py_ssize_t size = 0;
  if (const char* text = PyUnicode_AsUTF8AndSize(value.ptr(), &size)) {
    return {text, static_cast<size_t>(size)};
  }
  PyErr_Clear();
  return BytesOf(OwnedOrThrow<py::bytes>(
      PyUnicode_AsEncodedString(value.ptr(), "utf-8", "surrogatepass")));
}

std::string ToTextOrBytes(py::handle value, const char* what) {
  if (PyBytes_Check(value.ptr())) return BytesOf(value);
  if (!PyUnicode_Check(value.ptr())) ThrowTypeError(what, "a str or bytes", value);
  return ToText(value, what);
}

int64_t ToInteger(py::handle value, const char* what) {
  if (PyBool_Check(value.ptr()) || !PyIndex_Check(value.ptr())) {
    ThrowTypeError(what, "an int", value);
  }
  const auto index = OwnedOrThrow<py::object>(PyNumber_Index(value.ptr()));
  int overflow = 0;
  const long long number = PyLong_AsLongLongAndOverflow(index.ptr(), &overflow);
  if (overflow > 0) return std::numeric_limits<int64_t>::max();
  if (overflow < 0) return std::numeric_limits<int64_t>::min();
  return number;
}

bool ToBoolean(py::handle value, const char* what) {
  if (!PyBool_Check(value.ptr())) ThrowTypeError(what, "a bool", value);
  return value.ptr() == Py_True;
}

std::vector<std::string> ToTexts(py::handle value, const char* what) {
  // A lone str is an iterable of str too, but never what was meant.
  if (PyUnicode_Check(value.ptr()) || !py::isinstance<py::iterable>(value)) {
    ThrowTypeError(what, "a list of str", value);
  }
  std::vector<std::string> texts;
  for (py::handle item : value) {
    if (!PyUnicode_Check(item.ptr())) ThrowTypeError(what, "a list of str", item);
    texts.push_back(ToText(item, what));
  }
  return texts;
}

std::string ToPath(py::handle value) {
  PyObject* bytes = nullptr;
  if (PyUnicode_FSConverter(value.ptr(), &bytes) == 0) throw py::error_already_set();
  return BytesOf(py::reinterpret_steal<py::bytes>(bytes));
}

List ToList(py::handle name, int count) {
  const std::string text = ToText(name, "list");
  std::string known;
  for (int i = 0; i < count; ++i) {
    const auto list = static_cast<List>(i);
    if (ListName(list) == text) return list;
    if (i > 0) known += i + 1 == count ? " or " : ", ";
    known += "\"" + std::string(ListName(list)) + "\"";
  }
  throw StatusError(absl::InvalidArgumentError("list: must be " + known));
}

py::str FromText(std::string_view text) {
  return OwnedOrThrow<py::str>(
      PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "strict"));
}

}  // namespace muster::python
