// Windows bitmaps; no library for them is in Debian.
//
// Source    Microsoft, "Bitmap Storage" and "Bitmap Compression" (BITMAPCOREHEADER to
//           BITMAPV5HEADER); 32-bit pixels have alpha only where a mask says so

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>

#include "picture/codec.h"
#include "picture/pixels.h"

namespace glyphd {
namespace {

constexpr std::string_view kName = "BMP";
constexpr std::size_t kFileHeaderBytes = 14;
constexpr std::uint32_t kCoreHeaderBytes = 12;
constexpr std::uint32_t kInfoHeaderBytes = 40;

// On-disk values of the compression field.
enum Compression : std::uint32_t {
  kPlain = 0,
  kRle8 = 1,
  kRle4 = 2,
  kBitFields = 3,
  kAlphaBitFields = 6,
};

using Colour = std::array<std::uint8_t, 3>;
using Palette = std::array<Colour, 256>;

// Little-endian numbers at fixed places; beyond the end they read as 0, and Open()
// checks once that the whole header is there.
std::uint32_t Read(ByteView bytes, std::size_t at, std::size_t count) {
  if (at > bytes.size() || bytes.size() - at < count) return 0;
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    value |= static_cast<std::uint32_t>(bytes[at + i]) << (8 * i);
  }
  return value;
}

// One colour's bits within a pixel, brought to 0..255.
class Channel {
 public:
  Channel() = default;
  explicit Channel(std::uint32_t mask) : mask_(mask) {
    if (mask == 0) return;
    int bits = std::popcount(mask);
    shift_ = std::countr_zero(mask);
    if (bits > 8) {
      shift_ += bits - 8;
      bits = 8;
    }
    const unsigned top = (1u << bits) - 1;
    for (unsigned i = 0; i <= top; ++i) {
      levels_[i] = static_cast<std::uint8_t>((i * 255 + top / 2) / top);
    }
  }

  bool exists() const { return mask_ != 0; }
  bool is_contiguous() const {
    return mask_ == 0 ||
           std::popcount(mask_) + std::countl_zero(mask_) + std::countr_zero(mask_) == 32;
  }
  std::uint8_t Of(std::uint32_t pixel) const { return levels_[(pixel & mask_) >> shift_]; }

 private:
  std::uint32_t mask_ = 0;
  int shift_ = 0;
  std::array<std::uint8_t, 256> levels_{};
};

struct Bmp {
  int width = 0;
  int height = 0;
  bool top_down = false;
  std::uint32_t bits = 0;
  std::uint32_t compression = kPlain;
  ByteView data;  // from the first pixel on
  Palette palette{};
  std::array<Channel, 4> channels;  // red, green, blue, alpha

  bool is_run_length() const { return compression == kRle4 || compression == kRle8; }
  std::size_t row_bytes() const { return (static_cast<std::size_t>(width) * bits + 7) / 8; }
  std::size_t stride() const { return (row_bytes() + 3) / 4 * 4; }
  const std::uint8_t* StoredRow(int y) const {
    return data.data() + stride() * static_cast<std::size_t>(y);
  }
  int UprightRow(int stored_y) const { return top_down ? stored_y : height - 1 - stored_y; }
};

bool IsKnownHeader(std::uint32_t header_bytes) {
  constexpr std::array<std::uint32_t, 7> kKnown = {
      kCoreHeaderBytes, kInfoHeaderBytes, 52, 56, 64, 108, 124};
  return std::find(kKnown.begin(), kKnown.end(), header_bytes) != kKnown.end();
}

bool IsKnownCombination(std::uint32_t compression, std::uint32_t bits) {
  switch (compression) {
    case kPlain:
      return bits == 1 || bits == 4 || bits == 8 || bits == 16 || bits == 24 || bits == 32;
    case kRle8:
      return bits == 8;
    case kRle4:
      return bits == 4;
    case kBitFields:
    case kAlphaBitFields:
      return bits == 16 || bits == 32;
    default:
      return false;
  }
}

// In a 40-byte header the masks follow it; in the longer ones they are part of it, at
// the same place.
std::size_t MaskBytesAfterHeader(std::uint32_t header_bytes, std::uint32_t compression) {
  if (header_bytes != kInfoHeaderBytes) return 0;
  if (compression == kBitFields) return 12;
  return compression == kAlphaBitFields ? 16 : 0;
}

Status ReadChannels(ByteView bytes, std::uint32_t header_bytes, Bmp& bmp) {
  std::array<std::uint32_t, 4> masks = {0xFF0000, 0xFF00, 0xFF, 0};
  if (bmp.bits == 16) masks = {0x7C00, 0x3E0, 0x1F, 0};
  if (bmp.compression == kBitFields || bmp.compression == kAlphaBitFields) {
    const bool has_alpha = header_bytes > 52 || bmp.compression == kAlphaBitFields;
    for (std::size_t i = 0; i < (has_alpha ? 4 : 3); ++i) {
      masks[i] = Read(bytes, kFileHeaderBytes + kInfoHeaderBytes + 4 * i, 4);
    }
  }
  for (std::size_t i = 0; i < 4; ++i) {
    bmp.channels[i] = Channel(masks[i]);
    if (!bmp.channels[i].is_contiguous()) return Damaged(kName, "its colour masks have holes");
  }
  return {};
}

void ReadPalette(ByteView bytes, std::size_t at, std::size_t entry_bytes, std::size_t count,
                 Palette& palette) {
  for (std::size_t i = 0; i < std::min<std::size_t>(count, palette.size()); ++i) {
    const std::size_t entry = at + i * entry_bytes;  // blue, green, red
    for (std::size_t c = 0; c < 3; ++c) {
      palette[i][c] = static_cast<std::uint8_t>(Read(bytes, entry + 2 - c, 1));
    }
  }
}

Status ReadSize(ByteView bytes, bool core, const PictureLimits& limits, Bmp& bmp) {
  std::int64_t width = Read(bytes, 18, 2);
  std::int64_t height = Read(bytes, 20, 2);
  if (!core) {
    width = static_cast<std::int32_t>(Read(bytes, 18, 4));
    height = static_cast<std::int32_t>(Read(bytes, 22, 4));
  }
  bmp.top_down = height < 0;
  if (Status size = CheckSize(width, std::abs(height), limits); !size) return size;
  bmp.width = static_cast<int>(width);
  bmp.height = static_cast<int>(std::abs(height));
  return {};
}

Status ReadCoding(ByteView bytes, bool core, Bmp& bmp) {
  bmp.bits = Read(bytes, core ? 24 : 28, 2);
  bmp.compression = core ? std::uint32_t{kPlain} : Read(bytes, 30, 4);
  if (IsKnownCombination(bmp.compression, bmp.bits)) return {};
  return Unsupported("this BMP uses compression " + std::to_string(bmp.compression) + " with " +
                     std::to_string(bmp.bits) + " bits a pixel, which is not known here; " +
                     "save it as a plain BMP or as a PNG");
}

Status FindPixels(ByteView bytes, Bmp& bmp) {
  const std::size_t offset = Read(bytes, 10, 4);
  if (offset >= bytes.size()) return Damaged(kName, "premature end of data");
  bmp.data = bytes.subspan(offset);
  if (bmp.is_run_length()) return {};
  // The padding of the last row is often left out.
  const std::size_t needed =
      bmp.stride() * static_cast<std::size_t>(bmp.height - 1) + bmp.row_bytes();
  if (bmp.data.size() < needed) return Damaged(kName, "premature end of data");
  return {};
}

Result<Bmp> Open(ByteView bytes, const PictureLimits& limits) {
  const std::uint32_t header_bytes = Read(bytes, kFileHeaderBytes, 4);
  if (bytes.size() < kFileHeaderBytes + header_bytes)
    return Damaged(kName, "premature end of data");
  if (!IsKnownHeader(header_bytes)) return Damaged(kName, "its header has an unknown length");
  const bool core = header_bytes == kCoreHeaderBytes;
  Bmp bmp;
  if (Status status = ReadSize(bytes, core, limits, bmp); !status) return std::move(status).error();
  if (Status status = ReadCoding(bytes, core, bmp); !status) return std::move(status).error();
  if (Status status = ReadChannels(bytes, header_bytes, bmp); !status) {
    return std::move(status).error();
  }
  if (bmp.bits <= 8) {
    const std::uint32_t used = core ? 0 : Read(bytes, 46, 4);
    const std::size_t at =
        kFileHeaderBytes + header_bytes + MaskBytesAfterHeader(header_bytes, bmp.compression);
    ReadPalette(bytes, at, core ? 3 : 4, used == 0 ? 1u << bmp.bits : used, bmp.palette);
  }
  if (Status status = FindPixels(bytes, bmp); !status) return std::move(status).error();
  return bmp;
}

void PutColour(std::uint8_t* target, const Colour& colour) {
  std::memcpy(target, colour.data(), colour.size());
}

void DecodeIndexedRow(const Bmp& bmp, const std::uint8_t* row, std::uint8_t* target) {
  const std::size_t per_byte = 8 / bmp.bits;
  const unsigned mask = (1u << bmp.bits) - 1;
  for (std::size_t x = 0; x < static_cast<std::size_t>(bmp.width); ++x, target += 3) {
    const std::size_t shift = 8 - bmp.bits * (x % per_byte + 1);
    PutColour(target, bmp.palette[row[x / per_byte] >> shift & mask]);
  }
}

void Decode24BitRow(const Bmp& bmp, const std::uint8_t* row, std::uint8_t* target) {
  for (int x = 0; x < bmp.width; ++x, row += 3, target += 3) {
    PutColour(target, {row[2], row[1], row[0]});
  }
}

std::uint32_t LoadPixel(const std::uint8_t* from, std::size_t bytes) {
  return Read({from, bytes}, 0, bytes);
}

void DecodeMaskedRow(const Bmp& bmp, bool has_alpha, const std::uint8_t* row,
                     std::uint8_t* target) {
  const std::size_t pixel_bytes = bmp.bits / 8;
  for (int x = 0; x < bmp.width; ++x, row += pixel_bytes, target += 3) {
    const std::uint32_t pixel = LoadPixel(row, pixel_bytes);
    const unsigned alpha = has_alpha ? bmp.channels[3].Of(pixel) : 255;
    for (std::size_t c = 0; c < 3; ++c) target[c] = OverWhite(bmp.channels[c].Of(pixel), alpha);
  }
}

// Many programs declare alpha and leave it all zero. Taken at its word, such a
// picture would be an empty sheet.
bool HasAlpha(const Bmp& bmp) {
  if (bmp.bits < 16 || !bmp.channels[3].exists()) return false;
  const std::size_t pixel_bytes = bmp.bits / 8;
  for (int y = 0; y < bmp.height; ++y) {
    const std::uint8_t* row = bmp.StoredRow(y);
    for (int x = 0; x < bmp.width; ++x, row += pixel_bytes) {
      if (bmp.channels[3].Of(LoadPixel(row, pixel_bytes)) != 0) return true;
    }
  }
  return false;
}

void DecodePlain(const Bmp& bmp, Picture& picture) {
  const bool has_alpha = HasAlpha(bmp);
  for (int y = 0; y < bmp.height; ++y) {
    const std::uint8_t* row = bmp.StoredRow(y);
    std::uint8_t* target = MutableRow(picture, bmp.UprightRow(y));
    if (bmp.bits <= 8) {
      DecodeIndexedRow(bmp, row, target);
    } else if (bmp.bits == 24) {
      Decode24BitRow(bmp, row, target);
    } else {
      DecodeMaskedRow(bmp, has_alpha, row, target);
    }
  }
}

// Runs of equal pixels, literal pixels and jumps. Pixels jumped over stay paper.
class RunLengthDecoder {
 public:
  RunLengthDecoder(const Bmp& bmp, Picture& picture)
      : bmp_(bmp), rest_(bmp.data), picture_(picture) {}

  Status Decode() {
    while (!done_) {
      if (rest_.size() < 2) return Damaged(kName, "premature end of data");
      const std::uint8_t count = rest_[0];
      const std::uint8_t value = rest_[1];
      rest_ = rest_.subspan(2);
      if (count > 0) {
        for (unsigned i = 0; i < count; ++i) Put(Index({&value, 1}, Repeats(i)));
      } else if (!Escape(value)) {
        return Damaged(kName, "premature end of data");
      }
    }
    return {};
  }

 private:
  // On-disk meaning of the byte after a zero count; from 3 on, a count of literals.
  enum EscapeCode : std::uint8_t { kEndOfRow = 0, kEndOfPicture = 1, kJump = 2 };

  // A run of 4-bit pixels alternates between the two halves of its byte.
  unsigned Repeats(unsigned i) const { return bmp_.bits == 4 ? i % 2 : 0; }

  std::uint8_t Index(ByteView bytes, unsigned i) const {
    if (bmp_.bits == 8) return bytes[i];
    return i % 2 == 0 ? bytes[i / 2] >> 4 : bytes[i / 2] & 15;
  }

  // Pixels beyond the sides are dropped, as every viewer does.
  void Put(std::uint8_t index) {
    if (x_ < bmp_.width && y_ < bmp_.height) {
      PutColour(MutableRow(picture_, bmp_.UprightRow(y_)) + 3 * static_cast<std::ptrdiff_t>(x_),
                bmp_.palette[index]);
    }
    x_ = std::min(x_ + 1, bmp_.width);
  }

  bool Escape(std::uint8_t code) {
    switch (code) {
      case kEndOfRow:
        x_ = 0;
        y_ = std::min(y_ + 1, bmp_.height);
        return true;
      case kEndOfPicture:
        done_ = true;
        return true;
      case kJump:
        return Jump();
      default:
        return PutLiterals(code);
    }
  }

  bool Jump() {
    if (rest_.size() < 2) return false;
    x_ = std::min(x_ + rest_[0], bmp_.width);
    y_ = std::min(y_ + rest_[1], bmp_.height);
    rest_ = rest_.subspan(2);
    return true;
  }

  bool PutLiterals(unsigned count) {
    const std::size_t bytes = (count * bmp_.bits + 7) / 8;
    const std::size_t padded = bytes + bytes % 2;
    if (rest_.size() < padded) return false;
    for (unsigned i = 0; i < count; ++i) Put(Index(rest_, i));
    rest_ = rest_.subspan(padded);
    return true;
  }

  const Bmp& bmp_;
  ByteView rest_;
  Picture& picture_;
  int x_ = 0;
  int y_ = 0;
  bool done_ = false;
};

bool Recognizes(ByteView bytes) {
  return StartsWith(bytes, "BM") && IsKnownHeader(Read(bytes, kFileHeaderBytes, 4));
}

Result<PictureHeader> Inspect(ByteView bytes, const PictureLimits& limits) {
  Result<Bmp> bmp = Open(bytes, limits);
  if (!bmp) return std::move(bmp).error();
  return PictureHeader{PictureFormat::kBmp, bmp->width, bmp->height,
                       3 * PixelCount(bmp->width, bmp->height)};
}

Result<Picture> Decode(ByteView bytes, const PictureLimits& limits) {
  Result<Bmp> bmp = Open(bytes, limits);
  if (!bmp) return std::move(bmp).error();
  Picture picture = BlankPicture(bmp->width, bmp->height, 3);
  if (!bmp->is_run_length()) {
    DecodePlain(*bmp, picture);
  } else if (Status status = RunLengthDecoder(*bmp, picture).Decode(); !status) {
    return std::move(status).error();
  }
  return picture;
}

}  // namespace

const PictureCodec kBmpCodec = {PictureFormat::kBmp, kName,   "image/bmp",
                                Recognizes,          Inspect, Decode};

}  // namespace glyphd
