// Cuts the power, at random points of recorded runs, and looks at what a disk may then
// hold:
//
//   durability_power_cuts [--count=N] [--seconds=N] [--seed=N] [--check=COMMAND]
//   durability_power_cuts --self-test
//
// A program writes under the recorder, which takes down each write and sync of its data
// file and what it was told of its batches. For each cut an image is made (disk.h) and
// opened: it must hold every batch that was acknowledged as on disk before the cut, be
// the state of one whole commit, and take another batch. Ends with 1, and leaves the image
// where it lies, where that is not so.
//
// The self-test runs the same program over LMDB with MDB_NOSYNC: an image of it that
// passes every time would show that nothing is shown.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "durability/commit_versions.h"
#include "durability/disk.h"
#include "durability/driver.h"
#include "durability/ledger.h"
#include "durability/process.h"

namespace muster::durability {
namespace {

namespace fs = std::filesystem;

constexpr int kOwnLane = kLanes - 1;
constexpr uint64_t kCutsPerRun = 40;
constexpr const char* kModes[] = {"durable", "async", "relaxed", "stubborn",
                                  "stubborn-relaxed"};

struct Totals {
  uint64_t cuts = 0;
  uint64_t runs = 0;
  uint64_t entries = 0;
  uint64_t faults = 0;     // syncs and synced writes that failed in the runs
  uint64_t in_flight = 0;  // cuts in the midst of a write
  uint64_t durable = 0;    // batches acknowledged as on disk before their cut, all cuts
  uint64_t lost = 0;
  uint64_t unasked = 0;
  uint64_t damaged = 0;  // images that did not pass
};

std::optional<std::string> ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(in), {});
}

void WriteFile(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

// Runs `check` in a process of its own, which damage may kill.
std::string InChild(const std::function<std::string(Found* found)>& check, Found* found) {
  int ends[2];
  if (pipe(ends) != 0) return "no pipe";
  const pid_t child = fork();
  if (child == 0) {
    const std::string wrong = check(found);
    const bool told = write(ends[1], found, sizeof(*found)) == sizeof(*found) &&
                      write(ends[1], wrong.data(), wrong.size()) >= 0;
    _exit(told ? 0 : 1);
  }
  close(ends[1]);
  std::string said;
  char bytes[4096];
  for (ssize_t count; (count = read(ends[0], bytes, sizeof(bytes))) > 0;) {
    said.append(bytes, static_cast<size_t>(count));
  }
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFSIGNALED(status))
    return "it ends the process: signal " + std::to_string(WTERMSIG(status));
  if (said.size() < sizeof(*found)) return "it ends the process";
  std::memcpy(found, said.data(), sizeof(*found));
  return said.substr(sizeof(*found));
}

// A run, and the store that it began with.
struct Run {
  std::optional<std::string> data_file;
  Found start;
  std::unique_ptr<Recording> recording;
  std::vector<std::optional<uint64_t>> versions;  // see CommitVersions()
  uint64_t in_flight = 1;
  bool faulty = false;  // calls failed, and what a commit came to may be unknown
};

class PowerCuts {
 public:
  PowerCuts(const Flags& flags, bool without_sync)
      : flags_(flags), without_sync_(without_sync), random_(flags.seed) {}

  std::string Go() {
    std::string wrong;
    const Deadline deadline(flags_);
    while (wrong.empty() && deadline.Goes(totals_.cuts)) {
      Run run;
      wrong = Record(&run);
      if (wrong.empty()) wrong = CutRun(run, deadline);
    }
    if (!wrong.empty()) dir_.Keep();
    return wrong;
  }

  const Totals& totals() const { return totals_; }

 private:
  std::string Db() const { return dir_.path() + "/db"; }
  std::string Image() const { return dir_.path() + "/image"; }

  // Lets a program write for a while, from nothing or from what a cut has left.
  std::string Record(Run* run) {
    const std::string log = dir_.path() + "/recording";
    fs::remove(log);
    fs::remove_all(Db());
    if (left_ && random_.Below(2) == 0) {
      fs::rename(Image(), Db());
      run->start = *left_;
    }
    left_.reset();
    run->data_file = ReadFile(Db() + "/data.mdb");
    std::vector<std::string> environment = {
        "LD_PRELOAD=" MUSTER_PRELOAD, kWatchedDirectory + ("=" + Db()),
        kRecordingFile + ("=" + log), kAckDescriptor + ("=" + std::to_string(Process::kPipe))};
    if (without_sync_) environment.push_back(std::string(kNoSync) + "=1");
    const std::string mode = kModes[without_sync_ ? 0 : random_.Below(std::size(kModes))];
    mode_ = mode;
    if (mode == "async") run->in_flight = kMaxInFlight;
    // Where many batches share a commit, more of them.
    const uint64_t batches =
        (5 + random_.Below(60)) * (mode == "durable" || mode == "stubborn" ? 1 : 6);
    run->faulty = mode.rfind("stubborn", 0) == 0;
    if (run->faulty) {
      environment.push_back(kRandomFaults + ("=" + std::to_string(random_.Below(1u << 30))));
    }
    Process writer(
        {Beside("durability_writer"), Db(), "0", std::to_string(1 + random_.Below(4)),
         std::to_string(batches), mode, std::to_string(Process::kPipe)},
        environment);
    if (writer.Join() != 0) return "the writer failed";
    run->recording = std::make_unique<Recording>(log);
    if (const std::string& call = run->recording->unknown(); !call.empty()) {
      return "the writer calls what is not modelled: " + call;
    }
    ++totals_.runs;
    for (const RecordedEntry& entry : run->recording->entries()) {
      const bool failed =
          entry.kind == EntryKind::kFailedWrite || entry.kind == EntryKind::kSyncFailed;
      totals_.faults += failed ? 1 : 0;
    }
    totals_.entries += run->recording->entries().size();
    if (std::string wrong = CheckWhole(*run); !wrong.empty()) return wrong;
    if (!without_sync_ && !run->faulty) {
      run->versions = CommitVersions(*run->recording, run->data_file, dir_.path() + "/scratch");
    }
    return "";
  }

  // The recording says all that has happened to the file.
  std::string CheckWhole(const Run& run) {
    Disk disk(run.data_file);
    for (const RecordedEntry& entry : run.recording->entries()) disk.Take(entry);
    return disk.Written() == ReadFile(Db() + "/data.mdb") ? "" : "writes are not recorded";
  }

  // Anywhere, but most of them where the file changes: acknowledgements are many.
  std::vector<size_t> ChooseCuts(const std::vector<RecordedEntry>& entries) {
    std::vector<size_t> changes, cuts;
    for (size_t i = 0; i < entries.size(); ++i) {
      if (entries[i].kind != EntryKind::kAck) changes.push_back(i);
    }
    while (cuts.size() < kCutsPerRun) {
      cuts.push_back(random_.Below(4) == 0 ? random_.Below(entries.size() + 1)
                                           : changes[random_.Below(changes.size())]);
    }
    std::sort(cuts.begin(), cuts.end());
    return cuts;
  }

  std::string CutRun(const Run& run, const Deadline& deadline) {
    const std::vector<RecordedEntry>& entries = run.recording->entries();
    std::vector<size_t> cuts = ChooseCuts(entries);
    Disk disk(run.data_file);
    Ledger ledger(run.start, run.in_flight);
    uint64_t version = run.start.version;
    size_t taken = 0;
    for (size_t cut : cuts) {
      if (!deadline.Goes(totals_.cuts)) break;
      for (; taken < cut; ++taken) {
        disk.Take(entries[taken]);
        if (entries[taken].kind == EntryKind::kAck) ledger.AddAll(entries[taken].data);
        if (!run.versions.empty()) version = run.versions[taken].value_or(version);
      }
      const RecordedEntry* next = cut < entries.size() ? &entries[cut] : nullptr;
      if (next != nullptr && !next->IsWrite()) next = nullptr;
      if (!run.versions.empty()) {
        ledger.AllowVersions({version, next ? run.versions[cut].value_or(version) : version});
      }
      ++totals_.cuts;
      totals_.in_flight += next != nullptr ? 1 : 0;
      totals_.durable += ledger.durable();
      std::string wrong = Look(disk.Cut(&random_, next), ledger);
      if (wrong.empty()) continue;
      ++totals_.damaged;
      if (!without_sync_) {
        return mode_ + ": cut before entry " + std::to_string(cut) + " of " +
               std::to_string(entries.size()) + ": " + wrong;
      }
    }
    return "";
  }

  std::string Look(const std::optional<std::string>& data_file, const Ledger& ledger) {
    fs::remove_all(Image());
    fs::create_directory(Image());
    fs::permissions(Image(), fs::perms::owner_all);
    if (data_file) WriteFile(Image() + "/data.mdb", *data_file);
    PutLockFile("muster.lock");
    PutLockFile("lock.mdb");
    Found found;
    const std::string wrong = InChild(
        [&](Found* seen) { return CheckStore(Image(), ledger, kOwnLane, seen); }, &found);
    if (!wrong.empty()) return wrong;
    left_ = found;
    totals_.lost += found.lost;
    totals_.unasked += found.unasked;
    return RunCheck(flags_, Image());
  }

  // These files are never synced: lost, of the right length and blank, or whole.
  void PutLockFile(const std::string& name) {
    const std::optional<std::string> whole = ReadFile(Db() + "/" + name);
    const uint64_t fate = random_.Below(4);
    if (!whole || fate == 0) return;
    const std::string kept = fate == 1   ? ""
                             : fate == 2 ? std::string(whole->size(), '\0')
                                         : *whole;
    WriteFile(Image() + "/" + name, kept);
  }

  const Flags flags_;
  const bool without_sync_;
  Random random_;
  WorkDir dir_;
  std::string mode_;           // of the writer, in this run
  std::optional<Found> left_;  // what the last image holds, if it is a store
  Totals totals_;
};

void Print(const Totals& totals) {
  std::printf(
      "power cuts: %llu survived (%llu of them in the midst of a write), in %llu runs "
      "of %llu writes, syncs and acknowledgements with %llu syncs that failed; %llu batches "
      "were acknowledged as on "
      "disk before their cut, none is lost; %llu more were there; %llu relaxed ones lost "
      "from the end; no part of a commit was ever seen\n",
      Number(totals.cuts), Number(totals.in_flight), Number(totals.runs),
      Number(totals.entries), Number(totals.faults), Number(totals.durable),
      Number(totals.unasked), Number(totals.lost));
}

int SelfTest() {
  Flags flags;
  flags.count = 40;
  flags.seed = 1;
  PowerCuts cuts(flags, true);
  const std::string wrong = cuts.Go();
  std::printf("power cuts of LMDB with MDB_NOSYNC: %llu of %llu images are damaged\n",
              Number(cuts.totals().damaged), Number(cuts.totals().cuts));
  if (!wrong.empty()) std::fprintf(stderr, "%s\n", wrong.c_str());
  return wrong.empty() && cuts.totals().damaged > 0 ? 0 : 1;
}

}  // namespace
}  // namespace muster::durability

int main(int argc, char** argv) {
  using namespace muster::durability;
  if (argc == 2 && std::string(argv[1]) == "--self-test") return SelfTest();
  const Flags flags = ParseFlags(argc, argv);
  PowerCuts cuts(flags, false);
  return Report(flags, cuts.Go(), [&] { Print(cuts.totals()); });
}
