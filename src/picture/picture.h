// Turns the bytes of an uploaded picture into upright pixels on white paper.
//
// Input     PNG, JPEG, WebP, BMP, GIF (first frame), TIFF, HEIC; the bytes decide, not a name
// Output    8-bit grey (channels = 1) or RGB (channels = 3), rows from the top, no padding;
//           alpha is composed over white, 16 bit becomes 8, EXIF orientation is applied
// Threads   every function is safe from any number of threads
// Errors    kUnsupported: the format is not one of the seven (names what it looks like)
//           kInvalidInput: known format but damaged, or more pixels than max_pixels
// Cost      Inspect() reads headers only and allocates no pixels

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace glyphd {

// In whole pixels of the upright picture.
struct Box {
  int x = 0;
  int y = 0;
  int width = 0;
  int height = 0;
  bool operator==(const Box&) const = default;
};

enum class PictureFormat { kPng, kJpeg, kWebp, kBmp, kGif, kTiff, kHeic };
std::string_view MediaType(PictureFormat format);  // "image/png"

struct PictureLimits {
  std::int64_t max_pixels = 50'000'000;  // judged by the header before allocating
};

struct PictureHeader {
  PictureFormat format = PictureFormat::kPng;
  int width = 0;  // upright
  int height = 0;
  std::size_t decode_bytes = 0;  // upper estimate of the memory that Decode() holds at once
};

struct Picture {
  int width = 0;
  int height = 0;
  int channels = 1;
  std::vector<std::uint8_t> pixels;  // height * width * channels

  const std::uint8_t* Row(int y) const {
    return pixels.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(width) *
                               static_cast<std::size_t>(channels);
  }
};

Result<PictureHeader> InspectPicture(ByteView bytes, const PictureLimits& limits = {});
Result<Picture> DecodePicture(ByteView bytes, const PictureLimits& limits = {});

}  // namespace glyphd
