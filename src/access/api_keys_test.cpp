#include "access/api_keys.h"

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

namespace glyphd {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class ApiKeyFile : public testing::Test {
 protected:
  ApiKeyFile() {
    std::string pattern = (fs::temp_directory_path() / "glyphd-keys-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    file_ = folder_ / "keys.jsonl";
  }
  ~ApiKeyFile() override { fs::remove_all(folder_); }

  std::string Text() const {
    std::stringstream text;
    text << std::ifstream(file_).rdbuf();
    return text.str();
  }
  void Write(std::string_view text) const { std::ofstream(file_) << text; }

  fs::path folder_;
  fs::path file_;
};

TEST_F(ApiKeyFile, ACreatedKeyIsRecognisedByItsTokenAlone) {
  const auto created = CreateApiKey(file_, "scanner", {Scope::kRead});
  ASSERT_TRUE(created.ok());
  const auto keys = ApiKeys::Load(file_);
  ASSERT_TRUE(keys.ok());
  const ApiKey* key = keys->Authenticate(created->token);
  ASSERT_NE(key, nullptr);
  EXPECT_EQ(key->name, "scanner");
  EXPECT_EQ(key->created_at, created->key.created_at);
}

TEST_F(ApiKeyFile, AnythingButTheTokenIsRefused) {
  const std::string token = CreateApiKey(file_, "scanner", {Scope::kRead})->token;
  const std::string other = CreateApiKey(file_, "other", {Scope::kAdmin})->token;
  const auto keys = ApiKeys::Load(file_);
  std::string changed = token;
  changed.back() = changed.back() == 'A' ? 'B' : 'A';
  const std::string mixed = token.substr(0, 21) + other.substr(21);
  for (const std::string& wrong :
       {std::string(), std::string("glyphd_"), std::string("glyphd__"), changed, mixed, token + "A",
        token.substr(0, token.size() - 1), token.substr(7), "Glyphd_" + token.substr(7)}) {
    EXPECT_EQ(keys->Authenticate(wrong), nullptr) << wrong;
  }
}

TEST_F(ApiKeyFile, TheFileNeverHoldsTheSecretAndIsForItsOwnerOnly) {
  const std::string token = CreateApiKey(file_, "scanner", {Scope::kRead})->token;
  const std::string secret = token.substr(token.find('_', 7) + 1);
  EXPECT_GE(secret.size(), 43U);
  EXPECT_THAT(Text(), testing::Not(HasSubstr(secret)));
  struct stat status{};
  ASSERT_EQ(::stat(file_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(ApiKeyFile, ARevokedKeyIsRefusedAndTheOthersStay) {
  const auto first = CreateApiKey(file_, "first", {Scope::kRead});
  const auto second = CreateApiKey(file_, "second", {Scope::kRead});
  ASSERT_TRUE(RevokeApiKey(file_, first->key.id).ok());
  const auto keys = ApiKeys::Load(file_);
  EXPECT_EQ(keys->Authenticate(first->token), nullptr);
  EXPECT_NE(keys->Authenticate(second->token), nullptr);
  EXPECT_TRUE(keys->keys()[0].revoked_at.has_value());
}

TEST_F(ApiKeyFile, RevokingAgainKeepsTheFirstTime) {
  const auto created = CreateApiKey(file_, "first", {Scope::kRead});
  ASSERT_TRUE(RevokeApiKey(file_, created->key.id).ok());
  const std::string before = Text();
  EXPECT_TRUE(RevokeApiKey(file_, created->key.id).ok());
  EXPECT_EQ(Text(), before);
}

TEST_F(ApiKeyFile, RevokingWhatIsNotThereSaysSo) {
  EXPECT_EQ(RevokeApiKey(file_, "k1").error().code, ErrorCode::kNotFound);
  ASSERT_TRUE(CreateApiKey(file_, "first", {Scope::kRead}).ok());
  EXPECT_THAT(RevokeApiKey(file_, "k1").error().message, HasSubstr("\"k1\""));
}

TEST_F(ApiKeyFile, AdminMayEverythingAndOtherScopesOnlyThemselves) {
  const ApiKey admin{"", "", {Scope::kAdmin}, {}, {}};
  const ApiKey writer{"", "", {Scope::kWrite}, {}, {}};
  EXPECT_TRUE(Allows(admin, Scope::kRead) && Allows(admin, Scope::kWrite));
  EXPECT_TRUE(Allows(writer, Scope::kWrite));
  EXPECT_FALSE(Allows(writer, Scope::kRead) || Allows(writer, Scope::kAdmin));
}

TEST_F(ApiKeyFile, KeysMadeAtTheSameTimeAreAllKept) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([this, i] {
      EXPECT_TRUE(CreateApiKey(file_, "key " + std::to_string(i), {Scope::kRead}).ok());
    });
  }
  for (auto& thread : threads) thread.join();
  std::set<std::string> ids;
  const auto keys = ApiKeys::Load(file_);
  for (const ApiKey& key : keys->keys()) ids.insert(key.id);
  EXPECT_EQ(ids.size(), 8U);
}

TEST_F(ApiKeyFile, ASymbolicLinkStaysOne) {
  const fs::path link = folder_ / "link.jsonl";
  fs::create_symlink(file_, link);
  ASSERT_TRUE(CreateApiKey(file_, "first", {Scope::kRead}).ok());
  ASSERT_TRUE(CreateApiKey(link, "second", {Scope::kRead}).ok());
  EXPECT_TRUE(fs::is_symlink(link));
  EXPECT_EQ(ApiKeys::Load(file_)->keys().size(), 2U);
}

TEST_F(ApiKeyFile, AMissingFileIsNotFoundAndAFolderIsNoFile) {
  EXPECT_EQ(ApiKeys::Load(file_).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(ApiKeys::Load(folder_).error().code, ErrorCode::kUnavailable);
}

TEST_F(ApiKeyFile, DamageNamesFileLineAndMember) {
  ASSERT_TRUE(CreateApiKey(file_, "first", {Scope::kRead}).ok());
  const std::string good = Text();
  struct Case {
    const char* line;
    const char* complaint;
  };
  for (const Case& damaged :
       std::vector<Case>{{"nonsense", "not JSON"},
                         {"[]", "not a JSON object"},
                         {"{}", "\"id\""},
                         {R"({"id":"a","name":7})", "\"name\""},
                         {R"({"id":"a","name":"b","scopes":["root"]})", "root"},
                         {R"({"id":"a","name":"b","scopes":[1]})", "scopes"},
                         {R"({"id":"a","name":"b","scopes":[],"hash":"xyz"})", "\"hash\""}}) {
    Write(good + damaged.line + "\n");
    const auto keys = ApiKeys::Load(file_);
    ASSERT_FALSE(keys.ok()) << damaged.line;
    EXPECT_EQ(keys.error().code, ErrorCode::kCorrupt);
    EXPECT_THAT(keys.error().message, HasSubstr("keys.jsonl:2: "));
    EXPECT_THAT(keys.error().message, HasSubstr(damaged.complaint));
    EXPECT_FALSE(CreateApiKey(file_, "next", {Scope::kRead}).ok()) << "must not overwrite it";
  }
}

TEST_F(ApiKeyFile, DeepJsonIsRefusedNotRecursedInto) {
  Write(std::string(1'000'000, '['));
  EXPECT_EQ(ApiKeys::Load(file_).error().code, ErrorCode::kCorrupt);
}

TEST_F(ApiKeyFile, NamesAndScopesAreChecked) {
  EXPECT_FALSE(CreateApiKey(file_, "", {Scope::kRead}).ok());
  EXPECT_FALSE(CreateApiKey(file_, "a\nb", {Scope::kRead}).ok());
  EXPECT_FALSE(CreateApiKey(file_, std::string(201, 'x'), {Scope::kRead}).ok());
  EXPECT_FALSE(CreateApiKey(file_, "none", {}).ok());
  EXPECT_FALSE(fs::exists(file_));
}

TEST(Scopes, AnUnknownOneIsRefusedWithThoseThatExist) {
  EXPECT_THAT(ParseScope("root").error().message, HasSubstr("read, write and admin"));
}

}  // namespace
}  // namespace glyphd
