// Writes the data set, a row a line as clients get it, for a benchmark in another
// language: bench_rows HOSTS >FILE.
#include <cstdlib>
#include <iostream>

#include "data/hosts.h"
#include "data/reference.h"

int main(int argc, char** argv) {
  const size_t n = argc == 2 ? std::strtoul(argv[1], nullptr, 10) : 0;
  if (n == 0) {
    std::cerr << "usage: bench_rows HOSTS >FILE\n";
    return 2;
  }
  for (const muster::Host& host : muster_bench::MakeHosts(n)) {
    std::cout << muster_bench::RowText(host) << '\n';
  }
  return std::cout.flush() ? 0 : 1;
}
