#include "training/augmentation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace glyphd {
namespace {

using Pixels = std::array<float, kGlyphPixels>;

// A ring of the size that MNIST's digits have: 20 pixels.
GlyphImage Ring(float radius, float half_width) {
  GlyphImage image{};
  for (int y = 0; y < kGlyphSide; ++y) {
    for (int x = 0; x < kGlyphSide; ++x) {
      const float distance =
          std::hypot(static_cast<float>(x) - 13.5F, static_cast<float>(y) - 13.5F);
      const float ink = std::clamp(half_width + 0.5F - std::abs(distance - radius), 0.0F, 1.0F);
      image[static_cast<std::size_t>(y * kGlyphSide + x)] = static_cast<std::uint8_t>(ink * 255);
    }
  }
  return image;
}

Pixels Augmented(const GlyphImage& image, const AugmentationOptions& options, std::uint64_t seed) {
  KeyedRandom random(RandomUse::kAugmentation, {seed});
  Pixels pixels;
  Augment(image, options, random, GlyphPixels(pixels));
  return pixels;
}

float Ink(const Pixels& pixels) { return std::accumulate(pixels.begin(), pixels.end(), 0.0F); }

AugmentationOptions Nothing() { return {0, 0, 0, 0, 0, 0, 0, 0, 0, 0}; }

TEST(Augmentation, ChangesNothingWhenNothingIsAskedFor) {
  const GlyphImage ring = Ring(8, 1);
  Pixels plain;
  ToPixels(ring, GlyphPixels(plain));
  const Pixels pixels = Augmented(ring, Nothing(), 1);
  for (std::size_t i = 0; i < kGlyphPixels; ++i) EXPECT_NEAR(pixels[i], plain[i], 1e-5) << i;
}

TEST(Augmentation, GivesTheSamePictureForTheSameStreamAndOthersForOthers) {
  const GlyphImage ring = Ring(8, 1);
  EXPECT_EQ(Augmented(ring, {}, 5), Augmented(ring, {}, 5));
  EXPECT_NE(Augmented(ring, {}, 5), Augmented(ring, {}, 6));
}

TEST(Augmentation, KeepsEveryPixelBetweenPaperAndInk) {
  const GlyphImage full = [] {
    GlyphImage image;
    image.fill(255);
    return image;
  }();
  for (const GlyphImage& image : {full, GlyphImage{}, Ring(9, 1), Ring(5, 4)}) {
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
      for (const float pixel : Augmented(image, {}, seed)) {
        ASSERT_GE(pixel, 0.0F);
        ASSERT_LE(pixel, 1.0F);
      }
    }
  }
}

TEST(Augmentation, KeepsTheInkInsideThePicture) {
  // Nothing but moving: what was drawn must still be there, though a scale of 0.88 takes a
  // quarter of the area and a wave may squeeze it a little more.
  AugmentationOptions moving;
  moving.thicken_share = moving.thin_share = moving.blur_share = moving.contrast_share = 0;
  const GlyphImage ring = Ring(8.5F, 1);
  Pixels plain;
  ToPixels(ring, GlyphPixels(plain));
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const float kept = Ink(Augmented(ring, moving, seed)) / Ink(plain);
    EXPECT_GT(kept, 0.6F) << seed;
    EXPECT_LT(kept, 1.5F) << seed;
  }
}

TEST(Augmentation, NeverThinsAStrokeAway) {
  AugmentationOptions thinning = Nothing();
  thinning.thin_share = 1;
  const GlyphImage hair = Ring(8, 0.1F);
  Pixels plain;
  ToPixels(hair, GlyphPixels(plain));
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    EXPECT_GE(Ink(Augmented(hair, thinning, seed)), 0.5F * Ink(plain)) << seed;
  }
}

TEST(Augmentation, MakesStrokesThickerAndThinner) {
  AugmentationOptions thickening = Nothing(), thinning = Nothing();
  thickening.thicken_share = 1;
  thinning.thin_share = 1;
  const GlyphImage ring = Ring(7, 1.5F);
  const float before = Ink(Augmented(ring, Nothing(), 1));
  float most = before, least = before;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    most = std::max(most, Ink(Augmented(ring, thickening, seed)));
    least = std::min(least, Ink(Augmented(ring, thinning, seed)));
  }
  EXPECT_GT(most, 1.5F * before);
  EXPECT_LT(least, 0.8F * before);
}

TEST(Augmentation, TurnsByTheAngleThatIsAskedFor) {
  // A bar to the right of the middle, turned by up to 12 degrees: its end moves by up to 2 pixels.
  GlyphImage bar{};
  for (std::size_t x = 14; x < 24; ++x) bar[13 * kGlyphSide + x] = bar[14 * kGlyphSide + x] = 255;
  AugmentationOptions turning = Nothing();
  turning.rotation_degrees = 12;
  double lowest = 0, highest = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const Pixels pixels = Augmented(bar, turning, seed);
    double weight = 0, sum = 0;
    for (std::size_t y = 0; y < kGlyphSide; ++y) {
      const double ink = static_cast<double>(pixels[y * kGlyphSide + 22]);
      weight += ink;
      sum += ink * (static_cast<double>(y) - 13.5);
    }
    lowest = std::min(lowest, sum / weight);
    highest = std::max(highest, sum / weight);
  }
  const double expected = 8.5 * std::tan(12 * 3.14159265 / 180);
  EXPECT_NEAR(highest, expected, 0.2);
  EXPECT_NEAR(lowest, -expected, 0.2);
}

}  // namespace
}  // namespace glyphd
