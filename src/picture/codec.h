// What each of the seven formats offers to the table in picture.cpp, and the checks that all share.
//
// Threads   codecs are constants; no function changes state that outlives its call
// Errors    as in picture.h; Damaged() is the one way to say that known data is broken

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "picture/picture.h"

namespace glyphd {

struct PictureCodec {
  PictureFormat format;
  std::string_view name;  // as people write it: "JPEG"
  std::string_view media_type;
  bool (*recognizes)(ByteView bytes);
  Result<PictureHeader> (*inspect)(ByteView bytes, const PictureLimits& limits);
  Result<Picture> (*decode)(ByteView bytes, const PictureLimits& limits);
};

extern const PictureCodec kPngCodec;
extern const PictureCodec kJpegCodec;
extern const PictureCodec kWebpCodec;
extern const PictureCodec kBmpCodec;
extern const PictureCodec kGifCodec;
extern const PictureCodec kTiffCodec;
extern const PictureCodec kHeicCodec;

// "this JPEG is damaged: premature end of data"
Error Damaged(std::string_view format_name, std::string_view what_is_wrong);

// Must pass before anything of the picture's size is allocated.
Status CheckSize(std::int64_t width, std::int64_t height, const PictureLimits& limits);

bool StartsWith(ByteView bytes, std::string_view magic, std::size_t offset = 0);

// A white sheet of a size that has been checked.
Picture BlankPicture(int width, int height, int channels);

inline std::size_t PixelCount(int width, int height) {
  return static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
}

inline std::uint8_t* MutableRow(Picture& picture, int y) {
  return picture.pixels.data() +
         PixelCount(picture.width, y) * static_cast<std::size_t>(picture.channels);
}

}  // namespace glyphd
