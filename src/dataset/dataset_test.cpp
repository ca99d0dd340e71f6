#include <algorithm>
#include <numeric>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dataset/class_names.h"
#include "dataset/gzip.h"
#include "dataset/labelled_glyphs.h"
#include "dataset/test_files.h"

namespace glyphd {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string BigEndian(std::uint32_t number) {
  std::string text;
  for (const int shift : {24, 16, 8, 0}) text += static_cast<char>(number >> shift);
  return text;
}

std::string Images(std::uint32_t count, std::uint32_t side, const std::string& pixels) {
  return BigEndian(0x803) + BigEndian(count) + BigEndian(side) + BigEndian(side) + pixels;
}

std::string Labels(const std::string& labels) {
  return BigEndian(0x801) + BigEndian(static_cast<std::uint32_t>(labels.size())) + labels;
}

std::string TwoImages() { return std::string(784, '\x11') + std::string(784, '\x22'); }

void WritePair(const TemporaryFolder& root) {
  WriteFile(root / "x-images-idx3-ubyte", Images(2, 28, TwoImages()));
  WriteFile(root / "x-labels-idx1-ubyte", Labels({3, 9}));
}

// A white 40 x 40 BMP with a black bar from (x, y); none where width is 0.
std::string Bmp(int x, int y, int width, int height) {
  constexpr int kSide = 40;
  std::string file("BM", 2);
  const auto put = [&file](std::uint32_t number, int bytes) {
    for (int i = 0; i < bytes; ++i) file += static_cast<char>(number >> (8 * i));
  };
  for (const std::uint32_t number : {54U + kSide * kSide * 3U, 0U, 54U, 40U}) put(number, 4);
  for (const std::uint32_t side : {kSide, kSide}) put(side, 4);
  put(1, 2);
  put(24, 2);
  for (int i = 0; i < 6; ++i) put(0, 4);
  for (int row = kSide - 1; row >= 0; --row) {  // from the bottom
    for (int column = 0; column < kSide; ++column) {
      const bool ink = column >= x && column < x + width && row >= y && row < y + height;
      file.append(3, ink ? '\0' : '\xFF');
    }
  }
  return file;
}

std::string Bar() { return Bmp(18, 8, 4, 24); }
std::string Dash() { return Bmp(8, 18, 24, 4); }

int Ink(const GlyphImage& glyph) { return std::accumulate(glyph.begin(), glyph.end(), 0); }

std::string ErrorOf(const Result<LabelledGlyphs>& read) {
  return read ? "no error" : read.error().message;
}

// ---- IDX

TEST(Idx, GivesImagesLabelsAndNames) {
  const TemporaryFolder root;
  WritePair(root);
  const auto glyphs = ReadLabelledGlyphs(root / "x-images-idx3-ubyte");
  ASSERT_TRUE(glyphs.ok()) << ErrorOf(glyphs);
  ASSERT_EQ(glyphs->size(), 2U);
  EXPECT_EQ(glyphs->images[0][783], 0x11);
  EXPECT_EQ(glyphs->images[1][0], 0x22);
  EXPECT_THAT(glyphs->labels, ElementsAre(3, 9));
  EXPECT_THAT(glyphs->names, ElementsAre("x-images #0", "x-images #1"));
  EXPECT_EQ(glyphs->label_names.size(), 10U);
}

TEST(Idx, MayBeGzippedInEitherFile) {
  const TemporaryFolder root;
  WriteGzip(root / "x-images-idx3-ubyte.gz", Images(2, 28, TwoImages()));
  WriteFile(root / "x-labels-idx1-ubyte", Labels({3, 9}));
  EXPECT_EQ(ReadLabelledGlyphs(root / "x-images-idx3-ubyte.gz")->size(), 2U);
  fs::remove(root / "x-labels-idx1-ubyte");
  WriteGzip(root / "x-labels-idx1-ubyte.gz", Labels({4, 9}));
  EXPECT_EQ(ReadLabelledGlyphs(root / "x-images-idx3-ubyte.gz")->labels[0], 4);
}

TEST(Idx, OfAnotherSizeIsBroughtTo28By28) {
  const TemporaryFolder root;
  std::string pixels(64 * 64, '\0');
  for (std::size_t y = 10; y < 50; ++y) pixels.replace(y * 64 + 30, 5, 5, '\xFF');
  WriteFile(root / "x-images-idx3-ubyte", Images(1, 64, pixels));
  WriteFile(root / "x-labels-idx1-ubyte", Labels({1}));
  const auto glyphs = ReadLabelledGlyphs(root / "x-images-idx3-ubyte");
  ASSERT_TRUE(glyphs.ok()) << ErrorOf(glyphs);
  EXPECT_GT(glyphs->images[0][14 * 28 + 14], 128) << "the stroke is in the middle";
  EXPECT_EQ(glyphs->images[0][0], 0);
}

TEST(Idx, SavedIsReadBackTheSame) {
  const TemporaryFolder root;
  WritePair(root);
  const auto glyphs = ReadLabelledGlyphs(root / "x-images-idx3-ubyte");
  ASSERT_TRUE(SaveIdx(*glyphs, root / "y-images-idx3-ubyte").ok());
  EXPECT_EQ(ReadFile(root / "y-images-idx3-ubyte"), ReadFile(root / "x-images-idx3-ubyte"));
  EXPECT_EQ(ReadFile(root / "y-labels-idx1-ubyte"), ReadFile(root / "x-labels-idx1-ubyte"));
  EXPECT_EQ(SaveIdx(*glyphs, root / "y").error().code, ErrorCode::kInvalidInput);
}

TEST(Idx, SaysWhatIsWrong) {
  const TemporaryFolder root;
  WritePair(root);
  const fs::path images = root / "x-images-idx3-ubyte";
  const fs::path labels = root / "x-labels-idx1-ubyte";
  EXPECT_THAT(ErrorOf(ReadLabelledGlyphs(labels)), HasSubstr("name the file of the images"));
  WriteFile(labels, Labels({1}));
  EXPECT_THAT(ErrorOf(ReadLabelledGlyphs(images)), HasSubstr("1 labels for 2 images"));
  WriteFile(labels, Labels({1, 2}).substr(0, 9));
  EXPECT_THAT(ErrorOf(ReadLabelledGlyphs(images)), HasSubstr("promises 2 labels, it holds 1"));
  WriteFile(labels, Images(2, 28, TwoImages()));
  EXPECT_THAT(ErrorOf(ReadLabelledGlyphs(images)), HasSubstr("no IDX file of labels"));
  fs::remove(labels);
  EXPECT_EQ(ReadLabelledGlyphs(images).error().code, ErrorCode::kNotFound);
  WriteFile(images, Images(3, 28, TwoImages()));
  EXPECT_THAT(ErrorOf(ReadLabelledGlyphs(images)), HasSubstr("promises 3 images"));
  WriteFile(images, Images(0xFFFFFFFF, 0xFFFFFFFF, ""));
  EXPECT_THAT(ErrorOf(ReadLabelledGlyphs(images)), HasSubstr("1 to 4096"));
  WriteFile(images, std::string("\x1F\x8B not really gzip"));
  EXPECT_THAT(ErrorOf(ReadLabelledGlyphs(images)), HasSubstr("gzip"));
  EXPECT_EQ(ReadLabelledGlyphs(root / "none").error().code, ErrorCode::kNotFound);
}

TEST(Idx, DamagedFilesNeverCrashTheReader) {
  const TemporaryFolder root;
  WritePair(root);
  const fs::path path = root / "x-images-idx3-ubyte";
  const std::string sound = ReadFile(path);
  std::mt19937 random(3);
  for (int round = 0; round < 500; ++round) {
    std::string damaged = sound;
    damaged[random() % 16] = static_cast<char>(random());
    WriteFile(path, damaged);
    const auto read = ReadLabelledGlyphs(path);
    EXPECT_TRUE(!read || read->size() == 2U);
  }
}

// ---- gzip

TEST(Gunzip, StopsAtItsLimit) {
  const TemporaryFolder root;
  WriteGzip(root / "bomb.gz", std::string(5'000'000, 'x'));
  const std::string packed = ReadFile(root / "bomb.gz");
  EXPECT_EQ(Gunzip(AsBytes(packed), 5'000'000)->size(), 5'000'000U);
  EXPECT_EQ(Gunzip(AsBytes(packed), 4'999'999).error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(Gunzip(AsBytes(packed.substr(0, packed.size() / 2)), 5'000'000).error().code,
            ErrorCode::kInvalidInput);
  EXPECT_EQ(Gunzip({}, 10).error().code, ErrorCode::kInvalidInput);
}

// ---- classes

TEST(ClassNames, OfDigitsAreAlwaysAllTen) {
  EXPECT_EQ(OrderedClasses({"7", "3"}).size(), 10U);
  EXPECT_EQ(NumberedClasses({}).size(), 10U);
  EXPECT_EQ(NumberedClasses(std::vector<std::uint8_t>{46}).size(), 47U);
}

TEST(ClassNames, AreOrderedByNumberOrElseByLetter) {
  EXPECT_THAT(OrderedClasses({"10", "9", "10", "2"}), ElementsAre("2", "9", "10"));
  EXPECT_THAT(OrderedClasses({"b", "a", "10"}), ElementsAre("10", "a", "b"));
}

// ---- folders

TEST(ClassFolders, GiveOneClassEach) {
  const TemporaryFolder root;
  WriteFile(root / "dash/1.bmp", Dash());
  WriteFile(root / "dash/.hidden", "no picture");
  WriteFile(root / "bar/2.bmp", Bar());
  WriteFile(root / "bar/1.bmp", Bar());
  WriteFile(root / "README.md", "about");
  const auto glyphs = ReadLabelledGlyphs(root.path());
  ASSERT_TRUE(glyphs.ok()) << ErrorOf(glyphs);
  EXPECT_THAT(glyphs->label_names, ElementsAre("bar", "dash"));
  EXPECT_THAT(glyphs->labels, ElementsAre(0, 0, 1));
  EXPECT_EQ(glyphs->names[2], (root / "dash/1.bmp").string());
  EXPECT_GT(glyphs->images[0][6 * 28 + 14], 0) << "a bar is high";
  EXPECT_EQ(glyphs->images[2][6 * 28 + 14], 0) << "a dash is not";
}

TEST(ClassFolders, KeepAPictureWithoutInkAsAnEmptyGlyph) {
  const TemporaryFolder root;
  WriteFile(root / "5/blank.bmp", Bmp(0, 0, 0, 0));
  const auto glyphs = ReadLabelledGlyphs(root.path());
  ASSERT_TRUE(glyphs.ok()) << ErrorOf(glyphs);
  EXPECT_THAT(glyphs->labels, ElementsAre(5));
  EXPECT_EQ(Ink(glyphs->images[0]), 0);
}

TEST(ClassFolders, ReportProgressUpToTheEnd) {
  const TemporaryFolder root;
  for (int i = 0; i < 20; ++i) WriteFile(root / ("1/" + std::to_string(i) + ".bmp"), Bar());
  std::vector<std::size_t> seen;
  const auto glyphs = ReadLabelledGlyphs(root.path(), [&](std::size_t done, std::size_t total) {
    EXPECT_EQ(total, 20U);
    seen.push_back(done);
  });
  ASSERT_TRUE(glyphs.ok());
  EXPECT_EQ(seen.size(), 20U);
  EXPECT_TRUE(std::ranges::is_sorted(seen));
}

TEST(ClassFolders, NameTheFirstPictureThatCannotBeRead) {
  const TemporaryFolder root;
  for (int i = 10; i < 40; ++i) {
    WriteFile(root / ("1/" + std::to_string(i) + ".bmp"), i == 20 || i == 21 ? "?" : Bar());
  }
  const auto glyphs = ReadLabelledGlyphs(root.path());
  ASSERT_FALSE(glyphs.ok());
  EXPECT_EQ(glyphs.error().code, ErrorCode::kInvalidInput);
  EXPECT_THAT(glyphs.error().message, HasSubstr((root / "1/20.bmp").string()));
}

TEST(ClassFolders, AreExpectedInAFolder) {
  const TemporaryFolder root;
  EXPECT_THAT(ErrorOf(ReadLabelledGlyphs(root.path())), HasSubstr("one folder per class"));
  fs::create_directories(root / "1/more");
  EXPECT_THAT(ErrorOf(ReadLabelledGlyphs(root.path())), HasSubstr("a folder within a class"));
}

// ---- CSV

TEST(CsvList, TakesPathsRelativeToItselfAndIgnoresFurtherColumns) {
  const TemporaryFolder root;
  WriteFile(root / "pictures/a,b.bmp", Bar());
  WriteFile(root / "c.bmp", Dash());
  WriteFile(root / "list.csv", "note,Label,path\r\nx,7,\"pictures/a,b.bmp\"\r\ny,2," +
                                   (root / "c.bmp").string() + "\r\n");
  const auto glyphs = ReadLabelledGlyphs(root / "list.csv");
  ASSERT_TRUE(glyphs.ok()) << ErrorOf(glyphs);
  EXPECT_THAT(glyphs->labels, ElementsAre(7, 2));
}

TEST(CsvList, NeedsNoHeader) {
  const TemporaryFolder root;
  WriteFile(root / "a.bmp", Bar());
  WriteFile(root / "list.csv", "a.bmp,one\na.bmp,two,extra\n");
  const auto glyphs = ReadLabelledGlyphs(root / "list.csv");
  ASSERT_TRUE(glyphs.ok()) << ErrorOf(glyphs);
  EXPECT_THAT(glyphs->label_names, ElementsAre("one", "two"));
}

TEST(CsvList, NamesTheRowThatIsWrong) {
  const TemporaryFolder root;
  WriteFile(root / "a.bmp", Bar());
  const auto complaint = [&](const std::string& csv) {
    WriteFile(root / "list.csv", csv);
    return ErrorOf(ReadLabelledGlyphs(root / "list.csv"));
  };
  EXPECT_THAT(complaint("a.bmp,1\na.bmp\n"), HasSubstr("list.csv line 2 has 1 fields"));
  EXPECT_THAT(complaint("a.bmp,1\na.bmp,\n"), HasSubstr("line 2: the label is empty"));
  EXPECT_THAT(complaint("a.bmp,1\n,2\n"), HasSubstr("line 2: the path is empty"));
  EXPECT_THAT(complaint("path,label\n\na.bmp,1\nb.bmp,2\n"), HasSubstr("list.csv line 4"));
  EXPECT_THAT(complaint("path,label\n"), HasSubstr("no rows"));
  EXPECT_THAT(complaint("a.bmp,\"1\n"), HasSubstr("line 1: a quote"));
  EXPECT_THAT(complaint(""), HasSubstr("no rows"));
}

TEST(CsvList, WithMoreThan256ClassesIsRefused) {
  const TemporaryFolder root;
  std::string csv;
  for (int i = 0; i < 257; ++i) csv += "a.bmp," + std::to_string(i) + "\n";
  WriteFile(root / "list.csv", csv);
  EXPECT_THAT(ErrorOf(ReadLabelledGlyphs(root / "list.csv")), HasSubstr("at most 256"));
}

// ---- MNIST

TEST(Mnist, IsReadFromItsFourFiles) {
  const TemporaryFolder root;
  WriteFile(root / "train-images-idx3-ubyte", Images(2, 28, TwoImages()));
  WriteFile(root / "train-labels-idx1-ubyte", Labels({3, 9}));
  WriteGzip(root / "t10k-images-idx3-ubyte.gz", Images(1, 28, std::string(784, '\x33')));
  const auto incomplete = ReadMnist(root.path());
  ASSERT_FALSE(incomplete.ok());
  EXPECT_THAT(incomplete.error().message, HasSubstr("glyphd dataset fetch mnist"));
  WriteGzip(root / "t10k-labels-idx1-ubyte.gz", Labels({5}));
  const auto mnist = ReadMnist(root.path());
  ASSERT_TRUE(mnist.ok()) << mnist.error().message;
  EXPECT_EQ(mnist->train.size(), 2U);
  EXPECT_EQ(mnist->test.size(), 1U);
  EXPECT_THAT(ErrorOf(ReadLabelledGlyphs(root.path())), HasSubstr("name one"));
}

}  // namespace
}  // namespace glyphd
