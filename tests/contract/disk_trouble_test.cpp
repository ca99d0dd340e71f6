// A disk that is full or failing: nothing half kept, and all is well again afterwards.

#include <gtest/gtest.h>

#include "contract/example_records.h"
#include "contract/forgetful_disk.h"
#include "contract/sqlite_database.h"

namespace glyphd {
namespace {

class DiskTrouble : public testing::Test {
 protected:
  void SetUp() override {
    database_.options.vfs = disk_.vfs_name();
    Result<std::unique_ptr<RecognitionStore>> opened = database_.Open();
    ASSERT_TRUE(opened.ok()) << opened.error().message;
    store_ = std::move(*opened);
  }

  void ExpectUnavailable(const Status& status, std::string_view words) {
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().code, ErrorCode::kUnavailable);
    EXPECT_NE(status.error().message.find(words), std::string::npos) << status.error().message;
  }

  PutGroup GroupOfTwo() {
    PutGroup group = GroupOf(ExampleRecord(1));
    group.recognitions.push_back(ExampleRecord(2));
    group.answer = ExampleAnswer("key");
    return group;
  }

  ForgetfulDisk disk_{"troubled"};
  SqliteUnderTest database_;
  std::unique_ptr<RecognitionStore> store_;
};

TEST_F(DiskTrouble, AFullDiskRefusesWithoutKeepingAnythingAndServiceGoesOnWithSpace) {
  const PutGroup group = GroupOfTwo();
  disk_.SetFull(true);
  ExpectUnavailable(store_->PutAndWait(group), "full");
  ExpectUnavailable(store_->Check(), "full");
  EXPECT_TRUE(store_->List({}, 10, std::nullopt)->recognitions.empty());
  EXPECT_FALSE(store_->FindAnswer("key").ok());
  EXPECT_EQ(store_->Figures().records, 0);
  disk_.SetFull(false);
  EXPECT_TRUE(store_->Check().ok());
  EXPECT_TRUE(store_->PutAndWait(group).ok());
  EXPECT_EQ(store_->List({}, 10, std::nullopt)->recognitions.size(), 2U);
  EXPECT_EQ(store_->Figures().records, 2);
}

TEST_F(DiskTrouble, AFullDiskStillReads) {
  const NewRecognition record = ExampleRecord(1);
  ASSERT_TRUE(store_->PutAndWait(GroupOf(record)).ok());
  disk_.SetFull(true);
  EXPECT_TRUE(store_->Find(record.recognition.id).ok());
  EXPECT_EQ(**store_->Picture(record.recognition.id), *record.picture);
}

TEST_F(DiskTrouble, AFailingDiskRefusesAndServiceGoesOnWhenItWorksAgain) {
  const PutGroup group = GroupOfTwo();
  disk_.SetBroken(true);
  ExpectUnavailable(store_->PutAndWait(group), "I/O");
  ExpectUnavailable(store_->Check(), "I/O");
  const Result<Correction> correction =
      store_->Correct(group.recognitions.front().recognition.id, "1");
  EXPECT_FALSE(correction.ok());
  disk_.SetBroken(false);
  EXPECT_TRUE(store_->PutAndWait(group).ok());
  EXPECT_EQ(store_->Figures().records, 2);
}

TEST_F(DiskTrouble, WhatWasRefusedOnAFullDiskIsNotThereAfterAReopening) {
  disk_.SetFull(true);
  ExpectUnavailable(store_->PutAndWait(GroupOfTwo()), "full");
  disk_.SetFull(false);
  store_.reset();
  const auto again = database_.Open();
  ASSERT_TRUE(again.ok()) << again.error().message;
  EXPECT_TRUE((*again)->List({}, 10, std::nullopt)->recognitions.empty());
}

TEST_F(DiskTrouble, ADiskThatIsFullFromTheStartIsNamedAndLeavesNothingInTheWay) {
  store_.reset();
  SqliteUnderTest fresh;
  fresh.options.vfs = disk_.vfs_name();
  disk_.SetFull(true);
  const auto refused = fresh.Open();
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable) << refused.error().message;
  disk_.SetFull(false);
  const auto opened = fresh.Open();
  EXPECT_TRUE(opened.ok()) << opened.error().message;
}

}  // namespace
}  // namespace glyphd
