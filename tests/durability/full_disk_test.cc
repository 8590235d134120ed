// A disk that is really full: a small file system in memory, mounted where only this
// process sees it.
#include <errno.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include "durability/driver.h"
#include "durability/lane.h"
#include "durability/ledger.h"
#include "muster/catalog.h"
#include "muster/http.h"

namespace muster::durability {
namespace {

namespace fs = std::filesystem;

// Mounts are this process's own from here on; "" or why not.
std::string OwnMounts() {
  static const std::string why_not = []() -> std::string {
    if (unshare(CLONE_NEWNS) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) {
      return std::string("the system lets nobody mount here: ") + strerror(errno);
    }
    if (mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
      return std::string("mounts cannot be made private: ") + strerror(errno);
    }
    return "";
  }();
  return why_not;
}

class FullDisk : public testing::Test {
 protected:
  void SetUp() override {
    std::string why_not = OwnMounts();
    if (why_not.empty() && mount("none", dir_.path().c_str(), "tmpfs", 0, "size=1m") != 0) {
      why_not = std::string("no file system can be mounted: ") + strerror(errno);
    }
    if (!why_not.empty()) GTEST_SKIP() << why_not;
    mounted_ = true;
    auto opened = Catalog::Open(db_);
    ASSERT_TRUE(opened.ok()) << opened.status();
    catalog_ = *std::move(opened);
    ASSERT_TRUE(ApplyNext().ok());
  }
  void TearDown() override {
    catalog_.reset();
    if (mounted_) umount2(dir_.path().c_str(), MNT_DETACH);
  }

  absl::Status ApplyNext() {
    const absl::Status status = catalog_->Apply(LaneBatch(0, batches_ + 1));
    if (!status.ok()) return status;
    ledger_.Add({0, Ack::kDurable, ++batches_, 0});
    return status;
  }

  // Another program takes all the room there is, to the last page.
  void Fill() {
    const int fd = open(filler_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    const std::string page(4096, 'x');
    while (write(fd, page.data(), page.size()) > 0) {
    }
    close(fd);
  }
  void MakeRoom() { fs::remove(filler_); }

  // Until it is refused: pages that are free already may take some more.
  absl::Status ApplyUntilRefused() {
    for (;;) {
      if (absl::Status status = ApplyNext(); !status.ok()) return status;
    }
  }

  std::string Check() {
    Found found;
    return ledger_.Check(*catalog_, &found);
  }

  const WorkDir dir_;
  const std::string db_ = dir_.path() + "/db";
  const std::string filler_ = dir_.path() + "/filler";
  bool mounted_ = false;
  std::unique_ptr<Catalog> catalog_;
  Ledger ledger_{Found{}};
  uint64_t batches_ = 0;
};

TEST_F(FullDisk, RefusesABatchInOneLine) {
  Fill();
  const absl::Status status = ApplyUntilRefused();
  EXPECT_TRUE(absl::IsResourceExhausted(status) || absl::IsUnavailable(status)) << status;
  const std::string message(status.message());
  EXPECT_EQ(message.find('\n'), std::string::npos) << message;
  EXPECT_NE(message.find("full"), std::string::npos) << message;
}

TEST_F(FullDisk, LeavesWhatIsThere) {
  Fill();
  ASSERT_FALSE(ApplyUntilRefused().ok());
  EXPECT_EQ(Check(), "");
}

TEST_F(FullDisk, IsToldByReadyz) {
  const auto handler = *Handler::Create(catalog_.get());
  const auto status_of_readyz = [&] {
    return handler.Handle(Request{"GET", "/readyz", nullptr})->status();
  };
  EXPECT_EQ(status_of_readyz(), 200);
  Fill();
  ASSERT_FALSE(ApplyUntilRefused().ok());
  EXPECT_EQ(status_of_readyz(), 503);
  EXPECT_EQ(handler.Handle(Request{"GET", "/v1/shapes", nullptr})->status(), 200);
}

TEST_F(FullDisk, IsOverWhenThereIsRoomAgain) {
  Fill();
  ASSERT_FALSE(ApplyUntilRefused().ok());
  MakeRoom();
  const absl::Status status = ApplyNext();
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_TRUE(BecomesReady(*catalog_));
  EXPECT_EQ(Check(), "");
}

// With no traffic at all: a server that a balancer has taken out comes back by itself.
TEST_F(FullDisk, IsOverForCheckReadyAloneWhenThereIsRoomAgain) {
  Fill();
  ASSERT_FALSE(ApplyUntilRefused().ok());
  MakeRoom();
  EXPECT_TRUE(BecomesReady(*catalog_));
}

TEST_F(FullDisk, DoesNotKeepAStoreFromBeingOpened) {
  Fill();
  ASSERT_FALSE(ApplyUntilRefused().ok());
  ASSERT_TRUE(catalog_->Close().ok());
  auto opened = Catalog::Open(db_);
  ASSERT_TRUE(opened.ok()) << opened.status();
  catalog_ = *std::move(opened);
  EXPECT_EQ(Check(), "");
}

}  // namespace
}  // namespace muster::durability
