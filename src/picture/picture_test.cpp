#include "picture/picture.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "picture/orientation.h"

namespace glyphd {
namespace {

using ::testing::HasSubstr;

// The patterns that make_fixtures.py drew; computed again, so that no decoder vouches
// for another.
constexpr int kWidth = 12;
constexpr int kHeight = 8;

using Colour = std::array<int, 3>;
using Pattern = std::function<Colour(int x, int y)>;

Colour Grey(int level) { return {level, level, level}; }
int OverPaper(int level, int alpha) { return (level * alpha + 255 * (255 - alpha) + 127) / 255; }

int GreyLevel(int x, int y) { return x * 15 + y * 10; }
int Alpha(int x) { return x * 23; }
int Index(int x, int y, int bits) { return (x + 2 * y) % 16 & ((1 << bits) - 1); }

Colour GreyPattern(int x, int y) { return Grey(GreyLevel(x, y)); }
Colour RgbPattern(int x, int y) { return {x * 20, y * 30, 100}; }
Colour RgbaPattern(int x, int y) {
  Colour colour = RgbPattern(x, y);
  for (int& level : colour) level = OverPaper(level, Alpha(x));
  return colour;
}
Colour GreyAlphaPattern(int x, int y) { return Grey(OverPaper(GreyLevel(x, y), Alpha(x))); }
Colour PaletteColour(int index) { return {index * 16, 255 - index * 16, index * 7}; }
Colour PalettePattern(int x, int y) { return PaletteColour(Index(x, y, 4)); }

Pattern FewGreys(int bits) {
  return [bits](int x, int y) { return Grey(Index(x, y, bits) * 255 / ((1 << bits) - 1)); };
}
Pattern FewColours(int bits) {
  return [bits](int x, int y) { return PaletteColour(Index(x, y, bits)); };
}
Pattern WithHole(Pattern pattern, Colour transparent) {
  return [=](int x, int y) {
    const Colour colour = pattern(x, y);
    return colour == transparent ? Grey(255) : colour;
  };
}
Colour TranslucentPalette(int x, int y) {
  Colour colour = PalettePattern(x, y);
  const int index = Index(x, y, 4);
  const int alpha = index == 0 ? 0 : index == 1 ? 128 : 255;
  for (int& level : colour) level = OverPaper(level, alpha);
  return colour;
}

// Five or six bits, spread again over 0..255.
int Coarse(int level, int bits) {
  const int top = (1 << bits) - 1;
  return ((level >> (8 - bits)) * 255 + top / 2) / top;
}
Colour Rgb555Pattern(int x, int y) {
  return {Coarse(x * 20, 5), Coarse(y * 30, 5), Coarse(100, 5)};
}
Colour Rgb565Pattern(int x, int y) {
  return {Coarse(x * 20, 5), Coarse(y * 30, 6), Coarse(100, 5)};
}

// The bottom row holds three pixels of colour 5, and after a jump one of colour 6.
Colour JumpPattern(int x, int y) {
  if (y == kHeight - 1 && x < 3) return PaletteColour(5);
  if (y == kHeight - 2 && x == 4) return PaletteColour(6);
  return Grey(255);
}

std::filesystem::path FixtureFolder() {
  const char* source = std::getenv("GLYPHD_SOURCE_DIR");
  return std::filesystem::path(source != nullptr ? source : ".") / "tests/data/pictures";
}

Bytes ReadFixture(const std::string& name) {
  std::ifstream file(FixtureFolder() / name, std::ios::binary);
  EXPECT_TRUE(file.good()) << name << " is missing";
  return Bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
}

std::vector<std::string> AllFixtures() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(FixtureFolder())) {
    if (entry.path().extension() != ".py") names.push_back(entry.path().filename());
  }
  std::sort(names.begin(), names.end());
  return names;
}

Colour PixelAt(const Picture& picture, int x, int y) {
  const std::uint8_t* pixel = picture.Row(y) + x * picture.channels;
  if (picture.channels == 1) return Grey(pixel[0]);
  return {pixel[0], pixel[1], pixel[2]};
}

int Distance(const Colour& a, const Colour& b) {
  int distance = 0;
  for (std::size_t c = 0; c < 3; ++c) distance = std::max(distance, std::abs(a[c] - b[c]));
  return distance;
}

void ExpectPattern(const Picture& picture, const Pattern& pattern, int tolerance, int scale = 1) {
  ASSERT_EQ(picture.width, kWidth * scale);
  ASSERT_EQ(picture.height, kHeight * scale);
  ASSERT_EQ(picture.pixels.size(),
            static_cast<std::size_t>(picture.width * picture.height * picture.channels));
  for (int y = 0; y < picture.height; ++y) {
    for (int x = 0; x < picture.width; ++x) {
      const Colour expected = pattern(x / scale, y / scale);
      const Colour seen = PixelAt(picture, x, y);
      ASSERT_LE(Distance(seen, expected), tolerance)
          << "at " << x << "," << y << ": " << testing::PrintToString(seen) << ", expected "
          << testing::PrintToString(expected);
    }
  }
}

struct Fixture {
  std::string name;
  PictureFormat format;
  int channels;
  Pattern pattern;
  int tolerance = 0;
  int scale = 1;
};

void PrintTo(const Fixture& fixture, std::ostream* out) { *out << fixture.name; }

class KnownPicture : public testing::TestWithParam<Fixture> {};

TEST_P(KnownPicture, DecodesToTheColoursThatWereDrawn) {
  const Fixture& fixture = GetParam();
  const Bytes bytes = ReadFixture(fixture.name);
  const Result<Picture> picture = DecodePicture(bytes);
  ASSERT_TRUE(picture.ok()) << picture.error().message;
  EXPECT_EQ(picture->channels, fixture.channels);
  ExpectPattern(*picture, fixture.pattern, fixture.tolerance, fixture.scale);
}

TEST_P(KnownPicture, HasTheHeaderThatItsPixelsBearOut) {
  const Bytes bytes = ReadFixture(GetParam().name);
  const Result<PictureHeader> header = InspectPicture(bytes);
  const Result<Picture> picture = DecodePicture(bytes);
  ASSERT_TRUE(header.ok() && picture.ok());
  EXPECT_EQ(header->format, GetParam().format);
  EXPECT_EQ(header->width, picture->width);
  EXPECT_EQ(header->height, picture->height);
  EXPECT_GE(header->decode_bytes, picture->pixels.size());
}

TEST_P(KnownPicture, IsRefusedWhenItHasOnePixelTooMany) {
  const Bytes bytes = ReadFixture(GetParam().name);
  const std::int64_t pixels = std::int64_t{kWidth} * kHeight * GetParam().scale * GetParam().scale;
  EXPECT_TRUE(DecodePicture(bytes, {pixels}).ok());
  const Result<Picture> refused = DecodePicture(bytes, {pixels - 1});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalidInput);
  EXPECT_THAT(refused.error().message, HasSubstr("the limit is"));
}

const PictureFormat kPng = PictureFormat::kPng;
const PictureFormat kJpeg = PictureFormat::kJpeg;
const PictureFormat kWebp = PictureFormat::kWebp;
const PictureFormat kBmp = PictureFormat::kBmp;
const PictureFormat kGif = PictureFormat::kGif;
const PictureFormat kTiff = PictureFormat::kTiff;
const PictureFormat kHeic = PictureFormat::kHeic;

INSTANTIATE_TEST_SUITE_P(
    Png, KnownPicture,
    testing::Values(
        Fixture{"grey1.png", kPng, 1, FewGreys(1)}, Fixture{"grey2.png", kPng, 1, FewGreys(2)},
        Fixture{"grey4.png", kPng, 1, FewGreys(4)}, Fixture{"grey8.png", kPng, 1, GreyPattern},
        Fixture{"grey16.png", kPng, 1, GreyPattern},
        Fixture{"grey8-trns.png", kPng, 1, WithHole(GreyPattern, Grey(15))},
        Fixture{"grey16-trns.png", kPng, 1, WithHole(GreyPattern, Grey(15))},
        Fixture{"grey-alpha8.png", kPng, 1, GreyAlphaPattern},
        Fixture{"grey-alpha16.png", kPng, 1, GreyAlphaPattern},
        Fixture{"rgb8.png", kPng, 3, RgbPattern}, Fixture{"rgb16.png", kPng, 3, RgbPattern},
        Fixture{"rgb8-trns.png", kPng, 3, WithHole(RgbPattern, {20, 30, 100})},
        Fixture{"rgb16-trns.png", kPng, 3, WithHole(RgbPattern, {20, 30, 100})},
        Fixture{"rgba8.png", kPng, 3, RgbaPattern}, Fixture{"rgba16.png", kPng, 3, RgbaPattern},
        Fixture{"rgb8-interlaced.png", kPng, 3, RgbPattern},
        Fixture{"rgba8-interlaced.png", kPng, 3, RgbaPattern},
        Fixture{"palette4.png", kPng, 3, PalettePattern},
        Fixture{"palette8.png", kPng, 3, PalettePattern},
        Fixture{"palette4-trns.png", kPng, 3, TranslucentPalette}));

INSTANTIATE_TEST_SUITE_P(Jpeg, KnownPicture,
                         testing::Values(Fixture{"grey.jpg", kJpeg, 1, GreyPattern, 4},
                                         Fixture{"rgb.jpg", kJpeg, 3, RgbPattern, 6},
                                         Fixture{"progressive.jpg", kJpeg, 3, RgbPattern, 6},
                                         Fixture{"cmyk-adobe.jpg", kJpeg, 3, RgbPattern, 6},
                                         Fixture{"cmyk-plain.jpg", kJpeg, 3, RgbPattern, 6},
                                         Fixture{"ycck.jpg", kJpeg, 3, RgbPattern, 8}));

INSTANTIATE_TEST_SUITE_P(Webp, KnownPicture,
                         testing::Values(Fixture{"rgb.webp", kWebp, 3, RgbPattern},
                                         Fixture{"rgba.webp", kWebp, 3, RgbaPattern},
                                         Fixture{"lossy.webp", kWebp, 3, GreyPattern, 8},
                                         Fixture{"animated.webp", kWebp, 3, RgbPattern}));

INSTANTIATE_TEST_SUITE_P(Bmp, KnownPicture,
                         testing::Values(Fixture{"palette1.bmp", kBmp, 3, FewColours(1)},
                                         Fixture{"palette4.bmp", kBmp, 3, PalettePattern},
                                         Fixture{"palette8.bmp", kBmp, 3, PalettePattern},
                                         Fixture{"core8.bmp", kBmp, 3, PalettePattern},
                                         Fixture{"rgb24.bmp", kBmp, 3, RgbPattern},
                                         Fixture{"top-down.bmp", kBmp, 3, RgbPattern},
                                         Fixture{"rgb555.bmp", kBmp, 3, Rgb555Pattern},
                                         Fixture{"rgb565.bmp", kBmp, 3, Rgb565Pattern},
                                         Fixture{"rgb32.bmp", kBmp, 3, RgbPattern},
                                         Fixture{"rgba32-v4.bmp", kBmp, 3, RgbaPattern},
                                         Fixture{"rgba32-v5.bmp", kBmp, 3, RgbaPattern},
                                         Fixture{"alpha-unused.bmp", kBmp, 3, RgbPattern},
                                         Fixture{"rle8.bmp", kBmp, 3, PalettePattern},
                                         Fixture{"rle4.bmp", kBmp, 3, PalettePattern},
                                         Fixture{"rle8-jump.bmp", kBmp, 3, JumpPattern}));

INSTANTIATE_TEST_SUITE_P(Gif, KnownPicture,
                         testing::Values(Fixture{"plain.gif", kGif, 3, PalettePattern},
                                         Fixture{"interlaced.gif", kGif, 3, PalettePattern},
                                         Fixture{"transparent.gif", kGif, 3,
                                                 WithHole(PalettePattern, PaletteColour(1))},
                                         Fixture{"animated.gif", kGif, 3, PalettePattern},
                                         Fixture{"beyond-screen.gif", kGif, 3, PalettePattern}));

// libtiff multiplies 8-bit colours by their alpha and rounds once more.
INSTANTIATE_TEST_SUITE_P(Tiff, KnownPicture,
                         testing::Values(Fixture{"grey8.tif", kTiff, 1, GreyPattern},
                                         Fixture{"grey16.tif", kTiff, 1, GreyPattern},
                                         Fixture{"white-is-zero.tif", kTiff, 1, GreyPattern},
                                         Fixture{"grey-alpha8.tif", kTiff, 1, GreyAlphaPattern},
                                         Fixture{"grey-alpha16.tif", kTiff, 1, GreyAlphaPattern},
                                         Fixture{"fax.tif", kTiff, 1, FewGreys(1)},
                                         Fixture{"rgb8.tif", kTiff, 3, RgbPattern},
                                         Fixture{"rgb16.tif", kTiff, 3, RgbPattern},
                                         Fixture{"rgb-planes.tif", kTiff, 3, RgbPattern},
                                         Fixture{"rgb-tiles.tif", kTiff, 3, RgbPattern},
                                         Fixture{"rgb-big.tif", kTiff, 3, RgbPattern},
                                         Fixture{"rgba8.tif", kTiff, 3, RgbaPattern, 1},
                                         Fixture{"rgba8-premultiplied.tif", kTiff, 3, RgbaPattern,
                                                 1},
                                         Fixture{"rgba16.tif", kTiff, 3, RgbaPattern, 1},
                                         Fixture{"palette8.tif", kTiff, 3, PalettePattern},
                                         Fixture{"cmyk.tif", kTiff, 3, RgbPattern}));

INSTANTIATE_TEST_SUITE_P(Heic, KnownPicture,
                         testing::Values(Fixture{"rgb.heic", kHeic, 3, RgbPattern, 3, 8},
                                         Fixture{"rgba.heic", kHeic, 3, RgbaPattern, 3, 8}));

// Where the stored pixel (x, y) is to be seen, from the definition of the EXIF values;
// the decoder computes the other way round.
std::array<int, 2> UprightPlace(int orientation, int x, int y) {
  const int right = kWidth - 1;
  const int bottom = kHeight - 1;
  switch (orientation) {
    case 2:
      return {right - x, y};
    case 3:
      return {right - x, bottom - y};
    case 4:
      return {x, bottom - y};
    case 5:
      return {y, x};
    case 6:
      return {bottom - y, x};
    case 7:
      return {bottom - y, right - x};
    case 8:
      return {y, right - x};
    default:
      return {x, y};
  }
}

// The fixtures hold orientation 6 as a big-endian TIFF entry.
Bytes WithOrientation(Bytes bytes, int orientation) {
  constexpr std::array<std::uint8_t, 8> kEntry = {0x01, 0x12, 0, 3, 0, 0, 0, 1};
  const auto at = std::search(bytes.begin(), bytes.end(), kEntry.begin(), kEntry.end());
  EXPECT_NE(at, bytes.end());
  EXPECT_EQ(at[9], 6);
  at[9] = static_cast<std::uint8_t>(orientation);
  return bytes;
}

class TurnedPicture : public testing::TestWithParam<std::tuple<std::string, int>> {};

TEST_P(TurnedPicture, StandsUpright) {
  const auto& [name, orientation] = GetParam();
  const Bytes bytes = WithOrientation(ReadFixture(name), orientation);
  const Result<Picture> picture = DecodePicture(bytes);
  const Result<PictureHeader> header = InspectPicture(bytes);
  ASSERT_TRUE(picture.ok()) << picture.error().message;
  ASSERT_TRUE(header.ok());
  const bool turned = orientation >= 5;
  EXPECT_EQ(picture->width, turned ? kHeight : kWidth);
  EXPECT_EQ(picture->height, turned ? kWidth : kHeight);
  EXPECT_EQ(header->width, picture->width);
  EXPECT_EQ(header->height, picture->height);
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x) {
      const auto [upright_x, upright_y] = UprightPlace(orientation, x, y);
      ASSERT_LE(Distance(PixelAt(*picture, upright_x, upright_y), RgbPattern(x, y)), 6);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(EveryWay, TurnedPicture,
                         testing::Combine(testing::Values("turned.png", "turned.jpg", "turned.webp",
                                                          "turned.tif"),
                                          testing::Range(1, 9)));

// Larger than the tiles that MakeUpright() works in, and of one channel.
TEST(Orientation, TurnsPicturesOfManyTiles) {
  Picture stored{70, 50, 1, {}};
  for (int i = 0; i < 70 * 50; ++i) stored.pixels.push_back(static_cast<std::uint8_t>(i % 251));
  const Picture upright = MakeUpright(stored, Orientation::kTurnedLeft);
  ASSERT_EQ(upright.width, 50);
  ASSERT_EQ(upright.height, 70);
  for (int y = 0; y < 50; ++y) {
    for (int x = 0; x < 70; ++x) ASSERT_EQ(upright.Row(x)[49 - y], stored.Row(y)[x]);
  }
}

TEST(Orientation, HeicIsTurnedOnceThoughExifSaysSoAgain) {
  const Result<Picture> picture = DecodePicture(ReadFixture("turned.heic"));
  ASSERT_TRUE(picture.ok()) << picture.error().message;
  ASSERT_EQ(picture->width, kHeight * 8);
  ASSERT_EQ(picture->height, kWidth * 8);
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x) {
      const auto [upright_x, upright_y] = UprightPlace(6, x, y);
      ASSERT_LE(Distance(PixelAt(*picture, upright_x * 8 + 4, upright_y * 8 + 4), RgbPattern(x, y)),
                3);
    }
  }
}

TEST(Orientation, IgnoresExifThatMakesNoSense) {
  const Bytes good = ReadFixture("turned.jpg");
  for (const int value : {0, 9, 255}) {
    const Result<Picture> picture = DecodePicture(WithOrientation(good, value));
    ASSERT_TRUE(picture.ok());
    EXPECT_EQ(picture->width, kWidth);
  }
  EXPECT_EQ(ReadExifOrientation(AsBytes("MM")), Orientation::kUpright);
  EXPECT_EQ(ReadExifOrientation({}), Orientation::kUpright);
}

Error ErrorOf(ByteView bytes, const PictureLimits& limits = {}) {
  const Result<Picture> decoded = DecodePicture(bytes, limits);
  EXPECT_FALSE(decoded.ok());
  return decoded.ok() ? InvalidInput("it was read") : decoded.error();
}

class Bomb : public testing::TestWithParam<std::string> {};

TEST_P(Bomb, IsRefusedByItsHeaderWithSizeAndLimit) {
  const Bytes bytes = ReadFixture(GetParam());
  const Result<PictureHeader> header = InspectPicture(bytes);
  ASSERT_FALSE(header.ok());
  EXPECT_EQ(header.error().code, ErrorCode::kInvalidInput);
  EXPECT_THAT(header.error().message, HasSubstr("megapixels; the limit is 50.0"));
  EXPECT_EQ(ErrorOf(bytes).message, header.error().message);
}

INSTANTIATE_TEST_SUITE_P(EveryFormat, Bomb,
                         testing::Values("bomb.png", "bomb.jpg", "bomb.webp", "bomb.bmp",
                                         "bomb.gif", "bomb-frame.gif", "bomb.tif", "bomb.heic"));

TEST(DecodePicture, NamesSizeAndLimitOfATooLargePicture) {
  EXPECT_EQ(ErrorOf(ReadFixture("bomb.png")).message,
            "the picture has 12000 x 9000 = 108.0 megapixels; the limit is 50.0");
}

TEST(DecodePicture, RefusesBombsThatHideBehindASmallPicture) {
  for (const char* name : {"text-bomb.png", "scan-bomb.jpg", "tile-bomb.tif"}) {
    const Error error = ErrorOf(ReadFixture(name));
    EXPECT_EQ(error.code, ErrorCode::kInvalidInput) << name;
    EXPECT_THAT(error.message, HasSubstr("damaged")) << name;
  }
}

TEST(DecodePicture, SaysWhatIsWrongWithATruncatedJpeg) {
  Bytes bytes = ReadFixture("rgb.jpg");
  bytes.resize(bytes.size() - 20);
  const Error error = ErrorOf(bytes);
  EXPECT_EQ(error.code, ErrorCode::kInvalidInput);
  EXPECT_EQ(error.message, "this JPEG is damaged: premature end of data");
}

TEST(DecodePicture, SaysThatTheBytesAreEmpty) {
  EXPECT_EQ(ErrorOf({}).code, ErrorCode::kInvalidInput);
  EXPECT_THAT(ErrorOf({}).message, HasSubstr("empty"));
}

TEST(DecodePicture, RefusesATiffOfNumbersRatherThanColours) {
  EXPECT_EQ(ErrorOf(ReadFixture("float.tif")).code, ErrorCode::kUnsupported);
}

TEST(DecodePicture, NamesWhatAStrangerLooksLikeAndWhatIsAccepted) {
  using namespace std::string_view_literals;
  struct Stranger {
    std::string_view bytes;
    std::string_view looks_like;
  };
  const std::vector<Stranger> strangers = {
      {"%PDF-1.7 ..."sv, "PDF"},
      {"<svg xmlns='http://www.w3.org/2000/svg'/>"sv, "SVG"},
      {"\0\0\0\x1c"
       "ftypavif\0\0\0\0avif"sv,
       "AVIF"},
      {"\0\0\0\x0cJXL \r\n\x87\n"sv, "JPEG XL"},
      {"\0\0\0\x18"
       "ftypmp42\0\0\0\0mp42"sv,
       "video"},
      {"PK\x03\x04 ..."sv, "ZIP"},
      {"<!DOCTYPE html><html>"sv, "web page"},
      {"three"sv, "text"},
      {"\x01\x02\x03\x04"sv, "no picture"},
  };
  for (const Stranger& stranger : strangers) {
    const Error error = ErrorOf(AsBytes(stranger.bytes));
    EXPECT_EQ(error.code, ErrorCode::kUnsupported) << stranger.looks_like;
    EXPECT_THAT(error.message, HasSubstr(std::string(stranger.looks_like)));
    EXPECT_THAT(error.message, HasSubstr("PNG, JPEG, WebP, BMP, GIF, TIFF and HEIC"));
  }
}

TEST(MediaType, IsTheRegisteredOne) {
  EXPECT_EQ(MediaType(kPng), "image/png");
  EXPECT_EQ(MediaType(kJpeg), "image/jpeg");
  EXPECT_EQ(MediaType(kWebp), "image/webp");
  EXPECT_EQ(MediaType(kBmp), "image/bmp");
  EXPECT_EQ(MediaType(kGif), "image/gif");
  EXPECT_EQ(MediaType(kTiff), "image/tiff");
  EXPECT_EQ(MediaType(kHeic), "image/heic");
}

// Decoding gives pixels that fit the header, or an error that says something.
void ExpectSoundAnswer(ByteView bytes, const std::string& what) {
  constexpr PictureLimits kLimits{1'000'000};
  const Result<PictureHeader> header = InspectPicture(bytes, kLimits);
  const Result<Picture> picture = DecodePicture(bytes, kLimits);
  if (!picture.ok()) {
    EXPECT_FALSE(picture.error().message.empty()) << what;
    return;
  }
  ASSERT_TRUE(header.ok()) << what << ": " << header.error().message;
  EXPECT_EQ(header->width, picture->width) << what;
  EXPECT_EQ(header->height, picture->height) << what;
  EXPECT_EQ(picture->pixels.size(), static_cast<std::size_t>(picture->width) *
                                        static_cast<std::size_t>(picture->height) *
                                        static_cast<std::size_t>(picture->channels))
      << what;
}

// libde265, which libheif calls, writes some complaints to standard error by itself.
void ExpectSilence(const std::string& name) {
  const std::string written = testing::internal::GetCapturedStderr();
  if (!name.ends_with(".heic")) {
    EXPECT_EQ(written, "") << name;
  }
}

TEST(DamagedPictures, CutAtEverySeventhByteGiveAnAnswer) {
  for (const std::string& name : AllFixtures()) {
    testing::internal::CaptureStderr();
    const Bytes whole = ReadFixture(name);
    for (std::size_t length = 0; length < whole.size(); length += 7) {
      // Of its exact size on the heap, so that a sanitizer sees one byte too far.
      const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
      ExpectSoundAnswer(cut, name + " cut at " + std::to_string(length));
    }
    ExpectSilence(name);
  }
}

TEST(DamagedPictures, WithFlippedBitsGiveAnAnswer) {
  std::mt19937 random(20261123);  // fixed, so that a failure can be repeated
  for (const std::string& name : AllFixtures()) {
    if (name == "text-bomb.png") continue;  // to unpack 8 MiB 600 times shows nothing new
    testing::internal::CaptureStderr();
    const Bytes whole = ReadFixture(name);
    for (int i = 0; i < 300; ++i) {
      Bytes changed = whole;
      changed[random() % changed.size()] ^= static_cast<std::uint8_t>(1 + random() % 255);
      ExpectSoundAnswer(changed, name + " changed, " + std::to_string(i));
    }
    ExpectSilence(name);
  }
}

// Cut in the middle of their pixels; TIFF and BMP are cut where their pixels lie last.
TEST(DamagedPictures, CutInTheMiddleAreRefusedNotHalfShown) {
  for (const char* name : {"rgb8.png", "rgb.jpg", "progressive.jpg", "rgb.webp", "lossy.webp",
                           "rgb24.bmp", "rle8.bmp", "plain.gif", "rgb8.tif", "rgb.heic"}) {
    Bytes bytes = ReadFixture(name);
    bytes.resize(bytes.size() - bytes.size() / 8);
    const Error error = ErrorOf(bytes);
    EXPECT_EQ(error.code, ErrorCode::kInvalidInput) << name;
    EXPECT_THAT(error.message, HasSubstr("is damaged: ")) << name;
  }
}

}  // namespace
}  // namespace glyphd
