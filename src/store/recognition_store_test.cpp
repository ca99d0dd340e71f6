#include "store/recognition_store.h"

#include <thread>

#include <gtest/gtest.h>

namespace glyphd {
namespace {

// Answers every Put from another thread, as the real stores do.
class AnsweringStore : public RecognitionStore {
 public:
  explicit AnsweringStore(Status answer) : answer_(std::move(answer)) {}

  void Put(PutGroup, PutDone done) override {
    std::thread([done = std::move(done), answer = answer_] { done(answer); }).detach();
  }
  Result<Recognition> Find(const RecordId&) override { return NotFound(""); }
  Result<SharedBytes> Picture(const RecordId&) override { return NotFound(""); }
  Result<RecognitionPage> List(const RecognitionFilter&, int,
                               const std::optional<std::string>&) override {
    return RecognitionPage{};
  }
  Status Delete(const RecordId&) override { return {}; }
  Result<Correction> Correct(const RecordId&, std::optional<std::string>) override {
    return Correction{};
  }
  Result<std::vector<Correction>> Corrections(const RecordId&) override {
    return std::vector<Correction>{};
  }
  Result<IdempotentAnswer> FindAnswer(const std::string&) override { return NotFound(""); }
  Status Check() override { return {}; }
  StoreFigures Figures() override { return {}; }

 private:
  Status answer_;
};

TEST(PutAndWait, GivesWhatTheCompletionWasGiven) {
  EXPECT_TRUE(AnsweringStore(Status()).PutAndWait({}).ok());
  const Status refused = AnsweringStore(Unavailable("disk full")).PutAndWait({});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().message, "disk full");
}

}  // namespace
}  // namespace glyphd
