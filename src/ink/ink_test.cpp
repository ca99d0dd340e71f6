#include <algorithm>
#include <cmath>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ink/background.h"
#include "ink/components.h"
#include "ink/grey.h"
#include "ink/ink_finder.h"
#include "ink/threshold.h"

namespace glyphd {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

struct Colour {
  int red = 0;
  int green = 0;
  int blue = 0;
};
constexpr Colour kBlack{0, 0, 0};
constexpr Colour kWhite{255, 255, 255};

struct Point {
  double x = 0;
  double y = 0;
};
using Stroke = std::vector<Point>;

// A sheet of paper and a round pen with a soft edge.
class Sheet {
 public:
  Sheet(int width, int height, Colour paper = kWhite, Colour pen = kBlack) : pen_(pen) {
    picture_.width = width;
    picture_.height = height;
    picture_.channels = 3;
    for (int i = 0; i < width * height; ++i) {
      for (const int level : {paper.red, paper.green, paper.blue}) {
        picture_.pixels.push_back(static_cast<std::uint8_t>(level));
      }
    }
  }

  // Draws strokes given in a unit square into the box.
  Sheet& Draw(const std::vector<Stroke>& strokes, const Box& box, double pen_width) {
    for (const Stroke& stroke : strokes) {
      for (std::size_t i = 0; i + 1 < stroke.size(); ++i) {
        DrawSegment(Placed(stroke[i], box), Placed(stroke[i + 1], box), pen_width);
      }
    }
    return *this;
  }

  Sheet& Fill(const Box& box, Colour colour) {
    for (int y = box.y; y < box.y + box.height; ++y) {
      for (int x = box.x; x < box.x + box.width; ++x) Blend(x, y, colour, 1);
    }
    return *this;
  }

  // Multiplies by a light that falls off from the left to the right.
  Sheet& Shade(double left, double right) {
    for (int y = 0; y < picture_.height; ++y) {
      for (int x = 0; x < picture_.width; ++x) {
        const double light = left + (right - left) * x / picture_.width;
        for (std::size_t i = 0; i < 3; ++i) {
          std::uint8_t& level = picture_.pixels[Offset(x, y) + i];
          level = static_cast<std::uint8_t>(level * light);
        }
      }
    }
    return *this;
  }

  Sheet& AddNoise(int amplitude) {
    std::minstd_rand random(7);
    for (std::uint8_t& level : picture_.pixels) {
      const int noise = static_cast<int>(random() % static_cast<unsigned>(2 * amplitude + 1));
      level = static_cast<std::uint8_t>(std::clamp(level + noise - amplitude, 0, 255));
    }
    return *this;
  }

  const Picture& picture() const { return picture_; }

 private:
  static Point Placed(const Point& point, const Box& box) {
    return {box.x + point.x * box.width, box.y + point.y * box.height};
  }

  std::size_t Offset(int x, int y) const {
    return 3 * (static_cast<std::size_t>(y) * static_cast<std::size_t>(picture_.width) +
                static_cast<std::size_t>(x));
  }

  void Blend(int x, int y, Colour colour, double share) {
    const int levels[] = {colour.red, colour.green, colour.blue};
    for (std::size_t i = 0; i < 3; ++i) {
      std::uint8_t& level = picture_.pixels[Offset(x, y) + i];
      level = static_cast<std::uint8_t>(std::lround(level + (levels[i] - level) * share));
    }
  }

  void DrawSegment(const Point& from, const Point& to, double pen_width) {
    const double length = std::max(1e-9, std::hypot(to.x - from.x, to.y - from.y));
    for (int y = 0; y < picture_.height; ++y) {
      for (int x = 0; x < picture_.width; ++x) {
        const double dx = x + 0.5 - from.x;
        const double dy = y + 0.5 - from.y;
        const double along =
            std::clamp((dx * (to.x - from.x) + dy * (to.y - from.y)) / length, 0.0, length);
        const double away = std::hypot(dx - along * (to.x - from.x) / length,
                                       dy - along * (to.y - from.y) / length);
        const double share = std::clamp(pen_width / 2 + 0.5 - away, 0.0, 1.0);
        if (share > 0) Blend(x, y, pen_, share);
      }
    }
  }

  Picture picture_;
  Colour pen_;
};

Stroke Ring(Point centre, double radius_x, double radius_y) {
  Stroke ring;
  for (int i = 0; i <= 24; ++i) {
    const double angle = i * 2 * 3.14159265 / 24;
    ring.push_back({centre.x + radius_x * std::cos(angle), centre.y + radius_y * std::sin(angle)});
  }
  return ring;
}

std::vector<Stroke> Zero() { return {Ring({0.5, 0.5}, 0.35, 0.5)}; }
std::vector<Stroke> One() { return {{{0.5, 0}, {0.5, 1}}}; }
std::vector<Stroke> Seven() { return {{{0, 0}, {1, 0}, {0.4, 1}}}; }
std::vector<Stroke> OpenFour() {  // the bar on the right touches nothing
  return {{{0.3, 0}, {0, 0.6}, {0.62, 0.6}}, {{0.74, 0.2}, {0.74, 1}}};
}
std::vector<Stroke> FiveWithLooseBar() {
  Stroke belly = {{0.1, 0.12}, {0.1, 0.45}, {0.7, 0.5}, {0.8, 0.75}, {0.5, 1}, {0, 0.95}};
  return {belly, {{0.2, 0}, {0.95, 0}}};
}

const Mark& OnlyMark(const FoundInk& found) {
  EXPECT_EQ(found.lines.size(), 1U);
  EXPECT_EQ(found.lines.at(0).marks.size(), 1U);
  return found.lines.at(0).marks.at(0);
}

double Difference(const GlyphImage& one, const GlyphImage& other) {
  double difference = 0;
  for (std::size_t i = 0; i < one.size(); ++i) difference += std::abs(one[i] - other[i]);
  return difference / 255;
}

double Mass(const GlyphImage& image) {
  double mass = 0;
  for (const std::uint8_t pixel : image) mass += pixel;
  return mass / 255;
}

void ExpectNear(const Box& box, const Box& wanted, int tolerance) {
  EXPECT_NEAR(box.x, wanted.x, tolerance);
  EXPECT_NEAR(box.y, wanted.y, tolerance);
  EXPECT_NEAR(box.x + box.width, wanted.x + wanted.width, tolerance);
  EXPECT_NEAR(box.y + box.height, wanted.y + wanted.height, tolerance);
}

void ExpectLooksLikeMnist(const GlyphImage& image) {
  int left = kGlyphSide;
  int right = 0;
  int top = kGlyphSide;
  int bottom = 0;
  double mass = 0;
  double moment_x = 0;
  double moment_y = 0;
  for (int y = 0; y < kGlyphSide; ++y) {
    for (int x = 0; x < kGlyphSide; ++x) {
      const int pixel = image[static_cast<std::size_t>(y * kGlyphSide + x)];
      mass += pixel;
      moment_x += pixel * x;
      moment_y += pixel * y;
      if (pixel < 40) continue;
      left = std::min(left, x);
      right = std::max(right, x);
      top = std::min(top, y);
      bottom = std::max(bottom, y);
    }
  }
  EXPECT_NEAR(std::max(right - left, bottom - top) + 1, 20, 1);
  EXPECT_NEAR(moment_x / mass, 14, 0.6);
  EXPECT_NEAR(moment_y / mass, 14, 0.6);
  EXPECT_EQ(*std::max_element(image.begin(), image.end()), 255);
}

TEST(Layouts, HaveNamesAndUnknownOnesAreAnsweredWithTheList) {
  for (const Layout layout : {Layout::kAuto, Layout::kDigit, Layout::kLine, Layout::kPage}) {
    EXPECT_EQ(ParseLayout(LayoutName(layout)).value(), layout);
  }
  EXPECT_THAT(ParseLayout("word").error().message,
              testing::HasSubstr("auto, digit, line and page"));
}

TEST(FindInk, BlankPaperHoldsNothing) {
  for (const Colour paper : {kWhite, kBlack, Colour{200, 180, 90}}) {
    for (const Layout layout : {Layout::kAuto, Layout::kDigit, Layout::kLine, Layout::kPage}) {
      EXPECT_THAT(FindInk(Sheet(300, 200, paper).picture(), layout).lines, IsEmpty());
    }
  }
  EXPECT_THAT(FindInk(Sheet(300, 200).Shade(1, 0.5).AddNoise(4).picture(), Layout::kAuto).lines,
              IsEmpty());
}

TEST(FindInk, BringsADrawingToMnistsForm) {
  for (const double pen : {1.0, 3.0, 10.0, 30.0}) {
    const Sheet sheet = Sheet(400, 400).Draw(Zero(), {90, 60, 200, 260}, pen);
    const FoundInk found = FindInk(sheet.picture(), Layout::kDigit);
    const Mark& mark = OnlyMark(found);
    const int reach = static_cast<int>(pen / 2);
    ExpectNear(mark.box, {120 - reach, 60 - reach, 140 + 2 * reach, 260 + 2 * reach}, 2);
    ExpectLooksLikeMnist(mark.image);
  }
}

TEST(FindInk, HairLinesAndMarkersGetStrokesOfUsualWidth) {
  // The outline of this ring is about 46 pixels long at 20 pixels' height.
  for (const double pen : {1.0, 2.0, 6.0, 30.0}) {
    const Sheet sheet = Sheet(600, 600).Draw(Zero(), {150, 100, 260, 400}, pen);
    const double width = Mass(OnlyMark(FindInk(sheet.picture(), Layout::kDigit)).image) / 46;
    EXPECT_GT(width, 1.4) << "pen " << pen;
    EXPECT_LT(width, 3.5) << "pen " << pen;
  }
}

TEST(FindInk, PolarityDoesNotMatter) {
  const Box box{60, 30, 80, 140};
  const Sheet dark = Sheet(200, 200).Draw(Seven(), box, 8);
  const Sheet light = Sheet(200, 200, kBlack, kWhite).Draw(Seven(), box, 8);
  const FoundInk from_dark = FindInk(dark.picture(), Layout::kDigit);
  const FoundInk from_light = FindInk(light.picture(), Layout::kDigit);
  EXPECT_LT(Difference(OnlyMark(from_dark).image, OnlyMark(from_light).image), 3);
  EXPECT_EQ(OnlyMark(from_dark).box, OnlyMark(from_light).box);
}

TEST(FindInk, ColouredPensAreAsVisibleAsBlackOnes) {
  const Box box{60, 30, 80, 140};
  const FoundInk black = FindInk(Sheet(200, 200).Draw(Seven(), box, 8).picture(), Layout::kDigit);
  struct Pair {
    Colour paper;
    Colour pen;
  };
  const Pair pairs[] = {{kWhite, {255, 255, 0}},        {kWhite, {220, 30, 40}},
                        {kBlack, {255, 0, 0}},          {{255, 240, 100}, {40, 60, 160}},
                        {{200, 60, 60}, {60, 160, 60}}, {{90, 90, 90}, {0, 0, 0}}};
  for (const Pair& pair : pairs) {
    const Sheet sheet = Sheet(200, 200, pair.paper, pair.pen).Draw(Seven(), box, 8);
    const FoundInk found = FindInk(sheet.picture(), Layout::kDigit);
    EXPECT_LT(Difference(OnlyMark(found).image, OnlyMark(black).image), 8)
        << pair.pen.red << " " << pair.pen.green << " " << pair.pen.blue;
  }
}

TEST(FindInk, ShadowsAndNoiseDoNotMatter) {
  const Box box{120, 60, 160, 280};
  const Sheet clean = Sheet(400, 400).Draw(Seven(), box, 14);
  const Sheet photo = Sheet(400, 400, {220, 215, 200}, {60, 60, 90})
                          .Draw(Seven(), box, 14)
                          .Shade(1, 0.4)
                          .AddNoise(6);
  const FoundInk from_clean = FindInk(clean.picture(), Layout::kDigit);
  const FoundInk from_photo = FindInk(photo.picture(), Layout::kDigit);
  EXPECT_LT(Difference(OnlyMark(from_clean).image, OnlyMark(from_photo).image), 8);
}

TEST(FindInk, AHardShadowAcrossTheDigitIsNoInk) {
  Sheet sheet =
      Sheet(400, 400, {220, 220, 220}, {20, 20, 40}).Draw(Zero(), {120, 60, 160, 280}, 14);
  const FoundInk even = FindInk(sheet.picture(), Layout::kDigit);
  Picture shadowed = sheet.picture();
  for (int y = 0; y < shadowed.height; ++y) {
    for (int x = 0; x < 190 * 3; ++x) {
      std::uint8_t& level = shadowed.pixels[static_cast<std::size_t>(y * shadowed.width * 3 + x)];
      level = static_cast<std::uint8_t>(level * 7 / 10);
    }
  }
  const FoundInk found = FindInk(shadowed, Layout::kDigit);
  EXPECT_LT(Difference(OnlyMark(found).image, OnlyMark(even).image), 12);
}

TEST(FindInk, APictureInMnistsFormComesBackUnchanged) {
  const Sheet sheet = Sheet(400, 400).Draw(FiveWithLooseBar(), {120, 60, 160, 280}, 26);
  const GlyphImage image = OnlyMark(FindInk(sheet.picture(), Layout::kDigit)).image;
  Picture picture;
  picture.width = kGlyphSide;
  picture.height = kGlyphSide;
  picture.pixels.assign(image.begin(), image.end());
  EXPECT_EQ(OnlyMark(FindInk(picture, Layout::kAuto)).image, image);
  for (std::uint8_t& level : picture.pixels) level = static_cast<std::uint8_t>(255 - level);
  EXPECT_EQ(OnlyMark(FindInk(picture, Layout::kDigit)).image, image);
}

TEST(FindInk, PartsOfOneDigitBecomeOneMark) {
  const Sheet four = Sheet(300, 300).Draw(OpenFour(), {100, 50, 120, 190}, 10);
  const Sheet five = Sheet(300, 300).Draw(FiveWithLooseBar(), {100, 50, 120, 190}, 10);
  for (const Layout layout : {Layout::kAuto, Layout::kDigit, Layout::kLine, Layout::kPage}) {
    ExpectNear(OnlyMark(FindInk(four.picture(), layout)).box, {95, 45, 99, 200}, 3);
    ExpectNear(OnlyMark(FindInk(five.picture(), layout)).box, {95, 45, 124, 200}, 3);
  }
}

Sheet LineOfSix() {
  return Sheet(700, 200)
      .Draw(Zero(), {30, 50, 90, 110}, 9)
      .Draw(One(), {140, 45, 20, 115}, 9)
      .Draw(Seven(), {190, 50, 70, 105}, 9)
      .Draw(OpenFour(), {300, 55, 90, 100}, 9)
      .Draw(FiveWithLooseBar(), {430, 50, 80, 110}, 9)
      .Draw(One(), {560, 50, 20, 100}, 9);
}

TEST(FindInk, DigitsOfALineComeFromLeftToRight) {
  for (const Layout layout : {Layout::kAuto, Layout::kLine, Layout::kPage}) {
    const FoundInk found = FindInk(LineOfSix().picture(), layout);
    ASSERT_THAT(found.lines, SizeIs(1));
    const auto& marks = found.lines[0].marks;
    ASSERT_EQ(marks.size(), 6U);
    const int centres[] = {75, 150, 225, 336, 470, 570};
    for (std::size_t i = 0; i < marks.size(); ++i) {
      EXPECT_NEAR(marks[i].box.x + marks[i].box.width / 2, centres[i], 8) << i;
      EXPECT_GT(marks[i].box.height, 85) << i;
    }
    EXPECT_THAT(found.rejected, IsEmpty());
  }
}

TEST(FindInk, LinesComeFromTopToBottom) {
  const Sheet sheet = Sheet(400, 400)
                          .Draw(Seven(), {60, 40, 60, 90}, 8)
                          .Draw(One(), {160, 44, 10, 90}, 8)
                          .Draw(Zero(), {40, 240, 80, 100}, 8);
  const FoundInk found = FindInk(sheet.picture(), Layout::kAuto);
  ASSERT_THAT(found.lines, SizeIs(2));
  EXPECT_THAT(found.lines[0].marks, SizeIs(2));
  EXPECT_THAT(found.lines[1].marks, SizeIs(1));
  EXPECT_LT(found.lines[0].marks[0].box.y, found.lines[1].marks[0].box.y);
}

TEST(FindInk, RulingsDustAndPageEdgesAreRejectedWithTheirReason) {
  Sheet sheet = Sheet(400, 300).Draw(Seven(), {150, 60, 70, 120}, 8);
  sheet.Fill({20, 230, 360, 3}, kBlack);  // a ruling
  sheet.Fill({300, 100, 4, 4}, kBlack);   // dust
  sheet.Fill({0, 0, 12, 300}, kBlack);    // the table
  for (const Layout layout : {Layout::kDigit, Layout::kAuto}) {
    const FoundInk found = FindInk(sheet.picture(), layout);
    ExpectNear(OnlyMark(found).box, {146, 56, 78, 128}, 3);
    std::vector<std::string> reasons;
    for (const RejectedMark& rejected : found.rejected) reasons.push_back(rejected.reason);
    EXPECT_THAT(reasons, testing::UnorderedElementsAre("page edge", "ruling", "dust"));
  }
}

TEST(FindInk, AFormsFieldAroundADigitIsRejected) {
  const std::vector<Stroke> square = {{{0, 0}, {1, 0}, {1, 1}, {0, 1}, {0, 0}}};
  const Sheet sheet =
      Sheet(300, 300).Draw(square, {40, 40, 220, 220}, 3).Draw(Zero(), {100, 80, 100, 140}, 9);
  const FoundInk found = FindInk(sheet.picture(), Layout::kAuto);
  ExpectNear(OnlyMark(found).box, {110, 75, 80, 150}, 6);
  ASSERT_THAT(found.rejected, SizeIs(1));
  EXPECT_EQ(found.rejected[0].reason, "frame");
}

TEST(FindInk, ADigitThatFillsThePictureIsNotItsEdge) {
  const Sheet sheet = Sheet(60, 100).Draw(FiveWithLooseBar(), {4, 4, 54, 92}, 9);
  EXPECT_GT(OnlyMark(FindInk(sheet.picture(), Layout::kDigit)).box.height, 95);
  const Sheet bar = Sheet(40, 200).Draw(One(), {10, -5, 20, 210}, 12);
  EXPECT_EQ(OnlyMark(FindInk(bar.picture(), Layout::kDigit)).box.height, 200);
}

TEST(FindInk, BoxesAreThoseOfTheWholePictureAfterShrinking) {
  Sheet sheet(3000, 2000);
  sheet.Fill({1200, 600, 60, 900}, kBlack);
  ExpectNear(OnlyMark(FindInk(sheet.picture(), Layout::kDigit)).box, {1200, 600, 60, 900}, 2);
}

TEST(FindInk, NoPictureIsTooOddForIt) {
  std::minstd_rand random(3);
  for (const auto& [width, height] : std::vector<std::pair<int, int>>{{0, 0},
                                                                      {1, 1},
                                                                      {1, 9},
                                                                      {2, 2},
                                                                      {3, 700},
                                                                      {28, 28},
                                                                      {49, 48},
                                                                      {97, 301},
                                                                      {640, 2},
                                                                      {200'000, 1}}) {
    for (const int channels : {1, 3}) {
      Picture picture;
      picture.width = width;
      picture.height = height;
      picture.channels = channels;
      picture.pixels.resize(static_cast<std::size_t>(width * height * channels));
      for (std::uint8_t& level : picture.pixels) level = static_cast<std::uint8_t>(random() >> 8U);
      for (const Layout layout : {Layout::kAuto, Layout::kDigit, Layout::kLine, Layout::kPage}) {
        const FoundInk found = FindInk(picture, layout);
        for (const InkLine& line : found.lines) {
          EXPECT_THAT(line.marks, testing::Not(IsEmpty()));
          for (const Mark& mark : line.marks) {
            EXPECT_GE(mark.box.x, 0);
            EXPECT_GE(mark.box.y, 0);
            EXPECT_GT(mark.box.width, 0);
            EXPECT_GT(mark.box.height, 0);
            EXPECT_LE(mark.box.x + mark.box.width, width);
            EXPECT_LE(mark.box.y + mark.box.height, height);
          }
        }
      }
    }
  }
}

TEST(Components, TouchAtCornersAndMeetFurtherDown) {
  Plane plane(7, 4);
  const char* rows[] = {"#...#..", ".#.#...", "..#...#", "......#"};
  for (int y = 0; y < 4; ++y) {
    for (int x = 0; x < 7; ++x) plane.Row(y)[x] = rows[y][x] == '#' ? 200 : 0;
  }
  const Components found = FindComponents(plane, 100);
  ASSERT_THAT(found.items, SizeIs(2));
  EXPECT_EQ(found.items[0].box(), (Box{0, 0, 5, 3}));
  EXPECT_EQ(found.items[0].area, 5);
  EXPECT_EQ(found.items[0].outline, 20);
  EXPECT_EQ(found.items[0].rim_pixels, 2);
  EXPECT_EQ(found.items[1].box(), (Box{6, 2, 1, 2}));
  EXPECT_EQ(found.items[1].outline, 6);
}

TEST(Grey, MeansOfSquaresDropWhatIsLeftOver) {
  Plane plane(5, 3);
  for (std::size_t i = 0; i < plane.pixels.size(); ++i)
    plane.pixels[i] = static_cast<std::uint8_t>(i);
  const Plane small = Shrink(plane, 2);
  EXPECT_EQ(small.width, 2);
  EXPECT_EQ(small.height, 1);
  EXPECT_THAT(small.pixels, testing::ElementsAre(3, 5));
}

TEST(Background, DividesTheLightOut) {
  const Sheet sheet = Sheet(200, 200, {200, 200, 200}, {100, 100, 100})
                          .Draw(One(), {60, 40, 80, 120}, 10)
                          .Shade(1, 0.5);
  const InkDensity ink = MeasureInk(ToGrey(sheet.picture(), 1));
  EXPECT_NEAR(ink.plane.Row(100)[100], 117, 12);
  EXPECT_LT(ink.plane.Row(100)[20], 12);
  EXPECT_LT(ink.plane.Row(100)[180], 12);
}

}  // namespace
}  // namespace glyphd
