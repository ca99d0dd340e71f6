// The first frame of a GIF, through giflib.
//
// Source    GIF89a, sections 18 to 23

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <gif_lib.h>

#include "picture/codec.h"

namespace glyphd {
namespace {

constexpr std::string_view kName = "GIF";

struct CloseGif {
  void operator()(GifFileType* file) const { DGifCloseFile(file, nullptr); }
};
using GifFile = std::unique_ptr<GifFileType, CloseGif>;

using Palette = std::array<std::array<std::uint8_t, 3>, 256>;

struct OpenGif {
  GifFile file;  // positioned at the pixels of the first frame
  int transparent_index = NO_TRANSPARENT_COLOR;
  int width = 0;
  int height = 0;

  const GifImageDesc& frame() const { return file->Image; }
};

int ReadFromMemory(GifFileType* file, GifByteType* target, int count) {
  ByteView& rest = *static_cast<ByteView*>(file->UserData);
  const std::size_t given = std::min(rest.size(), static_cast<std::size_t>(std::max(count, 0)));
  std::copy_n(rest.data(), given, target);
  rest = rest.subspan(given);
  return static_cast<int>(given);
}

Error GifError(int code) {
  if (code == D_GIF_ERR_READ_FAILED || code == D_GIF_ERR_EOF_TOO_SOON) {
    return Damaged(kName, "premature end of data");
  }
  if (code == D_GIF_ERR_NOT_ENOUGH_MEM) {
    return Unavailable("not enough memory to read this GIF; try again later");
  }
  const char* text = GifErrorString(code);
  return Damaged(kName, text != nullptr ? text : "its data contradicts itself");
}

// Reads one extension whole; remembers the transparent colour that it may name.
Status ReadExtension(OpenGif& gif) {
  int code = 0;
  GifByteType* block = nullptr;  // its first byte is its length
  if (DGifGetExtension(gif.file.get(), &code, &block) == GIF_ERROR)
    return GifError(gif.file->Error);
  GraphicsControlBlock control;
  if (code == GRAPHICS_EXT_FUNC_CODE && block != nullptr &&
      DGifExtensionToGCB(block[0], block + 1, &control) == GIF_OK) {
    gif.transparent_index = control.TransparentColor;
  }
  while (block != nullptr) {
    if (DGifGetExtensionNext(gif.file.get(), &block) == GIF_ERROR) return GifError(gif.file->Error);
  }
  return {};
}

Status SeekFirstFrame(OpenGif& gif) {
  GifRecordType type = UNDEFINED_RECORD_TYPE;
  while (type != IMAGE_DESC_RECORD_TYPE) {
    if (DGifGetRecordType(gif.file.get(), &type) == GIF_ERROR) return GifError(gif.file->Error);
    if (type == TERMINATE_RECORD_TYPE) return Damaged(kName, "it holds no frame");
    if (type != EXTENSION_RECORD_TYPE) continue;
    if (Status status = ReadExtension(gif); !status) return status;
  }
  if (DGifGetImageDesc(gif.file.get()) == GIF_ERROR) return GifError(gif.file->Error);
  return {};
}

// rest is what the library reads from, and must outlive the result.
Result<OpenGif> Open(ByteView& rest, const PictureLimits& limits) {
  OpenGif gif;
  int code = 0;
  gif.file.reset(DGifOpen(&rest, ReadFromMemory, &code));
  if (!gif.file) return GifError(code);
  if (Status status = SeekFirstFrame(gif); !status) return std::move(status).error();
  const GifImageDesc& frame = gif.frame();
  // Browsers grow the screen for a first frame that reaches beyond it; so do we.
  gif.width = std::max(gif.file->SWidth, frame.Left + frame.Width);
  gif.height = std::max(gif.file->SHeight, frame.Top + frame.Height);
  if (Status size = CheckSize(gif.width, gif.height, limits); !size) return std::move(size).error();
  return gif;
}

// Colours beyond the stored ones stay white: the paper, like the transparent one.
Result<Palette> ReadPalette(const OpenGif& gif) {
  const ColorMapObject* colours =
      gif.frame().ColorMap != nullptr ? gif.frame().ColorMap : gif.file->SColorMap;
  if (colours == nullptr) return Damaged(kName, "it has no colour table");
  Palette palette;
  palette.fill({255, 255, 255});
  for (int i = 0; i < std::min(colours->ColorCount, 256); ++i) {
    const GifColorType& colour = colours->Colors[i];
    palette[static_cast<std::size_t>(i)] = {colour.Red, colour.Green, colour.Blue};
  }
  if (gif.transparent_index >= 0 && gif.transparent_index < 256) {
    palette[static_cast<std::size_t>(gif.transparent_index)] = {255, 255, 255};
  }
  return palette;
}

// Interlaced frames hold every eighth row, then those between, in four passes.
std::vector<int> RowOrder(int height, bool interlaced) {
  struct Pass {
    int first;
    int step;
  };
  constexpr std::array<Pass, 4> kInterlaced = {{{0, 8}, {4, 8}, {2, 4}, {1, 2}}};
  constexpr std::array<Pass, 1> kPlain = {{{0, 1}}};
  const std::span<const Pass> passes = interlaced ? std::span<const Pass>(kInterlaced) : kPlain;
  std::vector<int> rows;
  rows.reserve(static_cast<std::size_t>(height));
  for (const Pass& pass : passes) {
    for (int y = pass.first; y < height; y += pass.step) rows.push_back(y);
  }
  return rows;
}

Status DecodeRows(const OpenGif& gif, const Palette& palette, Picture& picture) {
  const GifImageDesc& frame = gif.frame();
  std::vector<GifPixelType> indices(static_cast<std::size_t>(frame.Width));
  for (const int y : RowOrder(frame.Height, frame.Interlace)) {
    if (DGifGetLine(gif.file.get(), indices.data(), frame.Width) == GIF_ERROR) {
      return GifError(gif.file->Error);
    }
    std::uint8_t* target = MutableRow(picture, frame.Top + y) + frame.Left * 3;
    for (const GifPixelType index : indices) {
      std::memcpy(target, palette[index].data(), 3);
      target += 3;
    }
  }
  return {};
}

bool Recognizes(ByteView bytes) {
  return StartsWith(bytes, "GIF87a") || StartsWith(bytes, "GIF89a");
}

Result<PictureHeader> Inspect(ByteView bytes, const PictureLimits& limits) {
  Result<OpenGif> gif = Open(bytes, limits);
  if (!gif) return std::move(gif).error();
  constexpr std::size_t kDecoderBytes = 64u << 10;
  return PictureHeader{PictureFormat::kGif, gif->width, gif->height,
                       3 * PixelCount(gif->width, gif->height) + kDecoderBytes};
}

Result<Picture> Decode(ByteView bytes, const PictureLimits& limits) {
  Result<OpenGif> gif = Open(bytes, limits);
  if (!gif) return std::move(gif).error();
  Result<Palette> palette = ReadPalette(*gif);
  if (!palette) return std::move(palette).error();
  Picture picture = BlankPicture(gif->width, gif->height, 3);
  if (Status status = DecodeRows(*gif, *palette, picture); !status)
    return std::move(status).error();
  return picture;
}

}  // namespace

const PictureCodec kGifCodec = {PictureFormat::kGif, kName,   "image/gif",
                                Recognizes,          Inspect, Decode};

}  // namespace glyphd
