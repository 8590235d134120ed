// From Python's plain values to C++'s, without a judgement of their content.
//
// The engine has the rules, and words for them. So a value that C++ cannot hold
// is handed on as one that breaks the same rule: an integer past 64 bits as the
// nearest that fits, a surrogate as the bytes that UTF-8 forbids. Only a wrong
// type is found here; it is a TypeError that names `what` was given.
//
// All calls need the GIL.
#ifndef MUSTER_BINDINGS_PYTHON_CONVERT_H_
#define MUSTER_BINDINGS_PYTHON_CONVERT_H_

#include <pybind11/pybind11.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "muster/model.h"

namespace muster::python {

namespace py = pybind11;

// Throws TypeError: "WHAT must be EXPECTED, not TYPE".
[[noreturn]] void ThrowTypeError(const char* what, const char* expected, py::handle given);

std::string ToText(py::handle value, const char* what);                // str
std::string ToTextOrBytes(py::handle value, const char* what);         // str or bytes
int64_t ToInteger(py::handle value, const char* what);                 // int, not bool
bool ToBoolean(py::handle value, const char* what);                    // bool
std::vector<std::string> ToTexts(py::handle value, const char* what);  // iterable of str

// A path in the file system: str, bytes or os.PathLike, as for open().
std::string ToPath(py::handle value);

// The list of that name; InvalidArgument where there is none, or where it is
// not one of the first `count` (all in the order of List).
List ToList(py::handle name, int count);

py::str FromText(std::string_view text);

}  // namespace muster::python

#endif  // MUSTER_BINDINGS_PYTHON_CONVERT_H_
