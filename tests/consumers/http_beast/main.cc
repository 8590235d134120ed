#include <boost/beast/http.hpp>
#include <cstdio>

#include "muster_beast.h"

int main() {
  auto catalog = muster::Catalog::OpenInMemory();
  muster::WriteBatch batch;
  batch.PutShape({"s-1vcpu-1gb", 1, 1024, 10240, {}, false});
  if (!catalog.ok() || !(*catalog)->Apply(batch).ok()) return 1;
  auto handler = muster::Handler::Create(catalog->get());
  namespace http = boost::beast::http;
  http::request<http::empty_body> request(http::verb::get, "/v1/shapes", 11);
  auto message = muster::beast::Handle(*handler, request);
  std::puts(message->body().body().ToString().c_str());
}
