// No answered record is lost with the power, and none that was answered by a killed process.

#include <algorithm>
#include <array>
#include <atomic>
#include <map>
#include <mutex>
#include <random>
#include <thread>

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "contract/example_records.h"
#include "contract/forgetful_disk.h"
#include "contract/sqlite_database.h"

namespace glyphd {
namespace {

constexpr int kThreads = 4;

// Larger pictures fill the log sooner, so that the power also goes amid checkpoints.
NewRecognition RecordWithPicture(std::mt19937& random) {
  NewRecognition record = ExampleRecord(static_cast<int>(random() % 1000));
  Bytes picture(random() % 8 == 0 ? random() % 100'000 : random() % 2'000);
  // A byte in each sector is enough to tell sectors and pictures apart.
  for (std::size_t i = 0; i < picture.size(); i += 512) {
    picture[i] = static_cast<std::uint8_t>(random());
  }
  record.picture = std::make_shared<const Bytes>(std::move(picture));
  return record;
}

PutGroup RandomGroup(std::mt19937& random) {
  PutGroup group;
  const auto size = 1 + random() % 4;
  for (std::size_t i = 0; i < size; ++i) group.recognitions.push_back(RecordWithPicture(random));
  group.answer = ExampleAnswer(group.recognitions.front().recognition.id.ToString());
  return group;
}

// What the store said that it kept; survives the store.
class Answered {
 public:
  void Add(const PutGroup& group) {
    const std::lock_guard lock(mutex_);
    for (const NewRecognition& record : group.recognitions) {
      pictures_[record.recognition.id] = record.picture;
    }
    answers_.push_back(group.answer->key);
  }

  std::size_t size() const { return pictures_.size(); }

  int CountMissing(RecognitionStore& store) const {
    int missing = 0;
    for (const auto& [id, picture] : pictures_) {
      const Result<SharedBytes> kept = store.Picture(id);
      missing += store.Find(id).ok() && kept.ok() && **kept == *picture ? 0 : 1;
    }
    for (const std::string& key : answers_) missing += store.FindAnswer(key).ok() ? 0 : 1;
    return missing;
  }

 private:
  std::mutex mutex_;
  std::map<RecordId, SharedBytes> pictures_;
  std::vector<std::string> answers_;
};

bool ListsEachRecordOnce(RecognitionStore& store) {
  std::vector<RecordId> ids;
  std::optional<std::string> cursor;
  do {
    Result<RecognitionPage> page = store.List({}, 1000, cursor);
    if (!page.ok()) return false;
    for (const Recognition& record : page->recognitions) ids.push_back(record.id);
    cursor = page->next_cursor;
  } while (cursor);
  std::sort(ids.begin(), ids.end());
  return std::adjacent_find(ids.begin(), ids.end()) == ids.end() &&
         static_cast<std::int64_t>(ids.size()) == store.Figures().records;
}

// From several threads, until the store refuses.
void PutUntilRefused(RecognitionStore& store, std::mt19937& random, Answered& answered) {
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&store, &answered, seed = random()] {
      std::mt19937 own(seed);
      PutGroup group = RandomGroup(own);
      while (store.PutAndWait(group).ok()) {
        answered.Add(group);
        group = RandomGroup(own);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

// Early points hit the making of the database, late ones checkpoints and the log's new start.
std::int64_t RandomKillPoint(std::mt19937& random) {
  return 1 + static_cast<std::int64_t>(random() % (std::uint32_t{1} << (4 + random() % 11)));
}

struct Outcome {
  std::size_t answered = 0;
  int missing = 0;
  std::int64_t forgotten_writes = 0;
};

// One database through many power cuts, checked after each.
Outcome PutThroughPowerCuts(bool synchronous_full, int rounds, unsigned seed) {
  std::mt19937 random(seed);
  ForgetfulDisk disk("forgetful");
  SqliteUnderTest database;
  database.options.vfs = disk.vfs_name();
  database.options.synchronous_full = synchronous_full;
  Answered answered;
  Outcome outcome;
  for (int round = 0; round < rounds && outcome.missing == 0; ++round) {
    disk.CutPowerAfter(RandomKillPoint(random));
    if (auto store = database.Open(); store.ok()) PutUntilRefused(**store, random, answered);
    EXPECT_TRUE(disk.PowerIsCut());
    disk.Restore(random() % 2 == 0 ? ForgetfulDisk::Remains::kSyncedOnly
                                   : ForgetfulDisk::Remains::kSyncedAndSomeOfTheRest,
                 random);
    auto store = database.Open();
    if (!store.ok()) {
      // Without syncs the file itself may be torn; with them it never is.
      EXPECT_FALSE(synchronous_full) << store.error().message;
      outcome.missing = static_cast<int>(answered.size());
      break;
    }
    outcome.missing = answered.CountMissing(**store);
    EXPECT_TRUE(ListsEachRecordOnce(**store) || !synchronous_full) << "round " << round;
  }
  outcome.answered = answered.size();
  outcome.forgotten_writes = disk.forgotten_writes();
  return outcome;
}

TEST(PowerLoss, TakesNoRecordThatWasAnswered) {
  const Outcome outcome = PutThroughPowerCuts(/*synchronous_full=*/true, 24, 20261123);
  EXPECT_EQ(outcome.missing, 0);
  // Otherwise the test tried nothing.
  EXPECT_GT(outcome.answered, 200U);
  EXPECT_GT(outcome.forgotten_writes, 100);
}

TEST(PowerLoss, TakesAnsweredRecordsWithoutSyncsWhichShowsThatTheTestCanFail) {
  const Outcome outcome = PutThroughPowerCuts(/*synchronous_full=*/false, 60, 20261123);
  EXPECT_GT(outcome.missing, 0);
}

}  // namespace
}  // namespace glyphd
