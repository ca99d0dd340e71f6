#include "picture/orientation.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

#include "picture/codec.h"

namespace glyphd {
namespace {

constexpr std::uint16_t kOrientationTag = 0x0112;
constexpr std::uint16_t kShortType = 3;
constexpr std::size_t kEntryBytes = 12;

// Numbers of a TIFF structure in its own byte order; beyond the end they read as 0.
class TiffNumbers {
 public:
  TiffNumbers(ByteView bytes, bool big_endian) : bytes_(bytes), big_endian_(big_endian) {}

  std::uint32_t Read(std::size_t offset, std::size_t count) const {
    if (offset > bytes_.size() || bytes_.size() - offset < count) return 0;
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      value = value << 8 | bytes_[offset + (big_endian_ ? i : count - 1 - i)];
    }
    return value;
  }

 private:
  ByteView bytes_;
  bool big_endian_;
};

// Where a stored pixel lies for the upright pixel (x, y): origin + x * per_x + y * per_y,
// counted in pixels of the stored picture.
struct Walk {
  std::ptrdiff_t origin;
  std::ptrdiff_t per_x;
  std::ptrdiff_t per_y;
};

Walk WalkThrough(Orientation orientation, std::ptrdiff_t width, std::ptrdiff_t height) {
  const std::ptrdiff_t right = width - 1;
  const std::ptrdiff_t bottom = (height - 1) * width;
  switch (orientation) {
    case Orientation::kUpright:
      return {0, 1, width};
    case Orientation::kMirrored:
      return {right, -1, width};
    case Orientation::kUpsideDown:
      return {bottom + right, -1, -width};
    case Orientation::kMirroredUpsideDown:
      return {bottom, 1, -width};
    case Orientation::kTransposed:
      return {0, width, 1};
    case Orientation::kTurnedLeft:
      return {bottom, -width, 1};
    case Orientation::kTransversed:
      return {bottom + right, -width, -1};
    case Orientation::kTurnedRight:
      return {right, width, -1};
  }
  AbortBecause("an orientation outside 1 to 8");
}

template <int kChannels>
void CopyTile(const Picture& stored, const Walk& walk, const Box& tile, Picture& upright) {
  for (int y = tile.y; y < tile.y + tile.height; ++y) {
    std::uint8_t* target = MutableRow(upright, y) + tile.x * kChannels;
    std::ptrdiff_t from = walk.origin + walk.per_y * y + walk.per_x * tile.x;
    for (int x = 0; x < tile.width; ++x, from += walk.per_x, target += kChannels) {
      std::memcpy(target, stored.pixels.data() + from * kChannels, kChannels);
    }
  }
}

// A quarter turn reads down the columns. Square tiles keep those cache lines until
// their neighbours are wanted.
template <int kChannels>
void CopyTurned(const Picture& stored, const Walk& walk, Picture& upright) {
  constexpr int kTile = 32;
  for (int y = 0; y < upright.height; y += kTile) {
    for (int x = 0; x < upright.width; x += kTile) {
      const Box tile{x, y, std::min(kTile, upright.width - x), std::min(kTile, upright.height - y)};
      CopyTile<kChannels>(stored, walk, tile, upright);
    }
  }
}

}  // namespace

Orientation OrientationFromValue(unsigned value) {
  return value >= 1 && value <= 8 ? static_cast<Orientation>(value) : Orientation::kUpright;
}

Orientation ReadExifOrientation(ByteView exif) {
  if (StartsWith(exif, std::string_view("Exif\0\0", 6))) exif = exif.subspan(6);
  const bool big_endian = StartsWith(exif, "MM");
  if (!big_endian && !StartsWith(exif, "II")) return Orientation::kUpright;
  const TiffNumbers numbers(exif, big_endian);
  const std::size_t directory = numbers.Read(4, 4);
  const std::uint32_t entries = numbers.Read(directory, 2);
  for (std::uint32_t i = 0; i < entries; ++i) {
    const std::size_t entry = directory + 2 + i * kEntryBytes;
    if (numbers.Read(entry, 2) != kOrientationTag) continue;
    if (numbers.Read(entry + 2, 2) != kShortType) break;
    return OrientationFromValue(numbers.Read(entry + 8, 2));
  }
  return Orientation::kUpright;
}

bool SwapsSides(Orientation orientation) { return orientation >= Orientation::kTransposed; }

Picture MakeUpright(Picture stored, Orientation orientation) {
  if (orientation == Orientation::kUpright) return stored;
  Picture upright{stored.width, stored.height, stored.channels, {}};
  if (SwapsSides(orientation)) std::swap(upright.width, upright.height);
  upright.pixels.resize(stored.pixels.size());
  const Walk walk = WalkThrough(orientation, stored.width, stored.height);
  if (stored.channels == 1) {
    CopyTurned<1>(stored, walk, upright);
  } else {
    CopyTurned<3>(stored, walk, upright);
  }
  return upright;
}

}  // namespace glyphd
