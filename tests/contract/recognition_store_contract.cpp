#include "contract/recognition_store_contract.h"

#include <algorithm>
#include <atomic>
#include <latch>
#include <set>
#include <thread>

#include <gmock/gmock.h>

#include "contract/example_records.h"

namespace glyphd {

using std::chrono::hours;
using std::chrono::microseconds;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

// Any number of pages may be short or empty; more than this is a list that does not end.
constexpr int kMaxPages = 10'000;

ErrorCode CodeOf(const Status& status) {
  EXPECT_FALSE(status.ok());
  return status.ok() ? ErrorCode::kInvalidInput : status.error().code;
}

template <typename T>
ErrorCode CodeOf(const Result<T>& result) {
  return CodeOf(result.ok() ? Status() : Status(result.error()));
}

}  // namespace

void RecognitionStoreContract::SetUp() {
  database_ = GetParam().make();
  Reopen();
}

void RecognitionStoreContract::Reopen() {
  store_.reset();
  Result<std::unique_ptr<RecognitionStore>> opened = database_->Open();
  ASSERT_TRUE(opened.ok()) << opened.error().message;
  store_ = std::move(*opened);
}

std::vector<RecordId> RecognitionStoreContract::PutNumbers(int first, int last) {
  std::vector<RecordId> ids;
  for (int number = first; number <= last; ++number) {
    NewRecognition record = ExampleRecord(number);
    ids.push_back(record.recognition.id);
    EXPECT_TRUE(store_->PutAndWait(GroupOf(std::move(record))).ok());
  }
  return ids;
}

std::vector<std::string> RecognitionStoreContract::ListTexts(const RecognitionFilter& filter,
                                                             int limit) {
  std::vector<std::string> texts;
  std::optional<std::string> cursor;
  for (int pages = 0; pages < kMaxPages; ++pages) {
    Result<RecognitionPage> page = store_->List(filter, limit, cursor);
    EXPECT_TRUE(page.ok());
    if (!page.ok()) return texts;
    EXPECT_LE(page->recognitions.size(), static_cast<std::size_t>(limit));
    for (const Recognition& record : page->recognitions) texts.push_back(record.reading.text);
    if (!page->next_cursor) return texts;
    cursor = page->next_cursor;
  }
  ADD_FAILURE() << "the list does not end";
  return texts;
}

TEST_P(RecognitionStoreContract, GivesBackARecordAsItWasPut) {
  const NewRecognition record = ExampleRecord(17);
  ASSERT_TRUE(store_->PutAndWait(GroupOf(record)).ok());
  const Result<Recognition> found = store_->Find(record.recognition.id);
  ASSERT_TRUE(found.ok()) << found.error().message;
  EXPECT_EQ(JsonOf(*found), JsonOf(record.recognition));
  EXPECT_EQ(found->created_at, record.recognition.created_at);
}

TEST_P(RecognitionStoreContract, GivesBackABlankWithoutNamesAsItWasPut) {
  NewRecognition record = ExampleRecord(17);
  record.recognition.reading = Reading();
  record.recognition.image.filename.clear();
  record.recognition.reference.clear();
  ASSERT_TRUE(store_->PutAndWait(GroupOf(record)).ok());
  const Result<Recognition> found = store_->Find(record.recognition.id);
  ASSERT_TRUE(found.ok()) << found.error().message;
  EXPECT_EQ(JsonOf(*found), JsonOf(record.recognition));
  EXPECT_FALSE(found->reading.confidence.has_value());
}

TEST_P(RecognitionStoreContract, KeepsNamesOfAnyBytes) {
  NewRecognition record = ExampleRecord(17);
  record.recognition.image.filename = std::string("a\0'\";--\xff\xfe", 9);
  record.recognition.reference = "\xf0\x9f\x96\x8a ' OR 1=1";
  ASSERT_TRUE(store_->PutAndWait(GroupOf(record)).ok());
  const Result<Recognition> found = store_->Find(record.recognition.id);
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->image.filename, record.recognition.image.filename);
  EXPECT_EQ(found->reference, record.recognition.reference);
}

TEST_P(RecognitionStoreContract, GivesBackThePictureByteForByte) {
  const NewRecognition record = ExampleRecord(17);
  ASSERT_TRUE(store_->PutAndWait(GroupOf(record)).ok());
  const Result<SharedBytes> picture = store_->Picture(record.recognition.id);
  ASSERT_TRUE(picture.ok()) << picture.error().message;
  EXPECT_EQ(**picture, *record.picture);
}

TEST_P(RecognitionStoreContract, KeepsAPictureOfSixteenMebibytes) {
  NewRecognition record = ExampleRecord(17);
  Bytes large(std::size_t{16} << 20);
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<std::uint8_t>(i * i >> 8);
  record.picture = std::make_shared<const Bytes>(std::move(large));
  ASSERT_TRUE(store_->PutAndWait(GroupOf(record)).ok());
  const Result<SharedBytes> picture = store_->Picture(record.recognition.id);
  ASSERT_TRUE(picture.ok()) << picture.error().message;
  EXPECT_TRUE(**picture == *record.picture);
}

TEST_P(RecognitionStoreContract, KeepsEverythingThroughAReopening) {
  const NewRecognition record = ExampleRecord(17);
  PutGroup group = GroupOf(record);
  group.answer = ExampleAnswer("key");
  ASSERT_TRUE(store_->PutAndWait(std::move(group)).ok());
  ASSERT_TRUE(store_->Correct(record.recognition.id, "71").ok());
  Reopen();
  const Result<Recognition> found = store_->Find(record.recognition.id);
  ASSERT_TRUE(found.ok());
  ASSERT_TRUE(found->correction.has_value());
  EXPECT_EQ(found->correction->text, "71");
  EXPECT_EQ(**store_->Picture(record.recognition.id), *record.picture);
  EXPECT_TRUE(store_->FindAnswer("key").ok());
  EXPECT_EQ(store_->Figures().records, 1);
}

TEST_P(RecognitionStoreContract, PuttingAgainKeepsOneRecordSoARetryIsHarmless) {
  const NewRecognition record = ExampleRecord(17);
  ASSERT_TRUE(store_->PutAndWait(GroupOf(record)).ok());
  ASSERT_TRUE(store_->PutAndWait(GroupOf(record)).ok());
  PutGroup twice = GroupOf(record);
  twice.recognitions.push_back(record);
  ASSERT_TRUE(store_->PutAndWait(std::move(twice)).ok());
  EXPECT_THAT(ListTexts({}), ElementsAre("17"));
  EXPECT_EQ(store_->Figures().records, 1);
}

TEST_P(RecognitionStoreContract, KnowsNothingOfWhatWasNeverPut) {
  const RecordId unknown = RecordId::Next(Now());
  EXPECT_EQ(CodeOf(store_->Find(unknown)), ErrorCode::kNotFound);
  EXPECT_EQ(CodeOf(store_->Picture(unknown)), ErrorCode::kNotFound);
  EXPECT_EQ(CodeOf(store_->Corrections(unknown)), ErrorCode::kNotFound);
  EXPECT_EQ(CodeOf(store_->Correct(unknown, "1")), ErrorCode::kNotFound);
  EXPECT_EQ(CodeOf(store_->Delete(unknown)), ErrorCode::kNotFound);
  EXPECT_EQ(CodeOf(store_->FindAnswer("unknown")), ErrorCode::kNotFound);
  EXPECT_THAT(ListTexts({}), IsEmpty());
}

TEST_P(RecognitionStoreContract, KeepsAWholeGroupOrNothingOfIt) {
  PutGroup first = GroupOf(ExampleRecord(1));
  first.answer = ExampleAnswer("key");
  ASSERT_TRUE(store_->PutAndWait(std::move(first)).ok());
  PutGroup second = GroupOf(ExampleRecord(2));
  second.recognitions.push_back(ExampleRecord(3));
  second.answer = ExampleAnswer("key");
  EXPECT_EQ(CodeOf(store_->PutAndWait(std::move(second))), ErrorCode::kConflict);
  EXPECT_THAT(ListTexts({}), ElementsAre("1"));
}

TEST_P(RecognitionStoreContract, OneRefusedGroupTakesNoOtherWithIt) {
  PutGroup taken;
  taken.answer = ExampleAnswer("taken");
  ASSERT_TRUE(store_->PutAndWait(taken).ok());
  constexpr int kGroups = 64;
  std::latch answered(kGroups);
  std::atomic<int> refused = 0;
  for (int number = 0; number < kGroups; ++number) {
    PutGroup group = GroupOf(ExampleRecord(number));
    if (number % 4 == 0) group.answer = ExampleAnswer("taken");
    store_->Put(std::move(group), [&](Status status) {
      refused += status.ok() ? 0 : 1;
      answered.count_down();
    });
  }
  answered.wait();
  EXPECT_EQ(refused, kGroups / 4);
  EXPECT_EQ(ListTexts({}).size(), static_cast<std::size_t>(kGroups - kGroups / 4));
}

TEST_P(RecognitionStoreContract, OfGroupsWithTheSameKeyAtTheSameTimeOneIsKept) {
  constexpr int kGroups = 8;
  std::latch answered(kGroups);
  std::atomic<int> kept = 0;
  for (int number = 0; number < kGroups; ++number) {
    PutGroup group = GroupOf(ExampleRecord(number));
    group.answer = ExampleAnswer("key");
    store_->Put(std::move(group), [&](Status status) {
      kept += status.ok() ? 1 : 0;
      answered.count_down();
    });
  }
  answered.wait();
  EXPECT_EQ(kept, 1);
  EXPECT_EQ(ListTexts({}).size(), 1U);
}

TEST_P(RecognitionStoreContract, AnAnswerCanBeGivenAgain) {
  IdempotentAnswer answer = ExampleAnswer("key");
  answer.body = R"({"text":"17"})";
  PutGroup group = GroupOf(ExampleRecord(17));
  group.answer = answer;
  ASSERT_TRUE(store_->PutAndWait(std::move(group)).ok());
  const Result<IdempotentAnswer> found = store_->FindAnswer("key");
  ASSERT_TRUE(found.ok()) << found.error().message;
  EXPECT_EQ(found->key, "key");
  EXPECT_EQ(found->request, answer.request);
  EXPECT_EQ(found->created_at, answer.created_at);
  EXPECT_EQ(found->location, answer.location);
  EXPECT_EQ(found->body, answer.body);
}

TEST_P(RecognitionStoreContract, AnAnswerIsForgottenAfterADayAndItsKeyIsFree) {
  PutGroup old = GroupOf(ExampleRecord(1));
  old.answer = ExampleAnswer("key");
  old.answer->created_at = Now() - hours(25);
  ASSERT_TRUE(store_->PutAndWait(std::move(old)).ok());
  EXPECT_EQ(CodeOf(store_->FindAnswer("key")), ErrorCode::kNotFound);
  PutGroup fresh = GroupOf(ExampleRecord(2));
  fresh.answer = ExampleAnswer("key");
  EXPECT_TRUE(store_->PutAndWait(std::move(fresh)).ok());
  EXPECT_TRUE(store_->FindAnswer("key").ok());
}

TEST_P(RecognitionStoreContract, AnAnswerOfNearlyADayIsStillThere) {
  PutGroup group;
  group.answer = ExampleAnswer("key");
  group.answer->created_at = Now() - hours(23);
  ASSERT_TRUE(store_->PutAndWait(group).ok());
  EXPECT_TRUE(store_->FindAnswer("key").ok());
}

TEST_P(RecognitionStoreContract, DeletingRemovesRecordPictureAndCorrections) {
  const std::vector<RecordId> ids = PutNumbers(1, 3);
  ASSERT_TRUE(store_->Correct(ids[1], "9").ok());
  ASSERT_TRUE(store_->Delete(ids[1]).ok());
  EXPECT_EQ(CodeOf(store_->Find(ids[1])), ErrorCode::kNotFound);
  EXPECT_EQ(CodeOf(store_->Picture(ids[1])), ErrorCode::kNotFound);
  EXPECT_EQ(CodeOf(store_->Corrections(ids[1])), ErrorCode::kNotFound);
  EXPECT_EQ(CodeOf(store_->Delete(ids[1])), ErrorCode::kNotFound);
  EXPECT_THAT(ListTexts({}), ElementsAre("3", "1"));
  EXPECT_THAT(ListTexts({.corrected = true}), IsEmpty());
  EXPECT_EQ(store_->Figures().records, 2);
}

TEST_P(RecognitionStoreContract, ARecordAfterADeletedOneHasNoneOfItsCorrections) {
  const TimePoint now = Now();
  const NewRecognition deleted = ExampleRecordAt(1, now);
  ASSERT_TRUE(store_->PutAndWait(GroupOf(deleted)).ok());
  ASSERT_TRUE(store_->Correct(deleted.recognition.id, "9").ok());
  ASSERT_TRUE(store_->Delete(deleted.recognition.id).ok());
  const NewRecognition next = ExampleRecordAt(2, now);
  ASSERT_TRUE(store_->PutAndWait(GroupOf(next)).ok());
  EXPECT_FALSE(store_->Find(next.recognition.id)->correction.has_value());
}

TEST_P(RecognitionStoreContract, DeletingLeavesTheAnswerToARetryAsItWas) {
  const NewRecognition record = ExampleRecord(17);
  PutGroup group = GroupOf(record);
  group.answer = ExampleAnswer("key");
  ASSERT_TRUE(store_->PutAndWait(group).ok());
  ASSERT_TRUE(store_->Delete(record.recognition.id).ok());
  EXPECT_TRUE(store_->FindAnswer("key").ok());
  EXPECT_EQ(CodeOf(store_->PutAndWait(group)), ErrorCode::kConflict);
  EXPECT_THAT(ListTexts({}), IsEmpty());
}

TEST_P(RecognitionStoreContract, CorrectionsAppendAndTheRecordShowsTheLatest) {
  const RecordId id = PutNumbers(1, 1).front();
  EXPECT_THAT(*store_->Corrections(id), IsEmpty());
  const Result<Correction> first = store_->Correct(id, "42");
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(first->text, "42");
  const Result<Correction> second = store_->Correct(id, std::nullopt);
  ASSERT_TRUE(second.ok());
  EXPECT_FALSE(second->text.has_value());

  const Result<std::vector<Correction>> all = store_->Corrections(id);
  ASSERT_TRUE(all.ok());
  ASSERT_EQ(all->size(), 2U);
  EXPECT_EQ(all->front().text, "42");
  EXPECT_EQ(all->front().created_at, first->created_at);
  EXPECT_FALSE(all->back().text.has_value());

  const Result<Recognition> found = store_->Find(id);
  ASSERT_TRUE(found.ok() && found->correction.has_value());
  EXPECT_FALSE(found->correction->text.has_value());
  EXPECT_EQ(found->reading.text, "1");
}

TEST_P(RecognitionStoreContract, ListsNewestFirst) {
  PutNumbers(1, 5);
  EXPECT_THAT(ListTexts({}), ElementsAre("5", "4", "3", "2", "1"));
}

TEST_P(RecognitionStoreContract, ListsByTheTimeOfCreationAlsoWhenKeptInAnotherOrder) {
  const TimePoint start = Now();
  for (const int minute : {3, 1, 4, 2}) {
    const TimePoint created_at = start + std::chrono::minutes(minute);
    ASSERT_TRUE(store_->PutAndWait(GroupOf(ExampleRecordAt(minute, created_at))).ok());
  }
  EXPECT_THAT(ListTexts({}), ElementsAre("4", "3", "2", "1"));
}

TEST_P(RecognitionStoreContract, ListsRecordsOfTheSameMomentEachOnceInTheirOrder) {
  const TimePoint moment = Now();
  PutGroup group;
  std::vector<std::string> expected;
  for (int number = 0; number < 1000; ++number) {
    group.recognitions.push_back(ExampleRecordAt(number, moment));
    expected.insert(expected.begin(), std::to_string(number));
  }
  ASSERT_TRUE(store_->PutAndWait(std::move(group)).ok());
  EXPECT_EQ(ListTexts({}, 7), expected);
}

TEST_P(RecognitionStoreContract, AnEarlierMomentThatWasUsedBeforeIsUsedAgain) {
  const TimePoint earlier = Now();
  for (const int number : {1, 2, 3, 4}) {
    const TimePoint created_at = number == 2 ? earlier + hours(1) : earlier;
    ASSERT_TRUE(store_->PutAndWait(GroupOf(ExampleRecordAt(number, created_at))).ok());
  }
  EXPECT_THAT(ListTexts({}), ElementsAre("2", "4", "3", "1"));
}

TEST_P(RecognitionStoreContract, PagesCoverEverythingOnceWhileOthersPut) {
  PutNumbers(1, 25);
  std::vector<std::string> texts;
  std::optional<std::string> cursor;
  do {
    Result<RecognitionPage> page = store_->List({}, 10, cursor);
    ASSERT_TRUE(page.ok());
    for (const Recognition& record : page->recognitions) texts.push_back(record.reading.text);
    cursor = page->next_cursor;
    PutNumbers(100, 101);
  } while (cursor);
  ASSERT_EQ(texts.size(), 25U);
  EXPECT_EQ(texts.front(), "25");
  EXPECT_EQ(texts.back(), "1");
}

TEST_P(RecognitionStoreContract, ACursorOutlivesAReopening) {
  PutNumbers(1, 3);
  const Result<RecognitionPage> first = store_->List({}, 2, std::nullopt);
  ASSERT_TRUE(first.ok() && first->next_cursor.has_value());
  Reopen();
  const Result<RecognitionPage> second = store_->List({}, 2, first->next_cursor);
  ASSERT_TRUE(second.ok()) << second.error().message;
  ASSERT_EQ(second->recognitions.size(), 1U);
  EXPECT_EQ(second->recognitions.front().reading.text, "1");
  EXPECT_FALSE(second->next_cursor.has_value());
}

TEST_P(RecognitionStoreContract, RefusesACursorThatItDidNotGive) {
  PutNumbers(1, 2);
  const std::string cursor = *store_->List({}, 1, std::nullopt)->next_cursor;
  for (std::size_t i = 0; i < cursor.size(); ++i) {
    std::string forged = cursor;
    forged[i] = forged[i] == 'A' ? 'B' : 'A';
    EXPECT_EQ(CodeOf(store_->List({}, 1, forged)), ErrorCode::kInvalidInput) << forged;
  }
  for (const std::string& garbage :
       {std::string(), std::string("0"), cursor + "A", cursor.substr(1), cursor + "=",
        std::string(100'000, 'A'), std::string("\0\xff", 2)}) {
    EXPECT_EQ(CodeOf(store_->List({}, 1, garbage)), ErrorCode::kInvalidInput);
  }
}

TEST_P(RecognitionStoreContract, RefusesALimitOutOfRange) {
  for (const int limit : {0, -1, 1001}) {
    EXPECT_EQ(CodeOf(store_->List({}, limit, std::nullopt)), ErrorCode::kInvalidInput);
  }
  EXPECT_TRUE(store_->List({}, 1000, std::nullopt).ok());
}

TEST_P(RecognitionStoreContract, SinceIsInclusiveAndUntilIsExclusive) {
  const TimePoint start = Now();
  for (int number = 1; number <= 4; ++number) {
    const TimePoint created_at = start + microseconds(number);
    ASSERT_TRUE(store_->PutAndWait(GroupOf(ExampleRecordAt(number, created_at))).ok());
  }
  EXPECT_THAT(ListTexts({.since = start + microseconds(2), .until = start + microseconds(4)}),
              ElementsAre("3", "2"));
  EXPECT_THAT(ListTexts({.since = start + hours(1)}), IsEmpty());
  EXPECT_THAT(ListTexts({.until = start}), IsEmpty());
}

TEST_P(RecognitionStoreContract, TakesTheFirstAndTheLastTimesThatCanBeWritten) {
  PutNumbers(1, 1);
  RecognitionFilter always;
  always.since = *ParseTime("0001-01-01T00:00:00Z");
  always.until = *ParseTime("9999-12-31T23:59:59.999999Z");
  EXPECT_THAT(ListTexts(always), ElementsAre("1"));
}

TEST_P(RecognitionStoreContract, FiltersByTextFileNameAndReference) {
  PutNumbers(1, 12);
  EXPECT_THAT(ListTexts({.text = "1"}), ElementsAre("1"));
  EXPECT_THAT(ListTexts({.filename = "2.png"}), ElementsAre("2"));
  EXPECT_THAT(ListTexts({.reference = "order 3"}), ElementsAre("3"));
  EXPECT_THAT(ListTexts({.text = "4", .reference = "order 3"}), IsEmpty());
  EXPECT_THAT(ListTexts({.text = "4", .filename = "4.png", .reference = "order 4"}),
              ElementsAre("4"));
  EXPECT_THAT(ListTexts({.reference = "order"}), IsEmpty());
}

TEST_P(RecognitionStoreContract, FiltersByTheEmptyReferenceOfThoseThatHaveNone) {
  PutNumbers(1, 1);
  NewRecognition without = ExampleRecord(2);
  without.recognition.reference.clear();
  ASSERT_TRUE(store_->PutAndWait(GroupOf(without)).ok());
  EXPECT_THAT(ListTexts({.reference = ""}), ElementsAre("2"));
}

TEST_P(RecognitionStoreContract, FiltersByModelWithOrWithoutItsVersion) {
  PutNumbers(1, 1);
  NewRecognition other = ExampleRecord(2);
  other.recognition.model_version = "2";
  ASSERT_TRUE(store_->PutAndWait(GroupOf(other)).ok());
  EXPECT_THAT(ListTexts({.model = "digits"}), ElementsAre("2", "1"));
  EXPECT_THAT(ListTexts({.model = "digits@1.2"}), ElementsAre("1"));
  for (const std::string model : {"digit", "digits@", "digits@1", "digits1.2", "@1.2", ""}) {
    EXPECT_THAT(ListTexts({.model = model}), IsEmpty()) << model;
  }
}

TEST_P(RecognitionStoreContract, FiltersByConfidenceAndABlankNeverMatches) {
  for (const int tenths : {2, 5, 9, 0}) {
    NewRecognition record = ExampleRecord(tenths);
    record.recognition.reading.confidence = tenths / 10.0;
    if (tenths == 0) record.recognition.reading.confidence.reset();
    ASSERT_TRUE(store_->PutAndWait(GroupOf(record)).ok());
  }
  EXPECT_THAT(ListTexts({.min_confidence = 0.5}), ElementsAre("9", "5"));
  EXPECT_THAT(ListTexts({.max_confidence = 0.5}), ElementsAre("5", "2"));
  EXPECT_THAT(ListTexts({.min_confidence = 0.3, .max_confidence = 0.8}), ElementsAre("5"));
  EXPECT_THAT(ListTexts({.min_confidence = 0.0, .max_confidence = 1.0}),
              ElementsAre("9", "5", "2"));
}

TEST_P(RecognitionStoreContract, FiltersByTheNeedForAReview) {
  for (const int number : {1, 2, 3}) {
    NewRecognition record = ExampleRecord(number);
    record.recognition.reading.needs_review = number == 2;
    ASSERT_TRUE(store_->PutAndWait(GroupOf(record)).ok());
  }
  EXPECT_THAT(ListTexts({.needs_review = true}), ElementsAre("2"));
  EXPECT_THAT(ListTexts({.needs_review = false}), ElementsAre("3", "1"));
}

TEST_P(RecognitionStoreContract, FiltersByWhetherItWasCorrected) {
  const std::vector<RecordId> ids = PutNumbers(1, 4);
  ASSERT_TRUE(store_->Correct(ids[0], "7").ok());
  ASSERT_TRUE(store_->Correct(ids[2], "8").ok());
  ASSERT_TRUE(store_->Correct(ids[2], std::nullopt).ok());
  EXPECT_THAT(ListTexts({.corrected = true}, 1), ElementsAre("3", "1"));
  EXPECT_THAT(ListTexts({.corrected = false}), ElementsAre("4", "2"));
  EXPECT_THAT(ListTexts({.reference = "order 3", .corrected = true}), ElementsAre("3"));
  EXPECT_THAT(ListTexts({.reference = "order 3", .corrected = false}), IsEmpty());
}

TEST_P(RecognitionStoreContract, FindsOneAmongManyPageByPage) {
  constexpr int kRecords = 12'000;
  PutGroup group;
  for (int number = 0; number < kRecords; ++number) {
    group.recognitions.push_back(ExampleRecord(number));
    if (group.recognitions.size() == 1000) {
      ASSERT_TRUE(store_->PutAndWait(std::exchange(group, {})).ok());
    }
  }
  EXPECT_THAT(ListTexts({.text = "3"}), ElementsAre("3"));
  EXPECT_THAT(ListTexts({.filename = "11999.png"}), ElementsAre("11999"));
}

TEST_P(RecognitionStoreContract, CountsWhatItKeeps) {
  PutNumbers(1, 3);
  const StoreFigures figures = store_->Figures();
  EXPECT_EQ(figures.records, 3);
  EXPECT_EQ(figures.kept, 3);
  EXPECT_GE(figures.commits, 1);
  EXPECT_EQ(figures.waiting, 0);
}

TEST_P(RecognitionStoreContract, IsWritableWhenCheckedAndTheCheckKeepsNothing) {
  EXPECT_TRUE(store_->Check().ok());
  EXPECT_THAT(ListTexts({}), IsEmpty());
  EXPECT_EQ(store_->Figures().records, 0);
}

TEST_P(RecognitionStoreContract, ManyThreadsPutReadAndListAtOnce) {
  constexpr int kThreads = 4;
  constexpr int kPerThread = 50;
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([this, thread, &wrong] {
      for (int i = 0; i < kPerThread; ++i) {
        const NewRecognition record = ExampleRecord(thread * kPerThread + i);
        const bool right = store_->PutAndWait(GroupOf(record)).ok() &&
                           store_->Find(record.recognition.id).ok() &&
                           **store_->Picture(record.recognition.id) == *record.picture &&
                           store_->List({}, 10, std::nullopt).ok();
        wrong += right ? 0 : 1;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  const std::vector<std::string> texts = ListTexts({});
  EXPECT_EQ(std::set(texts.begin(), texts.end()).size(), std::size_t{kThreads * kPerThread});
}

TEST_P(RecognitionStoreContract, ClosingFinishesWhatWasPut) {
  constexpr int kGroups = 200;
  std::atomic<int> kept = 0;
  for (int number = 0; number < kGroups; ++number) {
    store_->Put(GroupOf(ExampleRecord(number)),
                [&kept](Status status) { kept += status.ok() ? 1 : 0; });
  }
  Reopen();
  EXPECT_EQ(kept, kGroups);
  EXPECT_EQ(store_->Figures().records, kGroups);
}

}  // namespace glyphd
