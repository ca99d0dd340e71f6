// Feeds arbitrary bytes to every picture decoder. Start it on tests/data/pictures.

#include <cstddef>
#include <cstdint>

#include "base/result.h"
#include "picture/picture.h"

namespace {

// Small, so that a run tries many pictures rather than a few large ones.
constexpr glyphd::PictureLimits kLimits{1'000'000};

void CheckPixels(const glyphd::PictureHeader& header, const glyphd::Picture& picture) {
  const std::size_t samples = static_cast<std::size_t>(picture.width) *
                              static_cast<std::size_t>(picture.height) *
                              static_cast<std::size_t>(picture.channels);
  if (picture.pixels.size() != samples) glyphd::AbortBecause("a picture of another size");
  if (header.width != picture.width || header.height != picture.height) {
    glyphd::AbortBecause("a header that its pixels belie");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const glyphd::ByteView bytes(data, size);
  const auto header = glyphd::InspectPicture(bytes, kLimits);
  const auto picture = glyphd::DecodePicture(bytes, kLimits);
  if (picture.ok() && !header.ok()) glyphd::AbortBecause("pixels without a header");
  if (picture.ok()) CheckPixels(*header, *picture);
  return 0;
}
