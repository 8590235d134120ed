// The extension module muster._muster; the package around it is in muster/.
#include <pybind11/pybind11.h>

#include "batch.h"
#include "catalog.h"
#include "changes.h"
#include "handler.h"
#include "model.h"
#include "muster/version.h"
#include "response.h"
#include "snapshot.h"
#include "status.h"

PYBIND11_MODULE(_muster, module) {
  module.attr("__version__") = muster::Version();
  muster::python::RegisterStatusErrors();
  muster::python::LoadModelClasses();
  muster::python::DefineWriteBatch(module);
  muster::python::DefineSnapshot(module);
  muster::python::DefineChanges(module);
  muster::python::DefineResponse(module);
  muster::python::DefineCatalog(module);
  muster::python::DefineHandler(module);
}
