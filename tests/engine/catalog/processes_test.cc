// Several processes share one store. Each child is a real process: the test
// itself, forked before it has opened anything.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <vector>

#include "engine/commit/fixture.h"
#include "engine/store/peer.h"
#include "engine/temp_dir.h"

namespace muster {
namespace {

WriteBatch OneHost(const std::string& id) {
  WriteBatch batch;
  batch.PutHost({id, HostStatus::kActive, 1, 1});
  return batch;
}

// A process that opens the store at step 0, and works with it at that and each
// later one.
class CatalogPeer : public Peer {
 public:
  CatalogPeer(const std::string& path, bool (*work)(Catalog& theirs, int step))
      : Peer([=, theirs = std::shared_ptr<Catalog>()](int step) mutable {
          if (step == 0) theirs = *Catalog::Open(path);
          return work(*theirs, step);
        }) {}
};

TEST(Processes, ACommitByAnotherProcessShowsInTheNextSnapshot) {
  TempDir dir;
  CatalogPeer peer(dir / "db", [](Catalog& theirs, int step) {
    if (step == 0) return true;
    return theirs.Apply(OneHost("from the peer " + std::to_string(step))).ok();
  });
  ASSERT_TRUE(peer.Do(0));
  const auto ours = *Catalog::Open(dir / "db");
  for (int step = 1; step <= 20; ++step) {
    ASSERT_TRUE(peer.Do(step));
    EXPECT_TRUE(ours->snapshot().FindHost("from the peer " + std::to_string(step)));
  }
}

TEST(Processes, CatchUpTakesInWhatAnotherProcessCommitted) {
  TempDir dir;
  CatalogPeer peer(dir / "db", [](Catalog& theirs, int step) {
    if (step == 0) return true;
    return theirs.Apply(OneHost("x")).ok();
  });
  ASSERT_TRUE(peer.Do(0));
  const auto ours = *Catalog::Open(dir / "db");
  ASSERT_TRUE(peer.Do(1));
  ASSERT_TRUE(ours->CatchUp().ok());
  EXPECT_TRUE(ours->snapshot().FindHost("x"));
}

TEST(Processes, ApplyTakesInWhatOthersCommittedFirst) {
  TempDir dir;
  CatalogPeer peer(dir / "db", [](Catalog& theirs, int step) {
    if (step == 0) return true;
    return theirs.Apply(OneHost("theirs")).ok();
  });
  ASSERT_TRUE(peer.Do(0));
  const auto ours = *Catalog::Open(dir / "db");
  ASSERT_TRUE(peer.Do(1));
  ASSERT_TRUE(ours->Apply(OneHost("ours")).ok());
  const Snapshot snapshot = ours->snapshot();
  EXPECT_TRUE(snapshot.FindHost("theirs"));
  EXPECT_TRUE(snapshot.FindHost("ours"));
  EXPECT_EQ(snapshot.version(), 2u);
}

TEST(Processes, TagsAgree) {
  TempDir dir;
  CatalogPeer peer(dir / "db", [](Catalog& theirs, int step) {
    if (step == 0) return theirs.Apply(OneHost("h")).ok();
    WriteBatch batch;
    // The tag travels in the store itself, as a user's name.
    batch.PutUser({std::string(theirs.snapshot().etag(List::kHosts))});
    return theirs.Apply(batch).ok();
  });
  ASSERT_TRUE(peer.Do(0));
  const auto ours = *Catalog::Open(dir / "db");
  ASSERT_TRUE(peer.Do(1));
  EXPECT_TRUE(*ours->FindUser(ours->snapshot().etag(List::kHosts)));
}

TEST(Processes, WritersInTwoProcessesLoseNothing) {
  TempDir dir;
  ASSERT_TRUE(InChild([&] { return Catalog::Open(dir / "db").ok(); }));
  std::unique_ptr<Catalog> theirs;
  const auto write = [](Catalog& catalog, const std::string& prefix) {
    for (int i = 0; i < 50; ++i) {
      if (!catalog.Apply(OneHost(prefix + std::to_string(i))).ok()) return false;
    }
    return true;
  };
  const pid_t child = fork();
  if (child == 0) {
    auto opened = Catalog::Open(dir / "db");
    _exit(opened.ok() && write(**opened, "theirs-") ? 0 : 1);
  }
  const auto ours = *Catalog::Open(dir / "db");
  EXPECT_TRUE(write(*ours, "ours-"));
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  ASSERT_TRUE(ours->CatchUp().ok());
  EXPECT_EQ(ours->snapshot().Hosts().total, 100);
  EXPECT_EQ(ours->snapshot().version(), 100u);
}

// A process of its own that applies batches as fast as it can. After each it
// writes a byte: a batch that it was told is durable.
class Writer {
 public:
  explicit Writer(const std::string& store) {
    int told[2];
    if (pipe(told) != 0) return;
    child_ = fork();
    if (child_ == 0) {
      // Not just a fork: that would be this process with its catalog.
      dup2(told[1], 1);
      execl("/proc/self/exe", "processes_test", "--writer", store.c_str(), nullptr);
      _exit(1);
    }
    close(told[1]);
    told_ = told[0];
  }
  ~Writer() {
    Kill();
    close(told_);
  }
  void Kill() {
    if (child_ < 0) return;
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
    child_ = -1;
  }
  void Stop() const {
    kill(child_, SIGSTOP);
    waitpid(child_, nullptr, WUNTRACED);  // until it has stopped
  }
  void Continue() const { kill(child_, SIGCONT); }

  // Waits until so many more batches were acknowledged; how many were, in all.
  size_t WaitFor(size_t more) {
    const size_t enough = acknowledged_ + more;
    char bytes[64];
    while (acknowledged_ < enough) {
      const ssize_t got = read(told_, bytes, sizeof(bytes));
      if (got <= 0) break;
      acknowledged_ += static_cast<size_t>(got);
    }
    return acknowledged_;
  }
  std::string IdOfBatch(size_t number) const {
    return std::to_string(child_) + "-" + std::to_string(number);
  }

 private:
  pid_t child_ = -1;
  int told_ = -1;
  size_t acknowledged_ = 0;
};

TEST(Processes, AKilledWriterLeavesTheStoreWhole) {
  TempDir dir;
  const auto ours = *Catalog::Open(dir / "db");
  for (int round = 0; round < 5; ++round) {
    std::string last;
    {
      Writer writer(dir / "db");
      const size_t acknowledged = writer.WaitFor(20);
      ASSERT_GE(acknowledged, 20u);
      last = writer.IdOfBatch(acknowledged - 1);
    }
    ASSERT_TRUE(ours->CatchUp().ok());
    EXPECT_TRUE(ours->snapshot().FindHost(last)) << last;
    EXPECT_TRUE(ours->Apply(OneHost("after " + std::to_string(round))).ok());
  }
}

// Wherever in a commit it is stopped. A reader that waited for it would wait for
// ever, and the alarm would end the test.
TEST(Processes, AStoppedWriterBlocksNoReader) {
  TempDir dir;
  const auto ours = *Catalog::Open(dir / "db");
  Writer writer(dir / "db");
  ASSERT_GE(writer.WaitFor(1), 1u);
  alarm(60);
  for (int round = 0; round < 40; ++round) {
    usleep(static_cast<useconds_t>(211 * round));  // a different place each time
    writer.Stop();
    for (int i = 0; i < 50; ++i) {
      EXPECT_GT(ours->snapshot().Hosts().total, 0);
      EXPECT_TRUE(ours->GetUserStats("usr_1").ok());
    }
    writer.Continue();
    ASSERT_GT(writer.WaitFor(1), 0u);
  }
  alarm(0);
}

// What a process answers for the hosts, all in one text.
std::string Answers(Catalog& catalog) {
  const Snapshot snapshot = catalog.snapshot();
  std::string text(snapshot.etag(List::kHosts));
  const int64_t total = snapshot.RenderedHosts().total;
  for (int64_t offset = 0; offset < total; offset += 500) {
    text += snapshot.RenderedHosts(500, offset).rows.ToString();
  }
  return text;
}

// The same of a process that opens the store anew and waits for the newest commit.
std::string AnswersOfAnotherProcess(const std::string& store) {
  int told[2];
  if (pipe(told) != 0) return {};
  const pid_t child = fork();
  if (child == 0) {
    dup2(told[1], 1);
    execl("/proc/self/exe", "processes_test", "--answers", store.c_str(), nullptr);
    _exit(1);
  }
  close(told[1]);
  std::string answers;
  char bytes[4096];
  for (ssize_t got; (got = read(told[0], bytes, sizeof(bytes))) > 0;) {
    answers.append(bytes, static_cast<size_t>(got));
  }
  close(told[0]);
  waitpid(child, nullptr, 0);
  return answers;
}

// Wherever in a commit it is killed: what is durable by then shows, though nobody
// writes after it and nobody calls CatchUp().
TEST(Processes, AKilledWriterLeavesNoCommitUnseen) {
  TempDir dir;
  const auto ours = *Catalog::Open(dir / "db");
  for (int round = 0; round < 20; ++round) {
    Writer writer(dir / "db");
    ASSERT_GE(writer.WaitFor(3), 3u);
    usleep(static_cast<useconds_t>(173 * round));  // a different place each time
    writer.Kill();
    for (int i = 0; i < 100; ++i) {
      ours->snapshot();
      usleep(1000);
    }
    const std::string answers = Answers(*ours);  // before the other one mends it
    EXPECT_EQ(answers, AnswersOfAnotherProcess(dir / "db")) << "round " << round;
  }
}

// Reads as fast as it can until it is told to end.
class Reader {
 public:
  explicit Reader(Catalog& catalog) : thread_([&] { Read(catalog); }) {}
  ~Reader() {
    ended_ = true;
    thread_.join();
  }

 private:
  void Read(Catalog& catalog) {
    uint64_t last = 0;
    while (!ended_) {
      const Snapshot snapshot = catalog.snapshot();
      EXPECT_GE(snapshot.version(), last);
      last = snapshot.version();
      const RenderedPage page = snapshot.RenderedHosts(500, 0);
      EXPECT_EQ(page.count, std::min<int64_t>(page.total, 500));
    }
  }

  std::atomic<bool> ended_{false};
  std::thread thread_;
};

TEST(Processes, ReadAndWriteAtOnceWithOneStoppedAndOneKilled) {
  TempDir dir;
  const auto ours = *Catalog::Open(dir / "db");
  alarm(120);  // for whoever waits for the one that is stopped
  {
    Reader reader(*ours);
    Writer first(dir / "db"), second(dir / "db"), third(dir / "db");
    for (int round = 0; round < 5; ++round) {
      first.WaitFor(5);
      second.WaitFor(5);
      ASSERT_TRUE(ours->Apply(OneHost("ours " + std::to_string(round))).ok());
    }
    first.Stop();
    const Snapshot before = ours->snapshot();
    EXPECT_GT(before.Hosts().total, 50);
    first.Continue();
    first.WaitFor(1);
    second.Kill();
    third.WaitFor(5);
    ASSERT_TRUE(ours->Apply(OneHost("after the kill")).ok());
  }
  ASSERT_TRUE(ours->CatchUp().ok());
  EXPECT_EQ(Answers(*ours), AnswersOfAnotherProcess(dir / "db"));
  alarm(0);
}

TEST(Processes, ALargeCommitByAnotherProcessShowsWithoutBeingAskedFor) {
  TempDir dir;
  CatalogPeer peer(dir / "db", [](Catalog& theirs, int step) {
    if (step == 0) return true;
    WriteBatch batch;
    for (int i = 0; i < 20000; ++i) {
      batch.PutHost({std::to_string(i), HostStatus::kActive, 1, 1});
    }
    return theirs.Apply(batch).ok();
  });
  ASSERT_TRUE(peer.Do(0));
  const auto ours = *Catalog::Open(dir / "db");
  ASSERT_TRUE(peer.Do(1));
  alarm(60);
  while (ours->snapshot().Hosts(1).total != 20000) usleep(1000);
  alarm(0);
}

TEST(Processes, CountsOfAUserThatAnotherProcessChangedAreThoseOfTheNextLookUp) {
  TempDir dir;
  CatalogPeer peer(dir / "db", [](Catalog& theirs, int step) {
    if (step == 0) return true;
    WriteBatch batch;
    batch.PutUser({"usr_1", UserStats{step, 0, 0, step}});
    return theirs.Apply(batch).ok();
  });
  ASSERT_TRUE(peer.Do(0));
  const auto ours = *Catalog::Open(dir / "db");
  for (int step = 1; step <= 20; ++step) {
    ASSERT_TRUE(peer.Do(step));
    EXPECT_EQ(ours->GetUserStats("usr_1")->running, step);
  }
}

int RunWriter(const char* path) {
  const auto catalog = Catalog::Open(path);
  if (!catalog.ok()) return 1;
  for (int i = 0;; ++i) {
    const std::string id = std::to_string(getpid()) + "-" + std::to_string(i);
    if (!(*catalog)->Apply(OneHost(id)).ok() || write(1, ".", 1) != 1) return 1;
  }
}

int PrintAnswers(const char* path) {
  const auto catalog = Catalog::Open(path);
  if (!catalog.ok() || !(*catalog)->CatchUp().ok()) return 1;
  const std::string answers = Answers(**catalog);
  return write(1, answers.data(), answers.size()) == static_cast<ssize_t>(answers.size()) ? 0
                                                                                          : 1;
}

}  // namespace
}  // namespace muster

int main(int argc, char** argv) {
  if (argc == 3 && std::string(argv[1]) == "--writer") return muster::RunWriter(argv[2]);
  if (argc == 3 && std::string(argv[1]) == "--answers") return muster::PrintAnswers(argv[2]);
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
