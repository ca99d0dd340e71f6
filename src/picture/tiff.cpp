// The first page of a TIFF, through libtiff's RGBA reader.
//
// Source    TIFF 6.0; TIFFRGBAImage(3TIFF)

#include <algorithm>
#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <tiffio.h>

#include "picture/codec.h"
#include "picture/orientation.h"
#include "picture/pixels.h"

namespace glyphd {
namespace {

constexpr std::string_view kName = "TIFF";
constexpr std::size_t kMessageBytes = 1024;  // what TIFFRGBAImageBegin() asks for
// A strip or tile may be larger than a small picture, but not by more than this.
constexpr std::uint64_t kSpareStripBytes = 16u << 20;
constexpr std::uint64_t kMaxPixelBytes = 8;  // four samples of 16 bits

// The file as libtiff sees it, and where its complaints go instead of standard error.
struct Source {
  ByteView bytes;
  std::size_t position = 0;
  std::string first_error;
};

tmsize_t ReadFromMemory(thandle_t handle, void* target, tmsize_t count) {
  Source& source = *static_cast<Source*>(handle);
  const std::size_t rest = source.bytes.size() - source.position;
  const std::size_t given = std::min(rest, static_cast<std::size_t>(std::max<tmsize_t>(count, 0)));
  std::memcpy(target, source.bytes.data() + source.position, given);
  source.position += given;
  return static_cast<tmsize_t>(given);
}

tmsize_t RefuseToWrite(thandle_t, void*, tmsize_t) { return -1; }

toff_t Seek(thandle_t handle, toff_t offset, int whence) {
  Source& source = *static_cast<Source*>(handle);
  toff_t base = 0;
  if (whence == SEEK_CUR) base = source.position;
  if (whence == SEEK_END) base = source.bytes.size();
  source.position = std::min<toff_t>(base + offset, source.bytes.size());
  return source.position;
}

int KeepOpen(thandle_t) { return 0; }

toff_t SizeOf(thandle_t handle) { return static_cast<Source*>(handle)->bytes.size(); }

// The first error is the cause; what follows are its consequences.
int KeepError(TIFF*, void* user, const char*, const char* format, va_list arguments) {
  Source& source = *static_cast<Source*>(user);
  if (!source.first_error.empty()) return 1;
  char message[kMessageBytes];
  std::vsnprintf(message, sizeof(message), format, arguments);
  source.first_error = message;
  return 1;
}

int DropWarning(TIFF*, void*, const char*, const char*, va_list) { return 1; }

// Mapped, libtiff reads in place; besides, version 4.5.0 refuses small plain tiles otherwise.
int Map(thandle_t handle, void** base, toff_t* size) {
  const ByteView bytes = static_cast<Source*>(handle)->bytes;
  *base = const_cast<std::uint8_t*>(bytes.data());  // the file is opened for reading only
  *size = bytes.size();
  return 1;
}

void Unmap(thandle_t, void*, toff_t) {}

struct CloseTiff {
  void operator()(TIFF* file) const { TIFFClose(file); }
};
using TiffFile = std::unique_ptr<TIFF, CloseTiff>;

TiffFile OpenFile(Source& source, const PictureLimits& limits) {
  const std::unique_ptr<TIFFOpenOptions, decltype(&TIFFOpenOptionsFree)> options(
      TIFFOpenOptionsAlloc(), TIFFOpenOptionsFree);
  if (!options) return nullptr;
  const auto most =
      static_cast<std::uint64_t>(limits.max_pixels) * kMaxPixelBytes + kSpareStripBytes;
  TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), static_cast<tmsize_t>(most));
  TIFFOpenOptionsSetErrorHandlerExtR(options.get(), KeepError, &source);
  TIFFOpenOptionsSetWarningHandlerExtR(options.get(), DropWarning, nullptr);
  return TiffFile(TIFFClientOpenExt("upload", "r", &source, ReadFromMemory, RefuseToWrite, Seek,
                                    KeepOpen, SizeOf, Map, Unmap, options.get()));
}

template <typename Value>
Value Field(TIFF* file, std::uint32_t tag) {
  Value value{};
  TIFFGetFieldDefaulted(file, tag, &value);
  return value;
}

struct OpenTiff {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::uint64_t strip_bytes = 0;  // that the library buffers
  bool grey = false;
  Orientation orientation = Orientation::kUpright;
  TiffFile file;
};

Error TiffError(const Source& source, std::string_view otherwise) {
  return Damaged(kName, source.first_error.empty() ? otherwise : source.first_error);
}

std::uint64_t BufferedBytes(TIFF* file) {
  const std::uint64_t bytes = TIFFIsTiled(file) ? TIFFTileSize64(file) : TIFFStripSize64(file);
  const bool separate = Field<std::uint16_t>(file, TIFFTAG_PLANARCONFIG) == PLANARCONFIG_SEPARATE;
  return separate ? 4 * bytes : bytes;  // red, green, blue and alpha at once
}

void ReadColours(OpenTiff& tiff) {
  const auto photometric = Field<std::uint16_t>(tiff.file.get(), TIFFTAG_PHOTOMETRIC);
  tiff.grey = photometric == PHOTOMETRIC_MINISBLACK || photometric == PHOTOMETRIC_MINISWHITE;
  tiff.orientation =
      OrientationFromValue(Field<std::uint16_t>(tiff.file.get(), TIFFTAG_ORIENTATION));
}

Status CheckReadable(const OpenTiff& tiff) {
  char message[kMessageBytes] = {};
  if (TIFFRGBAImageOK(tiff.file.get(), message) == 1) return {};
  return Unsupported(std::string("this kind of TIFF cannot be read: ") + message +
                     "; save it with 8 bits a sample or as a PNG");
}

Result<OpenTiff> Open(Source& source, const PictureLimits& limits) {
  OpenTiff tiff;
  tiff.file = OpenFile(source, limits);
  if (!tiff.file) return TiffError(source, "its directory cannot be read");
  tiff.width = Field<std::uint32_t>(tiff.file.get(), TIFFTAG_IMAGEWIDTH);
  tiff.height = Field<std::uint32_t>(tiff.file.get(), TIFFTAG_IMAGELENGTH);
  if (Status size = CheckSize(tiff.width, tiff.height, limits); !size) {
    return std::move(size).error();
  }
  if (Status status = CheckReadable(tiff); !status) return std::move(status).error();
  tiff.strip_bytes = BufferedBytes(tiff.file.get());
  const std::uint64_t pixels = std::uint64_t{tiff.width} * tiff.height;
  if (tiff.strip_bytes > pixels * kMaxPixelBytes + kSpareStripBytes) {
    return Damaged(kName, "its strips or tiles are far larger than the picture");
  }
  ReadColours(tiff);
  return tiff;
}

// libtiff's own routines leave 8-bit grey as it is where they multiply colours by their
// alpha, and forget the alpha of 16-bit grey. This one takes its place, and gives grey
// over white as an opaque pixel.
template <typename Sample>
void PutGreyAlpha(TIFFRGBAImage* image, std::uint32_t* target, std::uint32_t, std::uint32_t,
                  std::uint32_t width, std::uint32_t height, std::int32_t source_skip,
                  std::int32_t target_skip, unsigned char* source) {
  const std::uint8_t flip = image->photometric == PHOTOMETRIC_MINISWHITE ? 255 : 0;
  const auto flatten = image->alpha == EXTRASAMPLE_UNASSALPHA ? OverWhite : PremultipliedOverWhite;
  const std::ptrdiff_t pixel_bytes = image->samplesperpixel * std::ptrdiff_t{sizeof(Sample)};
  for (; height > 0; --height, target += target_skip, source += source_skip * pixel_bytes) {
    for (std::uint32_t x = 0; x < width; ++x, source += pixel_bytes) {
      const unsigned grey = LoadSample<Sample>(source, 0) ^ flip;
      *target++ = 0xFF000000u | flatten(grey, LoadSample<Sample>(source, 1));
    }
  }
}

// Stored order: libtiff can mirror rows but not turn the picture; MakeUpright() does both.
Result<std::vector<std::uint32_t>> ReadRaster(const OpenTiff& tiff, const Source& source) {
  char message[kMessageBytes] = {};
  TIFFRGBAImage image;
  constexpr int kStopOnError = 1;
  if (TIFFRGBAImageBegin(&image, tiff.file.get(), kStopOnError, message) == 0) {
    return TiffError(source, message);
  }
  const std::unique_ptr<TIFFRGBAImage, decltype(&TIFFRGBAImageEnd)> end(&image, TIFFRGBAImageEnd);
  image.orientation = ORIENTATION_TOPLEFT;
  image.req_orientation = ORIENTATION_TOPLEFT;
  // A damaged file may declare alpha and hold one sample a pixel.
  const bool grey_and_alpha = tiff.grey && image.alpha != 0 && image.samplesperpixel >= 2;
  if (grey_and_alpha && image.isContig != 0) {
    if (image.bitspersample == 8) image.put.contig = PutGreyAlpha<std::uint8_t>;
    if (image.bitspersample == 16) image.put.contig = PutGreyAlpha<std::uint16_t>;
  }
  std::vector<std::uint32_t> raster(std::size_t{tiff.width} * tiff.height);
  if (TIFFRGBAImageGet(&image, raster.data(), tiff.width, tiff.height) == 0 ||
      !source.first_error.empty()) {
    return TiffError(source, "its pixels cannot be read");
  }
  return raster;
}

void RasterToGrey(const std::vector<std::uint32_t>& raster, std::uint8_t* target) {
  for (const std::uint32_t pixel : raster) {
    *target++ = PremultipliedOverWhite(TIFFGetR(pixel), TIFFGetA(pixel));
  }
}

void RasterToRgb(const std::vector<std::uint32_t>& raster, std::uint8_t* target) {
  for (const std::uint32_t pixel : raster) {
    const unsigned alpha = TIFFGetA(pixel);
    *target++ = PremultipliedOverWhite(TIFFGetR(pixel), alpha);
    *target++ = PremultipliedOverWhite(TIFFGetG(pixel), alpha);
    *target++ = PremultipliedOverWhite(TIFFGetB(pixel), alpha);
  }
}

bool Recognizes(ByteView bytes) {
  using namespace std::string_view_literals;
  return StartsWith(bytes, "II*\0"sv) || StartsWith(bytes, "MM\0*"sv) ||
         StartsWith(bytes, "II+\0"sv) || StartsWith(bytes, "MM\0+"sv);
}

Result<PictureHeader> Inspect(ByteView bytes, const PictureLimits& limits) {
  Source source{bytes, 0, {}};
  Result<OpenTiff> tiff = Open(source, limits);
  if (!tiff) return std::move(tiff).error();
  const std::size_t pixels = std::size_t{tiff->width} * tiff->height;
  PictureHeader header{PictureFormat::kTiff, static_cast<int>(tiff->width),
                       static_cast<int>(tiff->height), 7 * pixels + 2 * tiff->strip_bytes};
  if (SwapsSides(tiff->orientation)) std::swap(header.width, header.height);
  return header;
}

Result<Picture> Decode(ByteView bytes, const PictureLimits& limits) {
  Source source{bytes, 0, {}};
  Result<OpenTiff> tiff = Open(source, limits);
  if (!tiff) return std::move(tiff).error();
  Result<std::vector<std::uint32_t>> raster = ReadRaster(*tiff, source);
  if (!raster) return std::move(raster).error();
  Picture picture = BlankPicture(static_cast<int>(tiff->width), static_cast<int>(tiff->height),
                                 tiff->grey ? 1 : 3);
  if (tiff->grey) {
    RasterToGrey(*raster, picture.pixels.data());
  } else {
    RasterToRgb(*raster, picture.pixels.data());
  }
  return MakeUpright(std::move(picture), tiff->orientation);
}

}  // namespace

const PictureCodec kTiffCodec = {PictureFormat::kTiff, kName,   "image/tiff",
                                 Recognizes,           Inspect, Decode};

}  // namespace glyphd
