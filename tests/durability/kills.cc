// Kills processes that write at full speed, at random times, and looks each time at what
// is left:
//
//   durability_kills [--count=N] [--seconds=N] [--seed=N] [--check=COMMAND]
//
// The store opens, holds everything that was acknowledged as on disk, in whole batches,
// under versions without a gap; what a relaxed writer lost is the end of its history; and
// it can be written to. Ends with 1, and leaves the store where it lies, where that is not so.
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "durability/driver.h"
#include "durability/ledger.h"
#include "durability/process.h"

namespace muster::durability {
namespace {

// Who writes: so many processes, of so many callers each.
struct Crew {
  const char* name;
  const char* mode;
  int processes;
  int lanes;
  uint64_t in_flight;
};

constexpr Crew kCrews[] = {
    {"one caller", "durable", 1, 1, 1},
    {"four callers in a group", "durable", 1, 4, 1},
    {"two processes of two callers", "durable", 2, 2, 1},
    {"many in flight", "async", 1, 3, kMaxInFlight},
    {"relaxed", "relaxed", 1, 3, 1},
};
// Not a lane of theirs.
constexpr int kOwnLane = kLanes - 1;

struct Totals {
  uint64_t kills = 0;
  uint64_t while_opening = 0;  // before anything was acknowledged
  uint64_t survivors = 0;      // writers that went on when the one beside them was killed
  uint64_t durable = 0;        // batches that were acknowledged as on disk
  uint64_t lost = 0;           // relaxed ones that were applied, and are gone
  uint64_t unasked = 0;        // that are there without having been acknowledged
};

class Kills {
 public:
  explicit Kills(const Flags& flags)
      : flags_(flags), random_(flags.seed), writer_(Beside("durability_writer")) {}

  // "" or what was wrong.
  std::string Run() {
    std::string wrong;
    const Deadline deadline(flags_);
    for (int round = 0; wrong.empty() && deadline.Goes(totals_.kills); ++round) {
      if (round % kRoundsPerStore == 0) {
        dir_ = std::make_unique<WorkDir>();
        found_ = Found();
      }
      crew_ = &kCrews[static_cast<size_t>(round) % std::size(kCrews)];
      wrong = Round(*crew_);
    }
    if (wrong.empty()) return "";
    dir_->Keep();
    return std::string(crew_->name) + ": " + wrong;
  }

  void Print() const {
    std::printf(
        "kills: %llu survived (%llu of them while the store was being opened); "
        "%llu batches were acknowledged as on disk, none is lost; "
        "%llu more were there; %llu relaxed ones lost from the end; "
        "%llu times a writer beside the killed one went on\n",
        Number(totals_.kills), Number(totals_.while_opening), Number(totals_.durable),
        Number(totals_.unasked), Number(totals_.lost), Number(totals_.survivors));
  }

 private:
  static constexpr int kRoundsPerStore = 60;

  std::string Db() const { return dir_->path() + "/db"; }

  // At a random moment: while the program starts and opens the store, or after some
  // number of batches.
  void WaitForMoment(Process* process) {
    if (random_.Below(4) == 0) {
      Sleep(static_cast<int>(random_.Below(12'000)));
    } else {
      process->WaitForBytes(sizeof(Ack) * (1 + random_.Below(150)), kPatienceMs);
      Sleep(static_cast<int>(random_.Below(2'000)));
    }
  }

  std::string Round(const Crew& crew) {
    // Half of the time this process has the store open too, and looks at it as it is.
    std::unique_ptr<Catalog> witness;
    if (random_.Below(2) == 0) {
      auto opened = Catalog::Open(Db());
      if (!opened.ok()) return opened.status().ToString();
      witness = *std::move(opened);
    }
    std::vector<std::unique_ptr<Process>> writers;
    for (int i = 0; i < crew.processes; ++i) {
      writers.push_back(std::make_unique<Process>(std::vector<std::string>{
          writer_, Db(), std::to_string(i * crew.lanes), std::to_string(crew.lanes), "0",
          crew.mode, std::to_string(Process::kPipe)}));
    }
    Ledger ledger(found_, crew.in_flight);
    for (size_t i = 0; i < writers.size(); ++i) {
      WaitForMoment(writers[i].get());
      writers[i]->Kill();
      ++totals_.kills;
      totals_.while_opening += writers[i]->written().empty() ? 1 : 0;
      ledger.AddAll(writers[i]->written());
      if (i + 1 == writers.size()) break;
      // Whoever writes beside it must not notice.
      const size_t before = writers[i + 1]->written().size();
      writers[i + 1]->WaitForBytes(before + 100 * sizeof(Ack), kPatienceMs);
      if (writers[i + 1]->written().size() < before + 100 * sizeof(Ack)) {
        return "a writer stands still after the one beside it was killed";
      }
      ++totals_.survivors;
    }
    return Look(ledger, std::move(witness));
  }

  std::string Look(const Ledger& ledger, std::unique_ptr<Catalog> witness) {
    if (witness != nullptr) {
      if (absl::Status status = witness->CatchUp(); !status.ok()) return status.ToString();
      const std::string wrong = ledger.Check(*witness, &found_);
      if (!wrong.empty()) return "who had it open sees: " + wrong;
      witness.reset();
    }
    if (std::string wrong = CheckStore(Db(), ledger, kOwnLane, &found_); !wrong.empty()) {
      return wrong;
    }
    totals_.durable += ledger.durable();
    totals_.lost += found_.lost;
    totals_.unasked += found_.unasked;
    return RunCheck(flags_, Db());
  }

  const Flags flags_;
  Random random_;
  const std::string writer_;
  std::unique_ptr<WorkDir> dir_;
  Found found_;
  const Crew* crew_ = nullptr;
  Totals totals_;
};

}  // namespace
}  // namespace muster::durability

int main(int argc, char** argv) {
  using namespace muster::durability;
  const Flags flags = ParseFlags(argc, argv);
  Kills kills(flags);
  return Report(flags, kills.Run(), [&] { kills.Print(); });
}
