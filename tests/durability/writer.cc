// A process that writes batches as fast as it can, and says which it was told are done:
//
//   durability_writer DB FIRST_LANE LANES BATCHES MODE ACK_FD
//
// LANES callers, one lane each, go on from what the store holds, for BATCHES batches
// (0: until it is killed). Each acknowledgement is one write() of an Ack to ACK_FD.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "durability/lane.h"
#include "durability/ledger.h"

namespace muster::durability {
namespace {

struct Arguments {
  std::string db;
  int first_lane = 0;
  int lanes = 1;
  uint64_t batches = 0;
  std::string mode;
  int ack_fd = -1;
};

int Fail(const std::string& what, const absl::Status& status) {
  std::fprintf(stderr, "durability_writer: %s: %s\n", what.c_str(), status.ToString().c_str());
  return 1;
}

void Tell(int fd, const Ack& ack) {
  if (write(fd, &ack, sizeof(ack)) != sizeof(ack)) _exit(1);
}

uint64_t BatchesOf(Catalog& catalog, int lane) {
  const std::optional<Host> host = catalog.snapshot().FindHost(LaneCounter(lane));
  return host ? static_cast<uint64_t>(host->free_mib) : 0;
}

// One caller, one batch at a time.
void WriteLane(Catalog& catalog, int lane, const Arguments& arguments) {
  const uint64_t start = BatchesOf(catalog, lane);
  for (uint64_t i = 1; arguments.batches == 0 || i <= arguments.batches; ++i) {
    ApplyReport report;
    const absl::Status status = catalog.Apply(LaneBatch(lane, start + i), &report);
    if (!status.ok()) _exit(Fail("a batch is refused", status));
    Tell(arguments.ack_fd,
         {static_cast<uint32_t>(lane), Ack::kDurable, start + i, report.version});
  }
}

int Write(const Arguments& arguments) {
  auto opened = Catalog::Open(arguments.db);
  if (!opened.ok()) return Fail("the store does not open", opened.status());
  const std::unique_ptr<Catalog> catalog = *std::move(opened);
  std::vector<std::thread> callers;
  for (int lane = arguments.first_lane; lane < arguments.first_lane + arguments.lanes; ++lane) {
    callers.emplace_back([&, lane] { WriteLane(*catalog, lane, arguments); });
  }
  for (std::thread& caller : callers) caller.join();
  const absl::Status status = catalog->Close();
  return status.ok() ? 0 : Fail("the store does not close", status);
}

}  // namespace
}  // namespace muster::durability

int main(int argc, char** argv) {
  if (argc != 7) {
    std::fprintf(stderr, "durability_writer: six arguments, as its source says\n");
    return 2;
  }
  return muster::durability::Write({argv[1], std::atoi(argv[2]), std::atoi(argv[3]),
                                    std::strtoull(argv[4], nullptr, 10), argv[5],
                                    std::atoi(argv[6])});
}
