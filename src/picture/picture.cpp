#include "picture/picture.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <limits>
#include <new>
#include <string>
#include <utility>

#include "picture/codec.h"

namespace glyphd {
namespace {

constexpr std::array kCodecs = {&kPngCodec, &kJpegCodec, &kWebpCodec, &kBmpCodec,
                                &kGifCodec, &kTiffCodec, &kHeicCodec};

constexpr std::string_view kAccepted = "accepted are PNG, JPEG, WebP, BMP, GIF, TIFF and HEIC";

// Kinds of files that people send by mistake, so that the refusal can name them.
struct Lookalike {
  std::string_view name;
  std::string_view magic;
  std::size_t offset = 0;
};

constexpr std::array kLookalikes = {
    Lookalike{"a PDF document", "%PDF-"},
    Lookalike{"an AVIF picture", "ftypavif", 4},
    Lookalike{"an AVIF picture", "ftypavis", 4},
    Lookalike{"a JPEG XL picture", "\xff\x0a"},
    Lookalike{"a JPEG XL picture", "JXL ", 4},
    Lookalike{"a JPEG 2000 picture", "jP  ", 4},
    Lookalike{"a JPEG 2000 picture", "\xff\x4f\xff\x51"},
    Lookalike{"a video", "ftyp", 4},
    Lookalike{"a video", "\x1a\x45\xdf\xa3"},
    Lookalike{"a Photoshop document", "8BPS"},
    Lookalike{"a ZIP archive or an office document", "PK\x03\x04"},
    Lookalike{"a gzip archive", "\x1f\x8b"},
    Lookalike{"a PostScript document", "%!PS"},
    Lookalike{"a NumPy array", "\x93NUMPY"},
    Lookalike{"an HDF5 file", "\x89HDF"},
    Lookalike{"an icon", std::string_view("\x00\x00\x01\x00", 4)},
    Lookalike{"a DICOM file", "DICM", 128},
};

bool IsTextByte(std::uint8_t byte) {
  return byte >= 0x20 || byte == '\t' || byte == '\n' || byte == '\r';
}

std::string_view DescribeText(ByteView bytes) {
  const std::string_view head = AsText(bytes.first(std::min<std::size_t>(bytes.size(), 512)));
  if (!std::all_of(head.begin(), head.end(),
                   [](char c) { return IsTextByte(static_cast<std::uint8_t>(c)); })) {
    return {};
  }
  if (head.find("<svg") != head.npos) return "an SVG drawing";
  if (head.find("<html") != head.npos || head.find("<!DOCTYPE html") != head.npos) {
    return "a web page";
  }
  return "text";
}

std::string_view DescribeStranger(ByteView bytes) {
  for (const Lookalike& kind : kLookalikes) {
    if (StartsWith(bytes, kind.magic, kind.offset)) return kind.name;
  }
  return DescribeText(bytes);
}

Error UnknownFormat(ByteView bytes) {
  std::string message = "this is no picture that can be read";
  if (const std::string_view kind = DescribeStranger(bytes); !kind.empty()) {
    message.append(": it looks like ").append(kind);
  }
  return Unsupported(message.append("; ").append(kAccepted));
}

Result<const PictureCodec*> FindCodec(ByteView bytes) {
  if (bytes.empty()) return InvalidInput("the picture is empty: 0 bytes");
  for (const PictureCodec* codec : kCodecs) {
    if (codec->recognizes(bytes)) return codec;
  }
  return UnknownFormat(bytes);
}

std::string Megapixels(double pixels) {
  char text[32];
  // One digit is what people expect of a camera; small limits would all read 0.0.
  std::snprintf(text, sizeof(text), pixels < 1e6 ? "%.6f" : "%.1f", pixels / 1e6);
  return text;
}

Error OutOfMemory() {
  return Unavailable("not enough memory to read this picture; try again later");
}

}  // namespace

std::string_view MediaType(PictureFormat format) {
  for (const PictureCodec* codec : kCodecs) {
    if (codec->format == format) return codec->media_type;
  }
  AbortBecause("a picture format without a codec");
}

Result<PictureHeader> InspectPicture(ByteView bytes, const PictureLimits& limits) {
  const Result<const PictureCodec*> codec = FindCodec(bytes);
  if (!codec) return codec.error();
  try {
    return (*codec)->inspect(bytes, limits);
  } catch (const std::bad_alloc&) {
    return OutOfMemory();
  }
}

Result<Picture> DecodePicture(ByteView bytes, const PictureLimits& limits) {
  const Result<const PictureCodec*> codec = FindCodec(bytes);
  if (!codec) return codec.error();
  try {
    return (*codec)->decode(bytes, limits);
  } catch (const std::bad_alloc&) {
    return OutOfMemory();
  }
}

Error Damaged(std::string_view format_name, std::string_view what_is_wrong) {
  return InvalidInput(
      std::string("this ").append(format_name).append(" is damaged: ").append(what_is_wrong));
}

Status CheckSize(std::int64_t width, std::int64_t height, const PictureLimits& limits) {
  const std::string sides = std::to_string(width) + " x " + std::to_string(height);
  if (width <= 0 || height <= 0) return InvalidInput("the picture has no pixels: " + sides);
  // Sides are below 2^32 in every format, so that the division is what cannot overflow.
  const bool fits = width <= limits.max_pixels / height &&
                    width <= std::numeric_limits<int>::max() &&
                    height <= std::numeric_limits<int>::max();
  if (fits) return {};
  const double pixels = static_cast<double>(width) * static_cast<double>(height);
  return InvalidInput("the picture has " + sides + " = " + Megapixels(pixels) +
                      " megapixels; the limit is " +
                      Megapixels(static_cast<double>(limits.max_pixels)));
}

bool StartsWith(ByteView bytes, std::string_view magic, std::size_t offset) {
  return bytes.size() >= offset && AsText(bytes.subspan(offset)).starts_with(magic);
}

Picture BlankPicture(int width, int height, int channels) {
  const std::size_t samples = PixelCount(width, height) * static_cast<std::size_t>(channels);
  return {width, height, channels, std::vector<std::uint8_t>(samples, 255)};
}

}  // namespace glyphd
