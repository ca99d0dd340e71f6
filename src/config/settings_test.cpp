#include "config/settings.h"

#include <cstdlib>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace glyphd {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

struct Options {
  std::string host = "127.0.0.1";
  std::uint16_t port = 8000;
  std::size_t max_body = 16U << 20U;
  std::chrono::milliseconds timeout{10'000};
  double review = 0.9;
  bool record = true;
  std::string log_level = "info";
  fs::path keys;
};

class SettingsFrom : public testing::Test {
 protected:
  SettingsFrom()
      : settings_({TextSetting("host", "Address", options_.host),
                   WholeNumberSetting("port", "PORT", "Port", {0, 65535}, options_.port),
                   SizeSetting("max_body", "Largest body", {1024, 1 << 30}, options_.max_body),
                   DurationSetting("timeout", "Patience", options_.timeout),
                   FractionSetting("review_below", "Review", options_.review),
                   BooleanSetting("record", "Keep", options_.record),
                   ChoiceSetting("log_level", "Level", {"debug", "info"}, options_.log_level),
                   PathSetting("api_keys", "FILE", "Keys", options_.keys)},
                  {"GLYPHD_CONFIG"}) {
    std::string pattern = (fs::temp_directory_path() / "glyphd-config-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    file_ = folder_ / "glyphd.toml";
  }
  ~SettingsFrom() override { fs::remove_all(folder_); }

  Status LoadFile(std::string_view toml) {
    std::ofstream(file_) << toml;
    return settings_.Load({file_, {}, {}});
  }
  std::string FileError(std::string_view toml) {
    const Status status = LoadFile(toml);
    EXPECT_FALSE(status.ok()) << toml;
    return status.ok() ? "" : status.error().message;
  }
  std::string EnvironmentError(const std::string& variable, const std::string& text) {
    const Status status = settings_.Load({{}, {{variable, text}}, {}});
    EXPECT_FALSE(status.ok()) << variable;
    return status.ok() ? "" : status.error().message;
  }

  fs::path folder_;
  fs::path file_;
  Options options_;
  Settings settings_;
};

TEST_F(SettingsFrom, AFileSetWhatItNamesAndNothingElse) {
  ASSERT_TRUE(LoadFile("host = \"::1\"\nport = 81\nmax_body = \"1MiB\"\ntimeout = \"2s\"\n"
                       "review_below = 1\nrecord = false\nlog_level = 'debug'\n")
                  .ok());
  EXPECT_EQ(options_.host, "::1");
  EXPECT_EQ(options_.port, 81);
  EXPECT_EQ(options_.max_body, 1U << 20U);
  EXPECT_EQ(options_.timeout, std::chrono::seconds(2));
  EXPECT_EQ(options_.review, 1);
  EXPECT_FALSE(options_.record);
  EXPECT_EQ(options_.log_level, "debug");
  EXPECT_EQ(options_.keys, "");
}

TEST_F(SettingsFrom, LaterSourcesAreStronger) {
  std::ofstream(file_) << "host = 'file'\nport = 1\nlog_level = 'debug'\n";
  ASSERT_TRUE(
      settings_
          .Load({file_, {{"GLYPHD_PORT", "2"}, {"GLYPHD_HOST", "environment"}}, {{"port", "3"}}})
          .ok());
  EXPECT_EQ(options_.port, 3);
  EXPECT_EQ(options_.host, "environment");
  EXPECT_EQ(settings_.OriginOf("port"), "flag --port");
  EXPECT_EQ(settings_.OriginOf("host"), "environment GLYPHD_HOST");
  EXPECT_EQ(settings_.OriginOf("log_level"), "file " + file_.string() + ":3");
  EXPECT_EQ(settings_.OriginOf("record"), "default");
}

TEST_F(SettingsFrom, AnUnknownNameIsRefusedWithItsPlaceAndANearOne) {
  const std::string error = FileError("host = 'a'\nprot = 8000\n");
  EXPECT_THAT(error, HasSubstr("glyphd.toml:2: unknown setting \"prot\""));
  EXPECT_THAT(error, HasSubstr("did you mean \"port\"?"));
  EXPECT_THAT(FileError("[limits]\nzebra = 1\n"),
              HasSubstr(":2: unknown setting \"limits.zebra\""));
}

TEST_F(SettingsFrom, TheTopmostFaultIsTheOneReported) {
  EXPECT_THAT(FileError("zz = 1\naa = 1\n"), HasSubstr(":1: unknown setting \"zz\""));
}

TEST_F(SettingsFrom, WrongTypesInAFileAreNamed) {
  EXPECT_THAT(FileError("port = \"80\""),
              HasSubstr(":1: port: must be a whole number, not a text"));
  EXPECT_THAT(FileError("port = 1.5"), HasSubstr("not a number with a fraction"));
  EXPECT_THAT(FileError("host = 7"), HasSubstr("host: must be a text, not a whole number"));
  EXPECT_THAT(FileError("record = \"true\""), HasSubstr("record: must be true or false"));
  EXPECT_THAT(FileError("timeout = 10"), HasSubstr("timeout: must be a time with its unit"));
  EXPECT_THAT(FileError("max_body = true"), HasSubstr("max_body: must be a size"));
  EXPECT_THAT(FileError("review_below = \"0.5\""), HasSubstr("must be a number"));
  EXPECT_THAT(FileError("port = [1]"), HasSubstr(":1: port: must be a text, a number"));
  EXPECT_THAT(FileError("port = 1979-05-27"), HasSubstr("not a list or a date"));
}

TEST_F(SettingsFrom, RangesAreNamedAndTheValueStays) {
  EXPECT_THAT(FileError("port = 65536"), HasSubstr("port: must be from 0 to 65535, not 65536"));
  EXPECT_THAT(FileError("max_body = \"5B\""), HasSubstr("must be from 1KiB to 1GiB, not 5B"));
  EXPECT_THAT(FileError("review_below = 1.5"), HasSubstr("must be from 0 to 1, not 1.5"));
  EXPECT_THAT(FileError("review_below = nan"), HasSubstr("must be from 0 to 1"));
  EXPECT_THAT(FileError("log_level = 'infos'"), HasSubstr("must be one of debug, info, not "));
  EXPECT_EQ(options_.port, 8000);
}

TEST_F(SettingsFrom, TextOfFlagsAndEnvironmentIsRefusedWithItsSource) {
  EXPECT_THAT(EnvironmentError("GLYPHD_PORT", "tcp://10.0.0.1:8000"),
              HasSubstr("environment GLYPHD_PORT: must be a whole number"));
  const Status status = settings_.Load({{}, {}, {{"max_body", "much"}}});
  EXPECT_THAT(status.error().message, HasSubstr("--max-body: must be a size such as 16MiB"));
}

TEST_F(SettingsFrom, AMisspeltVariableIsRefusedAndAForeignOneOnlyReported) {
  EXPECT_THAT(EnvironmentError("GLYPHD_PROT", "1"), HasSubstr("did you mean \"GLYPHD_PORT\"?"));
  ASSERT_TRUE(
      settings_.Load({{}, {{"GLYPHD_SERVICE_HOST", "x"}, {"GLYPHD_CONFIG", "y"}}, {}}).ok());
  EXPECT_THAT(settings_.ignored_variables(), testing::ElementsAre("GLYPHD_SERVICE_HOST"));
}

TEST_F(SettingsFrom, AnEmptyVariableCountsAsUnset) {
  ASSERT_TRUE(settings_.Load({{}, {{"GLYPHD_PORT", ""}}, {}}).ok());
  EXPECT_EQ(settings_.OriginOf("port"), "default");
}

TEST_F(SettingsFrom, RelativePathsInAFileStartAtTheFile) {
  ASSERT_TRUE(LoadFile("api_keys = \"keys.jsonl\"").ok());
  EXPECT_EQ(options_.keys, folder_ / "keys.jsonl");
  ASSERT_TRUE(settings_.Load({{}, {}, {{"api_keys", "keys.jsonl"}}}).ok());
  EXPECT_EQ(options_.keys, "keys.jsonl");
  ASSERT_TRUE(LoadFile("api_keys = \"\"").ok());
  EXPECT_EQ(options_.keys, "");
}

TEST_F(SettingsFrom, WhatIsNoTomlIsRefusedWithItsLine) {
  EXPECT_THAT(FileError("host = 'a'\nport = = 1\n"), HasSubstr("glyphd.toml:2: "));
  EXPECT_THAT(FileError("port = 1\nport = 2\n"), HasSubstr("glyphd.toml:2: "));
  EXPECT_FALSE(LoadFile(std::string(100'000, '[')).ok());
  EXPECT_FALSE(LoadFile("a = " + std::string(100'000, '[')).ok());
  EXPECT_FALSE(LoadFile(std::string(2'000'000, '#')).ok());
  EXPECT_FALSE(LoadFile(std::string("\0\xff\xfe", 3)).ok());
}

TEST_F(SettingsFrom, AnEmptyFileChangesNothing) {
  EXPECT_TRUE(LoadFile("").ok());
  EXPECT_EQ(options_.port, 8000);
}

TEST_F(SettingsFrom, AMissingFileAndAFolderAreErrors) {
  EXPECT_EQ(settings_.Load({file_, {}, {}}).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(settings_.Load({folder_, {}, {}}).error().code, ErrorCode::kUnavailable);
}

TEST_F(SettingsFrom, WhatIsPrintedReadsBackTheSame) {
  options_.host = "a \"quoted\"\n\\ host";
  options_.max_body = 12345;
  const std::string printed = settings_.ToToml();
  EXPECT_THAT(printed, HasSubstr("# Port\nport = 8000  # default\n"));
  EXPECT_THAT(printed, HasSubstr("review_below = 0.9  # default"));
  EXPECT_THAT(printed, HasSubstr("# api_keys is not set"));
  const Options before = options_;
  options_ = {};
  const Status status = LoadFile(printed);
  ASSERT_TRUE(status.ok()) << status.error().message << printed;
  EXPECT_EQ(options_.host, before.host);
  EXPECT_EQ(options_.max_body, before.max_body);
  EXPECT_EQ(options_.review, before.review);
}

TEST(SettingNames, FollowFromOneName) {
  std::string target;
  const Setting setting = TextSetting("cassandra.contact_points", "Hosts", target);
  EXPECT_EQ(setting.Flag(), "--cassandra-contact-points");
  EXPECT_EQ(setting.EnvironmentVariable(), "GLYPHD_CASSANDRA_CONTACT_POINTS");
}

}  // namespace
}  // namespace glyphd
