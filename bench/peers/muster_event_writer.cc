#include "data/fail.h"
#include "muster/catalog.h"
#include "peers/event_writer.h"

namespace muster_bench {
namespace {

class MusterEventWriter : public EventWriter {
 public:
  MusterEventWriter(const SandboxEvents& events, const std::string& directory)
      : events_(events) {
    muster::Options options;
    options.durability = muster::Durability::kRelaxed;
    auto catalog = muster::Catalog::Open(directory, options);
    Check(catalog.status(), "Catalog::Open");
    catalog_ = *std::move(catalog);
  }

  void Record(uint64_t begin, uint64_t end) override {
    batch_.Clear();
    for (uint64_t i = begin; i < end; ++i) {
      const SandboxEvents::Event event = events_.At(i);
      recorded_.sandbox_id = events_.SandboxId(event.sandbox);
      recorded_.user_id = events_.UserId(events_.UserOf(event.sandbox));
      recorded_.status = event.status;
      recorded_.sequence = event.sequence;
      batch_.RecordSandbox(recorded_);
    }
    Check(catalog_->Apply(batch_), "Apply");
  }

  void Flush() override { Check(catalog_->Flush(), "Flush"); }

  std::vector<muster::UserStats> Stats() override {
    std::vector<muster::UserStats> all;
    for (size_t user = 0; user < events_.users(); ++user) {
      const absl::StatusOr<muster::UserStats> stats =
          catalog_->GetUserStats(events_.UserId(user));
      Check(stats.status(), "GetUserStats");
      all.push_back(*stats);
    }
    return all;
  }

 private:
  const SandboxEvents& events_;
  std::unique_ptr<muster::Catalog> catalog_;
  muster::WriteBatch batch_;       // kept for its memory, as is …
  muster::SandboxEvent recorded_;  // … the event that is added to it
};

}  // namespace

std::unique_ptr<EventWriter> MakeMusterEventWriter(const SandboxEvents& events,
                                                   const std::string& directory) {
  return std::make_unique<MusterEventWriter>(events, directory);
}

}  // namespace muster_bench
