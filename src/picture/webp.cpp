// WebP through libwebp; of an animation, the first frame.
//
// Source    RFC 9649, section 2 (the RIFF container)

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include <webp/decode.h>

#include "picture/codec.h"
#include "picture/orientation.h"
#include "picture/pixels.h"

namespace glyphd {
namespace {

constexpr std::string_view kName = "WebP";
constexpr std::size_t kRiffHeaderBytes = 12;
constexpr std::size_t kChunkHeaderBytes = 8;
constexpr std::size_t kFrameHeaderBytes = 16;

std::uint32_t ReadLittleEndian(ByteView bytes, std::size_t at, std::size_t count) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    value |= static_cast<std::uint32_t>(bytes[at + i]) << (8 * i);
  }
  return value;
}

// The first chunk of that name, cut where the data ends.
std::optional<ByteView> FindChunk(ByteView bytes, std::string_view name) {
  std::size_t at = kRiffHeaderBytes;
  while (at + kChunkHeaderBytes <= bytes.size()) {
    const std::size_t length = ReadLittleEndian(bytes, at + 4, 4);
    const ByteView rest = bytes.subspan(at + kChunkHeaderBytes);
    if (StartsWith(bytes, name, at)) return rest.first(std::min(length, rest.size()));
    at += kChunkHeaderBytes + length + length % 2;
  }
  return std::nullopt;
}

// The one picture to decode, and where it lies on the canvas.
struct Frame {
  ByteView data;  // what libwebp decodes
  int canvas_width = 0;
  int canvas_height = 0;
  Box box;
  bool has_alpha = false;
  Orientation orientation = Orientation::kUpright;

  bool FillsCanvas() const { return box.width == canvas_width && box.height == canvas_height; }
};

Error WebpError(VP8StatusCode code) {
  switch (code) {
    case VP8_STATUS_NOT_ENOUGH_DATA:
    case VP8_STATUS_SUSPENDED:
      return Damaged(kName, "premature end of data");
    case VP8_STATUS_OUT_OF_MEMORY:
      return Unavailable("not enough memory to read this WebP; try again later");
    case VP8_STATUS_UNSUPPORTED_FEATURE:
      return Damaged(kName, "it uses a feature that does not exist");
    default:
      return Damaged(kName, "its data contradicts itself");
  }
}

Result<WebPBitstreamFeatures> ReadFeatures(ByteView data) {
  WebPBitstreamFeatures features;
  const VP8StatusCode code = WebPGetFeatures(data.data(), data.size(), &features);
  if (code != VP8_STATUS_OK) return WebpError(code);
  return features;
}

Frame StillFrame(ByteView bytes, const WebPBitstreamFeatures& features) {
  Frame frame;
  frame.data = bytes;
  frame.canvas_width = features.width;
  frame.canvas_height = features.height;
  frame.box = {0, 0, features.width, features.height};
  frame.has_alpha = features.has_alpha != 0;
  return frame;
}

// features are those of the whole animation, whose size is the canvas.
Result<Frame> FirstFrame(ByteView bytes, const WebPBitstreamFeatures& features) {
  const std::optional<ByteView> chunk = FindChunk(bytes, "ANMF");
  if (!chunk || chunk->size() < kFrameHeaderBytes) return WebpError(VP8_STATUS_NOT_ENOUGH_DATA);
  const ByteView data = chunk->subspan(kFrameHeaderBytes);
  Result<WebPBitstreamFeatures> own = ReadFeatures(data);
  if (!own) return std::move(own).error();
  Frame frame = StillFrame(data, *own);
  frame.canvas_width = features.width;
  frame.canvas_height = features.height;
  frame.box.x = 2 * static_cast<int>(ReadLittleEndian(*chunk, 0, 3));
  frame.box.y = 2 * static_cast<int>(ReadLittleEndian(*chunk, 3, 3));
  if (frame.box.x + frame.box.width > frame.canvas_width ||
      frame.box.y + frame.box.height > frame.canvas_height) {
    return Damaged(kName, "its first frame lies outside the picture");
  }
  return frame;
}

// The size is judged before the frame is looked at: an animation may claim one
// that its frames do not have.
Result<Frame> Open(ByteView bytes, const PictureLimits& limits) {
  Result<WebPBitstreamFeatures> features = ReadFeatures(bytes);
  if (!features) return std::move(features).error();
  if (Status size = CheckSize(features->width, features->height, limits); !size) {
    return std::move(size).error();
  }
  Result<Frame> frame =
      features->has_animation != 0 ? FirstFrame(bytes, *features) : StillFrame(bytes, *features);
  if (!frame) return frame;
  if (const auto exif = FindChunk(bytes, "EXIF")) frame->orientation = ReadExifOrientation(*exif);
  return frame;
}

Status DecodeInto(const Frame& frame, WEBP_CSP_MODE mode, int channels,
                  std::vector<std::uint8_t>& pixels) {
  WebPDecoderConfig config;
  if (WebPInitDecoderConfig(&config) == 0) AbortBecause("libwebp is not the one we were built for");
  pixels.resize(PixelCount(frame.box.width, frame.box.height) * static_cast<std::size_t>(channels));
  config.output.colorspace = mode;
  config.output.is_external_memory = 1;
  config.output.u.RGBA = {pixels.data(), frame.box.width * channels, pixels.size()};
  const VP8StatusCode code = WebPDecode(frame.data.data(), frame.data.size(), &config);
  WebPFreeDecBuffer(&config.output);
  if (code != VP8_STATUS_OK) return WebpError(code);
  return {};
}

Result<Picture> DecodeFrame(const Frame& frame) {
  Picture picture{frame.box.width, frame.box.height, 3, {}};
  if (!frame.has_alpha) {
    Status status = DecodeInto(frame, MODE_RGB, 3, picture.pixels);
    if (!status) return std::move(status).error();
    return picture;
  }
  std::vector<std::uint8_t> rgba;
  if (Status status = DecodeInto(frame, MODE_RGBA, 4, rgba); !status) {
    return std::move(status).error();
  }
  const std::size_t count = PixelCount(picture.width, picture.height);
  picture.pixels.resize(count * 3);
  FlattenOnWhite<std::uint8_t, 3>(rgba.data(), picture.pixels.data(), count);
  return picture;
}

Picture PlaceOnCanvas(const Picture& part, const Frame& frame) {
  Picture canvas = BlankPicture(frame.canvas_width, frame.canvas_height, part.channels);
  const std::size_t row_bytes = static_cast<std::size_t>(part.width * part.channels);
  for (int y = 0; y < part.height; ++y) {
    std::uint8_t* target = MutableRow(canvas, frame.box.y + y) + frame.box.x * part.channels;
    std::copy_n(part.Row(y), row_bytes, target);
  }
  return canvas;
}

bool Recognizes(ByteView bytes) {
  return StartsWith(bytes, "RIFF") && StartsWith(bytes, "WEBP", 8);
}

// libwebp keeps the whole picture as ARGB when it is lossless, and the alpha plane beside it.
Result<PictureHeader> Inspect(ByteView bytes, const PictureLimits& limits) {
  Result<Frame> frame = Open(bytes, limits);
  if (!frame) return std::move(frame).error();
  const std::size_t pixels = PixelCount(frame->canvas_width, frame->canvas_height);
  PictureHeader header{PictureFormat::kWebp, frame->canvas_width, frame->canvas_height,
                       12 * pixels};
  if (SwapsSides(frame->orientation)) std::swap(header.width, header.height);
  return header;
}

Result<Picture> Decode(ByteView bytes, const PictureLimits& limits) {
  Result<Frame> frame = Open(bytes, limits);
  if (!frame) return std::move(frame).error();
  Result<Picture> picture = DecodeFrame(*frame);
  if (!picture) return picture;
  if (!frame->FillsCanvas()) picture = PlaceOnCanvas(*picture, *frame);
  return MakeUpright(std::move(picture).value(), frame->orientation);
}

}  // namespace

const PictureCodec kWebpCodec = {PictureFormat::kWebp, kName,   "image/webp",
                                 Recognizes,           Inspect, Decode};

}  // namespace glyphd
