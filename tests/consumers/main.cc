#include <cstdio>

#include "muster/catalog.h"
#include "muster/http.h"

int main() {
  auto catalog = muster::Catalog::OpenInMemory();
  muster::WriteBatch batch;
  batch.PutShape({"s-1vcpu-1gb", 1, 1024, 10240, {}, false});
  if (!catalog.ok() || !(*catalog)->Apply(batch).ok()) return 1;
  auto handler = muster::Handler::Create(catalog->get());
  auto response = handler->Handle({"GET", "/v1/shapes", nullptr});
  std::puts(response->body().ToString().c_str());
}
