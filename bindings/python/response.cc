#include "response.h"

#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "convert.h"

namespace muster::python {
namespace {

// What a memoryview keeps: one span, and the Response that its bytes belong to.
struct PySpan {
  std::shared_ptr<const Response> response;
  std::string_view bytes;
};

// Used with the GIL, under which what is asked for is made once.
class PyResponse {
 public:
  explicit PyResponse(Response response)
      : response_(std::make_shared<const Response>(std::move(response))) {}

  int status() const { return response_->status(); }
  py::str reason() const { return FromText(response_->reason()); }

  py::dict headers() {
    if (!headers_) headers_ = CopyHeaders();
    return headers_;
  }

  py::bytes body() {
    if (!body_) body_ = CopyBody();
    return body_;
  }

  py::tuple spans() const {
    const Spans& body = response_->body();
    py::tuple views(body.size());
    for (size_t i = 0; i < body.size(); ++i) {
      views[i] = py::memoryview(py::cast(PySpan{response_, body[i]}));
    }
    return views;
  }

 private:
  py::dict CopyHeaders() const {
    py::dict headers;
    for (auto* header = response_->begin_headers(); header != response_->end_headers();
         ++header) {
      headers[FromText(header->name)] = FromText(header->value);
    }
    if (response_->content_length()) {
      headers["Content-Length"] = FromText(std::to_string(*response_->content_length()));
    }
    return headers;
  }

  py::bytes CopyBody() const {
    const Spans& body = response_->body();
    PyObject* bytes =
        PyBytes_FromStringAndSize(nullptr, static_cast<Py_ssize_t>(body.byte_count()));
    if (bytes == nullptr) throw py::error_already_set();
    char* out = PyBytes_AS_STRING(bytes);
    for (std::string_view span : body) {
      std::memcpy(out, span.data(), span.size());
      out += span.size();
    }
    return py::reinterpret_steal<py::bytes>(bytes);
  }

  const std::shared_ptr<const Response> response_;
  py::dict headers_ = py::reinterpret_steal<py::dict>(nullptr);  // null until asked for
  py::bytes body_ = py::reinterpret_steal<py::bytes>(nullptr);
};

py::buffer_info ToBuffer(const PySpan& span) {
  const auto size = static_cast<py::ssize_t>(span.bytes.size());
  return {const_cast<char*>(span.bytes.data()),
          1,
          py::format_descriptor<unsigned char>::format(),
          1,
          {size},
          {1},
          /*readonly=*/true};
}

bool IsEqual(PyResponse& self, PyResponse& other) {
  return self.status() == other.status() && self.headers().equal(other.headers()) &&
         self.body().equal(other.body());
}

py::str ToRepr(PyResponse& self) {
  return py::str("Response(status={}, headers={!r})").format(self.status(), self.headers());
}

}  // namespace

py::object FromResponse(Response response) {
  return py::cast(std::make_unique<PyResponse>(std::move(response)));
}

void DefineResponse(py::module_& module) {
  py::class_<PySpan>(module, "_Span", py::buffer_protocol()).def_buffer(&ToBuffer);
  py::class_<PyResponse> type(
      module, "Response",
      "An answer. It keeps the version of the catalog that it was made from, and so do its "
      "spans.");
  type.def_property_readonly("status", &PyResponse::status, "200, 304, 401, ...");
  type.def_property_readonly("reason", &PyResponse::reason,
                             "The words that HTTP/1.1 puts behind the status: \"OK\".");
  type.def_property_readonly("headers", &PyResponse::headers,
                             "The headers to send, Content-Length among them where there is "
                             "one. The same dict each time; yours to change.");
  type.def_property_readonly("body", &PyResponse::body,
                             "The body, copied once, when it is first asked for.");
  type.def_property_readonly("spans", &PyResponse::spans,
                             "The body without a copy: a tuple of read-only memoryviews, to "
                             "be sent in order, as socket.sendmsg() does.");
  type.def("__eq__", IsEqual, py::is_operator());
  type.def("__repr__", ToRepr);
}

}  // namespace muster::python
