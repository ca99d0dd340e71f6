#include "store/sqlite/schema.h"

#include <array>

#include <gtest/gtest.h>
#include <stdlib.h>

namespace glyphd {
namespace {

class Schema : public testing::Test {
 protected:
  Connection Open() {
    Result<Connection> connection = Connection::Open({.path = ":memory:", .vfs = ""});
    EXPECT_TRUE(connection.ok());
    return std::move(*connection);
  }

  static constexpr const char* kFirst = "CREATE TABLE things(name TEXT);";
  static constexpr const char* kSecond =
      "ALTER TABLE things ADD COLUMN size INTEGER NOT NULL DEFAULT 7;";
  static constexpr const char* kWrong = "CREATE TABLE things(name TEXT);";
};

TEST_F(Schema, BringsAnEmptyDatabaseToTheLatestVersion) {
  Connection connection = Open();
  const std::array steps{kFirst, kSecond};
  ASSERT_TRUE(Migrate(connection, steps).ok());
  EXPECT_EQ(*connection.QueryInteger("PRAGMA user_version"), 2);
  EXPECT_EQ(*connection.QueryInteger("PRAGMA application_id"), kApplicationId);
  EXPECT_TRUE(CheckDatabase(connection, steps).ok());
  EXPECT_TRUE(CheckUpToDate(connection, steps).ok());
}

TEST_F(Schema, TakesOnlyTheMissingStepsAndKeepsWhatIsThere) {
  Connection connection = Open();
  const std::array first{kFirst};
  ASSERT_TRUE(Migrate(connection, first).ok());
  ASSERT_TRUE(connection.Execute("INSERT INTO things VALUES('kept')").ok());
  const std::array both{kFirst, kSecond};
  EXPECT_EQ(CheckUpToDate(connection, both).error().code, ErrorCode::kUnsupported);
  ASSERT_TRUE(CheckDatabase(connection, both).ok());
  ASSERT_TRUE(Migrate(connection, both).ok());
  EXPECT_EQ(*connection.QueryText("SELECT name FROM things"), "kept");
  EXPECT_EQ(*connection.QueryInteger("SELECT size FROM things"), 7);
}

TEST_F(Schema, AStepThatFailsLeavesTheOldVersionWhole) {
  Connection connection = Open();
  const std::array first{kFirst};
  ASSERT_TRUE(Migrate(connection, first).ok());
  const std::array wrong{kFirst, kSecond, kWrong};
  EXPECT_FALSE(Migrate(connection, wrong).ok());
  EXPECT_EQ(*connection.QueryInteger("PRAGMA user_version"), 1);
  EXPECT_EQ(*connection.QueryInteger(
                "SELECT count(*) FROM pragma_table_info('things') WHERE name = 'size'"),
            0);
  EXPECT_FALSE(connection.InTransaction());
}

TEST_F(Schema, MigratingTwiceChangesNothing) {
  Connection connection = Open();
  ASSERT_TRUE(Migrate(connection, SchemaSteps()).ok());
  const std::string key = *connection.QueryText("SELECT hex(value) FROM settings");
  ASSERT_TRUE(Migrate(connection, SchemaSteps()).ok());
  EXPECT_EQ(*connection.QueryText("SELECT hex(value) FROM settings"), key);
}

}  // namespace
}  // namespace glyphd
