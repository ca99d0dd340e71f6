// What only the embedded store promises: whose file it opens, and who may. What every store
// promises is in tests/contract/.

#include "store/sqlite/sqlite_store.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <stdlib.h>

#include "store/sqlite/database.h"
#include "store/sqlite/read_session.h"
#include "store/sqlite/schema.h"

namespace glyphd {
namespace {

namespace fs = std::filesystem;

std::string PlanOf(Connection& connection, const std::string& sql) {
  Result<Statement> statement = connection.Prepare("EXPLAIN QUERY PLAN " + sql);
  EXPECT_TRUE(statement.ok());
  Query query(*statement);
  std::string plan;
  while (query.Step().value()) plan += std::string(query.Text(3)) + ";";
  return plan;
}

void ExpectSearch(const std::string& plan, const std::string& index) {
  EXPECT_NE(plan.find(index), std::string::npos) << plan;
  EXPECT_EQ(plan.find("SCAN"), std::string::npos) << plan;
  EXPECT_EQ(plan.find("TEMP B-TREE"), std::string::npos) << plan;
}

class SqliteStoreFile : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = fs::temp_directory_path() / "glyphd-store-XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
    options_.path = folder_ / "data" / "glyphd.db";
  }
  void TearDown() override { fs::remove_all(folder_); }

  static NewRecognition SmallRecord() {
    NewRecognition made;
    made.recognition.id = RecordId::Next(Now());
    made.recognition.created_at = Now();
    made.picture = std::make_shared<const Bytes>(Bytes(2000, 7));
    return made;
  }

  void KeepRecords(int count) {
    const auto store = OpenSqliteStore(options_);
    ASSERT_TRUE(store.ok()) << store.error().message;
    for (int i = 0; i < count; ++i) {
      PutGroup group;
      group.recognitions.push_back(SmallRecord());
      ASSERT_TRUE((*store)->PutAndWait(std::move(group)).ok());
    }
  }

  Connection OpenRaw() {
    fs::create_directories(options_.path.parent_path());
    Result<Connection> connection = Connection::Open({.path = options_.path, .vfs = ""});
    EXPECT_TRUE(connection.ok());
    return std::move(*connection);
  }

  std::string ReadFile() const {
    std::ifstream file(options_.path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }
  void WriteFile(std::string_view contents) const {
    fs::create_directories(options_.path.parent_path());
    std::ofstream(options_.path, std::ios::binary) << contents;
  }

  // Refused with that code, a message with the path and those words, and not touched.
  void ExpectRefused(ErrorCode code, std::string_view words) {
    const std::string before = ReadFile();
    for (const bool read_only : {false, true}) {
      options_.read_only = read_only;
      const auto store = OpenSqliteStore(options_);
      ASSERT_FALSE(store.ok());
      const std::string& message = store.error().message;
      EXPECT_EQ(store.error().code, code) << message;
      EXPECT_NE(message.find(options_.path.string()), std::string::npos) << message;
      EXPECT_NE(message.find(words), std::string::npos) << message;
      EXPECT_TRUE(ReadFile() == before);
    }
  }

  fs::path folder_;
  SqliteOptions options_;
};

TEST_F(SqliteStoreFile, IsMadeWithItsFoldersWhenMissing) {
  KeepRecords(1);
  EXPECT_TRUE(fs::exists(options_.path));
}

TEST_F(SqliteStoreFile, IsOneFileAfterClosing) {
  KeepRecords(3);
  EXPECT_FALSE(fs::exists(options_.path.string() + "-wal"));
}

TEST_F(SqliteStoreFile, AnEmptyFileIsTakenForANewOne) {
  WriteFile("");
  KeepRecords(1);
}

TEST_F(SqliteStoreFile, RefusesASecondServerAndNamesTheFirst) {
  const auto first = OpenSqliteStore(options_);
  ASSERT_TRUE(first.ok());
  const auto second = OpenSqliteStore(options_);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, ErrorCode::kUnavailable);
  EXPECT_NE(second.error().message.find("in use by process " + std::to_string(::getpid())),
            std::string::npos)
      << second.error().message;
}

TEST_F(SqliteStoreFile, CanBeReadBesideARunningServer) {
  const auto server = OpenSqliteStore(options_);
  ASSERT_TRUE(server.ok());
  const NewRecognition record = SmallRecord();
  PutGroup group;
  group.recognitions.push_back(record);
  ASSERT_TRUE((*server)->PutAndWait(group).ok());

  options_.read_only = true;
  const auto history = OpenSqliteStore(options_);
  ASSERT_TRUE(history.ok()) << history.error().message;
  EXPECT_TRUE((*history)->Find(record.recognition.id).ok());
  EXPECT_EQ((*history)->Figures().records, 1);
  EXPECT_EQ((*history)->PutAndWait(group).error().code, ErrorCode::kUnavailable);
  EXPECT_EQ((*history)->Delete(record.recognition.id).error().code, ErrorCode::kUnavailable);
  EXPECT_FALSE((*history)->Check().ok());
  EXPECT_TRUE((*server)->PutAndWait(group).ok());
}

TEST_F(SqliteStoreFile, CanBeReadWithoutAServer) {
  KeepRecords(2);
  options_.read_only = true;
  const auto history = OpenSqliteStore(options_);
  ASSERT_TRUE(history.ok()) << history.error().message;
  EXPECT_EQ((*history)->List({}, 10, std::nullopt)->recognitions.size(), 2U);
}

TEST_F(SqliteStoreFile, ReadingDoesNotMakeAMissingDatabase) {
  options_.read_only = true;
  const auto history = OpenSqliteStore(options_);
  ASSERT_FALSE(history.ok());
  EXPECT_EQ(history.error().code, ErrorCode::kNotFound);
  EXPECT_FALSE(fs::exists(options_.path));
}

TEST_F(SqliteStoreFile, SaysWhenTheFolderCannotBeMade) {
  std::ofstream(folder_ / "data") << "a file where the folder should be";
  const auto store = OpenSqliteStore(options_);
  ASSERT_FALSE(store.ok());
  EXPECT_EQ(store.error().code, ErrorCode::kUnavailable);
  EXPECT_NE(store.error().message.find("choose a data folder"), std::string::npos);
}

TEST_F(SqliteStoreFile, RefusesAFileThatIsNoDatabase) {
  WriteFile("not a database at all, but longer than its header would be");
  ExpectRefused(ErrorCode::kCorrupt, "no database; nothing was changed");
}

TEST_F(SqliteStoreFile, RefusesTheDatabaseOfAnotherProgram) {
  ASSERT_TRUE(OpenRaw().Execute("CREATE TABLE things(name)").ok());
  ExpectRefused(ErrorCode::kCorrupt, "another program; nothing was changed");
}

TEST_F(SqliteStoreFile, RefusesANewerSchema) {
  KeepRecords(1);
  ASSERT_TRUE(OpenRaw().Execute("PRAGMA user_version = 99").ok());
  ExpectRefused(ErrorCode::kUnsupported, "schema version 99");
}

TEST_F(SqliteStoreFile, RefusesADamagedFileAndSaysWhatToDo) {
  KeepRecords(200);
  std::string contents = ReadFile();
  for (std::size_t at = 4096; at + 4096 < contents.size(); at += 8192) {
    contents.replace(at, 100, 100, '\xa5');
  }
  WriteFile(contents);
  ExpectRefused(ErrorCode::kCorrupt, "restore");
}

TEST_F(SqliteStoreFile, RefusesAFileThatWasCutShort) {
  KeepRecords(200);
  const std::string contents = ReadFile();
  WriteFile(std::string_view(contents).substr(0, contents.size() / 2));
  ExpectRefused(ErrorCode::kCorrupt, "restore");
}

TEST_F(SqliteStoreFile, RefusesAFileWithoutItsTables) {
  KeepRecords(1);
  ASSERT_TRUE(OpenRaw().Execute("DROP TABLE records").ok());
  const auto store = OpenSqliteStore(options_);
  ASSERT_FALSE(store.ok());
  EXPECT_EQ(store.error().code, ErrorCode::kCorrupt);
}

TEST_F(SqliteStoreFile, DamageThatShowsLaterIsCorruptAndNotACrash) {
  KeepRecords(1);
  ASSERT_TRUE(OpenRaw().Execute("UPDATE records SET marks = '{', id = x'01'").ok());
  const auto store = OpenSqliteStore(options_);
  ASSERT_TRUE(store.ok()) << store.error().message;
  const auto page = (*store)->List({}, 10, std::nullopt);
  ASSERT_FALSE(page.ok());
  EXPECT_EQ(page.error().code, ErrorCode::kCorrupt);
}

TEST_F(SqliteStoreFile, ASpaceFreedByDeletingIsUsedAgain) {
  const auto store = OpenSqliteStore(options_);
  ASSERT_TRUE(store.ok());
  for (int round = 0; round < 20; ++round) {
    NewRecognition large = SmallRecord();
    large.picture = std::make_shared<const Bytes>(Bytes(1 << 20, 7));
    PutGroup group;
    group.recognitions.push_back(large);
    ASSERT_TRUE((*store)->PutAndWait(std::move(group)).ok());
    ASSERT_TRUE((*store)->Delete(large.recognition.id).ok());
  }
  EXPECT_LT(fs::file_size(options_.path), 4U << 20);
}

TEST_F(SqliteStoreFile, TheLogDoesNotGrowWithoutBoundUnderSteadyWriting) {
  const auto store = OpenSqliteStore(options_);
  ASSERT_TRUE(store.ok());
  const NewRecognition first = SmallRecord();
  for (int i = 0; i < 100; ++i) {
    NewRecognition large = SmallRecord();
    large.picture = std::make_shared<const Bytes>(Bytes(1 << 20, 7));
    PutGroup group;
    group.recognitions.push_back(large);
    ASSERT_TRUE((*store)->PutAndWait(std::move(group)).ok());
  }
  EXPECT_LT(fs::file_size(options_.path.string() + "-wal"), 64U << 20);
}

TEST_F(SqliteStoreFile, ExpiredAnswersAreSweptAway) {
  {
    const auto store = OpenSqliteStore(options_);
    ASSERT_TRUE(store.ok());
    for (int i = 0; i < 5; ++i) {
      PutGroup group;
      group.answer =
          IdempotentAnswer{std::to_string(i), {}, Now() - std::chrono::hours(25), "", ""};
      ASSERT_TRUE((*store)->PutAndWait(std::move(group)).ok());
    }
  }
  // The first commit after a start sweeps.
  KeepRecords(1);
  EXPECT_EQ(*OpenRaw().QueryInteger("SELECT count(*) FROM answers"), 0);
}

TEST_F(SqliteStoreFile, EveryListGoesDownAnIndexWithoutSorting) {
  KeepRecords(1);
  Connection connection = OpenRaw();
  const ListQueries lists = MakeListQueries();
  ExpectSearch(PlanOf(connection, lists.all), "INTEGER PRIMARY KEY");
  ExpectSearch(PlanOf(connection, lists.by_reference), "records_by_reference");
  ExpectSearch(PlanOf(connection, lists.to_review), "records_to_review");
  ExpectSearch(PlanOf(connection, lists.corrected), "SEARCH corrections USING PRIMARY KEY");
}

}  // namespace
}  // namespace glyphd
