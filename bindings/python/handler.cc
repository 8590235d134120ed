#include "handler.h"

#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "convert.h"
#include "request.h"
#include "response.h"
#include "status.h"

namespace muster::python {
namespace {

// The text of a raised exception, or its class's name where it has none.
std::string ReasonOf(const py::error_already_set& raised) {
  std::string reason;
  try {
    reason = ToText(py::str(raised.value()), "reason");
  } catch (const py::error_already_set&) {
    // Its own __str__() raised.
  }
  return reason.empty() ? Py_TYPE(raised.value().ptr())->tp_name : reason;
}

absl::Status ToReadiness(const py::object& answer) {
  if (answer.is_none() || answer.ptr() == Py_True) return absl::OkStatus();
  if (answer.ptr() == Py_False) return absl::UnavailableError("the server is not ready");
  if (!PyUnicode_Check(answer.ptr())) {
    ThrowTypeError("a readiness check's answer", "None, a bool or a str", answer);
  }
  return absl::UnavailableError(ToText(answer, "reason"));
}

// Throws nothing: the engine, which calls it, is compiled without exceptions.
absl::Status CheckInPython(py::handle callable) noexcept {
  const py::gil_scoped_acquire gil;
  try {
    return ToReadiness(callable());
  } catch (py::error_already_set& raised) {
    if (raised.matches(PyExc_Exception)) return absl::UnavailableError(ReasonOf(raised));
    // KeyboardInterrupt and its like stop the program, not the probe: left in
    // this thread's state, Handle() raises it when the engine has returned.
    raised.restore();
    return absl::UnavailableError("the check was interrupted");
  } catch (const std::exception& thrown) {
    return absl::UnavailableError(thrown.what());
  }
}

// A handler with the catalog that it borrows.
struct PyHandler {
  std::shared_ptr<SharedCatalog> catalog;
  Handler handler;
};

py::object HandlerHandle(const PyHandler& self, py::object method, py::object target,
                         py::object headers, py::object user_id) {
  return Handle(*self.catalog, self.handler, method, target, headers, user_id);
}

py::object NotFound(py::object method, py::object target, py::object headers) {
  const PyRequest request(method, target, headers);
  return FromResponse(Handler::NotFound(request.request()));
}

PyHandler MakeHandler(std::shared_ptr<SharedCatalog> catalog, py::object mount_prefix,
                      bool serve_shapes, bool serve_rootfs, bool serve_hosts, bool serve_whoami,
                      bool serve_healthz, bool serve_readyz, bool hosts_require_credential,
                      py::object readiness_check) {
  HandlerOptions options;
  options.mount_prefix = ToText(mount_prefix, "mount_prefix");
  options.serve_shapes = serve_shapes;
  options.serve_rootfs = serve_rootfs;
  options.serve_hosts = serve_hosts;
  options.serve_whoami = serve_whoami;
  options.serve_healthz = serve_healthz;
  options.serve_readyz = serve_readyz;
  options.hosts_require_credential = hosts_require_credential;
  options.readiness_check = ToReadinessCheck(readiness_check);
  Handler handler = ValueOrThrow(
      catalog->Use([&](Catalog& open) { return Handler::Create(&open, std::move(options)); }));
  return {std::move(catalog), std::move(handler)};
}

}  // namespace

py::object Handle(SharedCatalog& catalog, const Handler& handler, py::handle method,
                  py::handle target, py::handle headers, py::handle user_id) {
  const PyRequest request(method, target, headers);
  std::optional<std::string> user;
  if (!user_id.is_none()) user = ToText(user_id, "user_id");
  std::optional<Response> response = catalog.Use([&](Catalog&) {
    return user ? handler.Handle(request.request(), AuthenticatedUser{*user})
                : handler.Handle(request.request());
  });
  if (PyErr_Occurred() != nullptr) throw py::error_already_set();
  return response ? FromResponse(*std::move(response)) : py::none();
}

std::function<absl::Status()> ToReadinessCheck(py::handle callable) {
  if (callable.is_none()) return nullptr;
  if (PyCallable_Check(callable.ptr()) == 0) {
    ThrowTypeError("readiness_check", "callable", callable);
  }
  // The engine may copy and drop it where the GIL is not held.
  const std::shared_ptr<PyObject> kept(callable.inc_ref().ptr(), [](PyObject* object) {
    const py::gil_scoped_acquire gil;
    Py_DECREF(object);
  });
  return [kept] { return CheckInPython(kept.get()); };
}

void DefineHandler(py::module_& module) {
  py::class_<PyHandler> type(
      module, "Handler",
      "The \"Catalog & Identity\" HTTP API under options of one's own. Made by "
      "Catalog.handler(), and keeps the catalog.");
  type.def("handle", HandlerHandle, py::arg("method"), py::arg("target"),
           py::arg("headers") = py::none(), py::kw_only(), py::arg("user_id") = py::none(),
           "The answer as a Response, or None where the path is not ours. A user_id is that "
           "of a user whom the host has authenticated by itself.");
  type.def_static("not_found", NotFound, py::arg("method"), py::arg("target"),
                  py::arg("headers") = py::none(), "The 404 for a path that nobody serves.");

  const py::object catalog = module.attr("Catalog");
  catalog.attr("handler") = py::cpp_function(
      MakeHandler, py::name("handler"), py::is_method(catalog), py::kw_only(),
      py::arg("mount_prefix") = "", py::arg("serve_shapes") = true,
      py::arg("serve_rootfs") = true, py::arg("serve_hosts") = true,
      py::arg("serve_whoami") = true, py::arg("serve_healthz") = true,
      py::arg("serve_readyz") = true, py::arg("hosts_require_credential") = false,
      py::arg("readiness_check") = py::none(),
      "A Handler. mount_prefix is put before every path; endpoints that are switched off are "
      "not ours; hosts_require_credential asks for one on /v1/hosts; readiness_check() is one "
      "more condition for /readyz: an exception, False or a str, which clients see, is the "
      "reason for not being ready.");
}

}  // namespace muster::python
