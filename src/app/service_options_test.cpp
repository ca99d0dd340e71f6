#include "app/service_options.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace glyphd {
namespace {

namespace fs = std::filesystem;

class ServiceSettings : public testing::Test {
 protected:
  ServiceSettings() : settings_(MakeSettings(options_)) {
    std::string pattern = (fs::temp_directory_path() / "glyphd-options-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    given_.settings["data"] = folder_.string();
  }
  ~ServiceSettings() override {
    ::unsetenv("GLYPHD_CONFIG");
    fs::remove_all(folder_);
  }
  fs::path Write(const char* name, const char* toml) const {
    std::ofstream(folder_ / name) << toml;
    return folder_ / name;
  }

  ServiceOptions options_;
  Settings settings_;
  GivenFlags given_;
  fs::path folder_;
};

TEST_F(ServiceSettings, TheFileInTheDataFolderIsFound) {
  Write("glyphd.toml", "port = 1");
  ASSERT_TRUE(LoadSettings(settings_, given_).ok());
  EXPECT_EQ(options_.server.port, 1);
}

TEST_F(ServiceSettings, ANamedFileIsUsedInstead) {
  Write("glyphd.toml", "port = 1");
  ::setenv("GLYPHD_CONFIG", Write("variable.toml", "port = 2").c_str(), 1);
  ASSERT_TRUE(LoadSettings(settings_, given_).ok());
  EXPECT_EQ(options_.server.port, 2);
  given_.config = Write("flag.toml", "port = 3").string();
  ASSERT_TRUE(LoadSettings(settings_, given_).ok());
  EXPECT_EQ(options_.server.port, 3);
}

TEST_F(ServiceSettings, ANamedFileThatIsMissingIsAnError) {
  given_.config = (folder_ / "missing.toml").string();
  EXPECT_EQ(LoadSettings(settings_, given_).error().code, ErrorCode::kNotFound);
}

TEST_F(ServiceSettings, EverySettingIsDocumentedWithItsDefault) {
  std::stringstream page;
  page << std::ifstream(std::string(std::getenv("GLYPHD_SOURCE_DIR")) + "/docs/configuration.md")
              .rdbuf();
  for (const Setting& setting : settings_.all()) {
    // The default number of threads is that of this machine's cores.
    const std::string value = setting.name == "io_threads" ? "" : setting.show();
    const std::string row =
        "| `" + setting.name + "` | " + (value.empty() ? "" : "`" + value + "` |");
    EXPECT_THAT(page.str(), testing::HasSubstr(row));
  }
}

}  // namespace
}  // namespace glyphd
