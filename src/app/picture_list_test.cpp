#include "app/picture_list.h"

#include <cstdlib>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace glyphd {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;

class PictureList : public testing::Test {
 protected:
  PictureList() {
    std::string pattern = (fs::temp_directory_path() / "glyphd-list-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    fs::create_directories(folder_ / "inner");
    for (const char* name : {"b.PNG", "a.jpeg", "notes.txt", "inner/c.heic", "page[1].png"}) {
      std::ofstream(folder_ / name) << "x";
    }
  }
  ~PictureList() override { fs::remove_all(folder_); }
  std::string In(const char* name) const { return (folder_ / name).string(); }

  fs::path folder_;
};

TEST_F(PictureList, AFolderMeansEveryPictureBelowItByName) {
  EXPECT_THAT(*ListPictures({folder_.string()}),
              ElementsAre(folder_ / "a.jpeg", folder_ / "b.PNG", folder_ / "inner/c.heic",
                          folder_ / "page[1].png"));
}

TEST_F(PictureList, APatternTheShellLeftAloneIsExpanded) {
  EXPECT_THAT(*ListPictures({In("*.?p?g"), In("inner/*")}),
              ElementsAre(folder_ / "a.jpeg", folder_ / "inner/c.heic"));
}

TEST_F(PictureList, AFileIsTakenAsItIsWhateverItsName) {
  EXPECT_THAT(
      *ListPictures({In("page[1].png"), In("notes.txt"), "-", In("missing.png")}),
      ElementsAre(folder_ / "page[1].png", folder_ / "notes.txt", "-", folder_ / "missing.png"));
}

TEST_F(PictureList, NothingFoundIsAnError) {
  EXPECT_EQ(ListPictures({In("*.bmp")}).error().code, ErrorCode::kNotFound);
  fs::create_directory(folder_ / "empty");
  EXPECT_EQ(ListPictures({In("empty")}).error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace glyphd
