#include "handler.h"

#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "convert.h"
#include "gil.h"
#include "request.h"
#include "response.h"
#include "status.h"

namespace muster::python {
namespace {

// The text of a raised exception, or its class's name where it has none.
std::string ReasonOf(const py::error_already_set& raised) {
  std::string reason;
  try {
    reason = ToText(ObjectOf([&] { return PyObject_Str(raised.value().ptr()); }), "reason");
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
  const GilHeld gil;
  try {
    return ToReadiness(ObjectOf([&] { return PyObject_CallNoArgs(callable.ptr()); }));
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

// A handler with the catalog that it borrows, if it has one.
struct PyHandler {
  std::shared_ptr<SharedCatalog> catalog;
  Handler handler;
};

py::object HandlerHandle(const PyHandler& self, py::object method, py::object target,
                         py::object headers, py::object user_id) {
  return Handle(self.catalog.get(), self.handler, method, target, headers, user_id);
}

py::object NotFound(py::object method, py::object target, py::object headers) {
  const PyRequest request(method, target, headers);
  return FromResponse(Handler::NotFound(request.request()));
}

HandlerOptions ToOptions(py::handle mount_prefix, bool serve_shapes, bool serve_rootfs,
                         bool serve_hosts, bool serve_whoami, bool serve_healthz,
                         bool serve_readyz, bool hosts_require_credential,
                         py::handle readiness_check) {
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
  return options;
}

// `given`: what ToOptions() takes.
template <typename... Given>
PyHandler MakeHandler(std::shared_ptr<SharedCatalog> catalog, Given... given) {
  HandlerOptions options = ToOptions(given...);
  Handler handler = ValueOrThrow(
      catalog->Use([&](Catalog& open) { return Handler::Create(&open, std::move(options)); }));
  return {std::move(catalog), std::move(handler)};
}

template <typename... Given>
PyHandler MakeWithoutCatalog(py::object reason, Given... given) {
  std::string text = ToText(reason, "reason");
  return {nullptr, ValueOrThrow(Handler::WithoutCatalog(std::move(text), ToOptions(given...)))};
}

template <typename First>
using Maker = PyHandler (*)(First, py::object mount_prefix, bool, bool, bool, bool, bool, bool,
                            bool, py::object readiness_check);

// `make` as a function of Python's, whose last arguments are the options.
template <typename First, typename... Extra>
py::cpp_function WithOptions(Maker<First> make, const Extra&... extra) {
  return py::cpp_function(make, extra..., py::kw_only(), py::arg("mount_prefix") = "",
                          py::arg("serve_shapes") = true, py::arg("serve_rootfs") = true,
                          py::arg("serve_hosts") = true, py::arg("serve_whoami") = true,
                          py::arg("serve_healthz") = true, py::arg("serve_readyz") = true,
                          py::arg("hosts_require_credential") = false,
                          py::arg("readiness_check") = py::none());
}

}  // namespace

py::object Handle(SharedCatalog* catalog, const Handler& handler, py::handle method,
                  py::handle target, py::handle headers, py::handle user_id) {
  const PyRequest request(method, target, headers);
  std::optional<std::string> user;
  if (!user_id.is_none()) user = ToText(user_id, "user_id");
  const auto answer = [&] {
    return user ? handler.Handle(request.request(), AuthenticatedUser{*user})
                : handler.Handle(request.request());
  };
  // Without a catalog there is nothing to wait for.
  std::optional<Response> response =
      catalog == nullptr ? answer() : catalog->Use([&](Catalog&) { return answer(); });
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
    const GilHeld gil;
    OrWaitForEver([&] { Py_DECREF(object); });
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

  const Maker<py::object> without_catalog = MakeWithoutCatalog;
  type.attr("without_catalog") = py::staticmethod(WithOptions(
      without_catalog, py::name("without_catalog"), py::scope(type), py::arg("reason"),
      "A Handler for as long as a store cannot be opened: the same paths are ours, what needs "
      "a catalog is 503, and /readyz has the reason, which clients see. The options are those "
      "of Catalog.handler(); the readiness check is not asked."));

  const py::object catalog = module.attr("Catalog");
  const Maker<std::shared_ptr<SharedCatalog>> make = MakeHandler;
  catalog.attr("handler") = WithOptions(
      make, py::name("handler"), py::is_method(catalog),
      "A Handler. mount_prefix is put before every path; endpoints that are switched off are "
      "not ours; hosts_require_credential asks for one on /v1/hosts; readiness_check() is one "
      "more condition for /readyz: an exception, False or a str, which clients see, is the "
      "reason for not being ready.");
}

}  // namespace muster::python
