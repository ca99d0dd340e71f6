// PNG through libspng.
//
// Source    PNG (third edition); libspng's table of output formats

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include <spng.h>

#include "picture/codec.h"
#include "picture/orientation.h"
#include "picture/pixels.h"

namespace glyphd {
namespace {

constexpr std::string_view kName = "PNG";
constexpr std::string_view kSignature = "\x89PNG\r\n\x1a\n";
// Colour profiles and texts unpack to at most this; beyond it lies only a bomb.
constexpr std::size_t kMaxChunkBytes = 8u << 20;
constexpr std::size_t kMaxCachedChunkBytes = 16u << 20;
constexpr std::size_t kMaxExifBytes = 64u << 10;

struct FreeContext {
  void operator()(spng_ctx* context) const { spng_ctx_free(context); }
};
using Context = std::unique_ptr<spng_ctx, FreeContext>;

// What to ask libspng for, so that it converts least, and what is left to do per row.
struct Layout {
  int format = SPNG_FMT_PNG;
  int flags = 0;
  int channels = 1;
  std::size_t pixel_bytes = 1;     // as libspng hands it out
  RowConverter convert = nullptr;  // null: the rows are already as wanted
};

struct OpenPng {
  Context context;
  spng_ihdr ihdr{};
  Layout layout;
  Orientation orientation = Orientation::kUpright;
};

Error SpngError(int code) {
  if (code == SPNG_IO_EOF || code == SPNG_EOF) return Damaged(kName, "premature end of data");
  if (code == SPNG_EMEM) return Unavailable("not enough memory to read this PNG; try again later");
  return Damaged(kName, spng_strerror(code));
}

Layout GreyLayout(bool wide, bool transparent) {
  if (wide && transparent) {
    return {SPNG_FMT_GA16, SPNG_DECODE_TRNS, 1, 4, FlattenOnWhite<std::uint16_t, 1>};
  }
  if (wide) return {SPNG_FMT_PNG, 0, 1, 2, DropPrecision<std::uint16_t, 1>};
  if (transparent) return {SPNG_FMT_GA8, SPNG_DECODE_TRNS, 1, 2, FlattenOnWhite<std::uint8_t, 1>};
  return {SPNG_FMT_G8, 0, 1, 1, nullptr};
}

Layout ColourLayout(bool wide, bool transparent) {
  if (wide && transparent) {
    return {SPNG_FMT_RGBA16, SPNG_DECODE_TRNS, 3, 8, FlattenOnWhite<std::uint16_t, 3>};
  }
  if (wide) return {SPNG_FMT_PNG, 0, 3, 6, DropPrecision<std::uint16_t, 3>};
  if (transparent) {
    return {SPNG_FMT_RGBA8, SPNG_DECODE_TRNS, 3, 4, FlattenOnWhite<std::uint8_t, 3>};
  }
  return {SPNG_FMT_RGB8, 0, 3, 3, nullptr};
}

Layout ChooseLayout(const spng_ihdr& ihdr, bool transparent) {
  const bool wide = ihdr.bit_depth == 16;
  switch (ihdr.color_type) {
    case SPNG_COLOR_TYPE_GRAYSCALE:
      return GreyLayout(wide, transparent);
    case SPNG_COLOR_TYPE_GRAYSCALE_ALPHA:
      if (wide) return {SPNG_FMT_PNG, 0, 1, 4, FlattenOnWhite<std::uint16_t, 1>};
      return {SPNG_FMT_PNG, 0, 1, 2, FlattenOnWhite<std::uint8_t, 1>};
    case SPNG_COLOR_TYPE_TRUECOLOR_ALPHA:
      if (wide) return {SPNG_FMT_PNG, 0, 3, 8, FlattenOnWhite<std::uint16_t, 3>};
      return {SPNG_FMT_RGBA8, 0, 3, 4, FlattenOnWhite<std::uint8_t, 3>};
    default:
      return ColourLayout(wide, transparent);
  }
}

std::uint32_t ReadBigEndian32(ByteView bytes, std::size_t at) {
  return static_cast<std::uint32_t>(bytes[at]) << 24 |
         static_cast<std::uint32_t>(bytes[at + 1]) << 16 |
         static_cast<std::uint32_t>(bytes[at + 2]) << 8 | bytes[at + 3];
}

// Hops over chunks rather than asking libspng: eXIf may follow the pixels, and the
// header must be known without decoding them.
Orientation FindOrientation(ByteView bytes) {
  std::size_t at = kSignature.size();
  while (bytes.size() - at >= 8) {
    const std::size_t length = ReadBigEndian32(bytes, at);
    if (length > bytes.size() - at - 8) break;
    if (StartsWith(bytes, "eXIf", at + 4)) {
      if (length > kMaxExifBytes) break;
      return ReadExifOrientation(bytes.subspan(at + 8, length));
    }
    at += std::min(length + 12, bytes.size() - at);
  }
  return Orientation::kUpright;
}

Result<Context> Attach(ByteView bytes) {
  Context context(spng_ctx_new(0));
  if (!context) return SpngError(SPNG_EMEM);
  int code = spng_set_chunk_limits(context.get(), kMaxChunkBytes, kMaxCachedChunkBytes);
  if (code == SPNG_OK) code = spng_set_png_buffer(context.get(), bytes.data(), bytes.size());
  if (code != SPNG_OK) return SpngError(code);
  return context;
}

Result<OpenPng> Open(ByteView bytes, const PictureLimits& limits) {
  Result<Context> context = Attach(bytes);
  if (!context) return std::move(context).error();
  OpenPng png;
  png.context = std::move(context).value();
  if (const int code = spng_get_ihdr(png.context.get(), &png.ihdr)) return SpngError(code);
  if (Status size = CheckSize(png.ihdr.width, png.ihdr.height, limits); !size) {
    return std::move(size).error();
  }
  spng_trns transparency{};
  const int code = spng_get_trns(png.context.get(), &transparency);
  if (code != SPNG_OK && code != SPNG_ECHUNKAVAIL) return SpngError(code);
  png.layout = ChooseLayout(png.ihdr, code == SPNG_OK);
  png.orientation = FindOrientation(bytes);
  return png;
}

Status DecodeWhole(const OpenPng& png, std::uint8_t* target, std::size_t bytes) {
  const Layout& layout = png.layout;
  const int code = spng_decode_image(png.context.get(), target, bytes, layout.format, layout.flags);
  if (code != SPNG_OK) return SpngError(code);
  return {};
}

// Adam7 delivers its rows in seven passes, so that they can only be converted at the end.
Status DecodeInterlaced(const OpenPng& png, Picture& picture) {
  const std::size_t pixels = PixelCount(picture.width, picture.height);
  std::vector<std::uint8_t> whole(pixels * png.layout.pixel_bytes);
  Status status = DecodeWhole(png, whole.data(), whole.size());
  if (status) png.layout.convert(whole.data(), picture.pixels.data(), pixels);
  return status;
}

// Converts each row while it is still in the cache.
Status DecodeByRows(const OpenPng& png, Picture& picture) {
  const Layout& layout = png.layout;
  int code = spng_decode_image(png.context.get(), nullptr, 0, layout.format,
                               layout.flags | SPNG_DECODE_PROGRESSIVE);
  const auto width = static_cast<std::size_t>(picture.width);
  std::vector<std::uint8_t> row(width * layout.pixel_bytes);
  for (int y = 0; y < picture.height && code == SPNG_OK; ++y) {
    code = spng_decode_row(png.context.get(), row.data(), row.size());
    if (code == SPNG_OK || code == SPNG_EOI)
      layout.convert(row.data(), MutableRow(picture, y), width);
  }
  if (code != SPNG_EOI) return SpngError(code);
  return {};
}

Status DecodePixels(const OpenPng& png, Picture& picture) {
  if (png.layout.convert == nullptr) {
    return DecodeWhole(png, picture.pixels.data(), picture.pixels.size());
  }
  return png.ihdr.interlace_method != 0 ? DecodeInterlaced(png, picture)
                                        : DecodeByRows(png, picture);
}

std::size_t EstimateBytes(const OpenPng& png) {
  const std::size_t pixels = std::size_t{png.ihdr.width} * png.ihdr.height;
  const std::size_t result = pixels * static_cast<std::size_t>(png.layout.channels);
  const bool whole = png.ihdr.interlace_method != 0 && png.layout.convert != nullptr;
  const std::size_t rows = 4 * std::size_t{png.ihdr.width} * 8;
  return result * (png.orientation == Orientation::kUpright ? 1 : 2) + rows +
         (whole ? pixels * png.layout.pixel_bytes : 0);
}

bool Recognizes(ByteView bytes) { return StartsWith(bytes, kSignature); }

Result<PictureHeader> Inspect(ByteView bytes, const PictureLimits& limits) {
  Result<OpenPng> png = Open(bytes, limits);
  if (!png) return std::move(png).error();
  PictureHeader header{PictureFormat::kPng, static_cast<int>(png->ihdr.width),
                       static_cast<int>(png->ihdr.height), EstimateBytes(*png)};
  if (SwapsSides(png->orientation)) std::swap(header.width, header.height);
  return header;
}

Result<Picture> Decode(ByteView bytes, const PictureLimits& limits) {
  Result<OpenPng> png = Open(bytes, limits);
  if (!png) return std::move(png).error();
  Picture picture = BlankPicture(static_cast<int>(png->ihdr.width),
                                 static_cast<int>(png->ihdr.height), png->layout.channels);
  if (Status status = DecodePixels(*png, picture); !status) return std::move(status).error();
  return MakeUpright(std::move(picture), png->orientation);
}

}  // namespace

const PictureCodec kPngCodec = {PictureFormat::kPng, kName,   "image/png",
                                Recognizes,          Inspect, Decode};

}  // namespace glyphd
