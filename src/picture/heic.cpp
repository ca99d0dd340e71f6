// HEIC through libheif, which itself turns and crops the picture as the file says.
//
// Source    ISO/IEC 23008-12, section 10.2 (brands); heif.h

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include <libheif/heif.h>

#include "picture/codec.h"
#include "picture/pixels.h"

namespace glyphd {
namespace {

constexpr std::string_view kName = "HEIC";
// Tiles of small pictures may be larger than the picture.
constexpr std::int64_t kSmallestDecoderLimit = 1 << 20;

template <auto kFree>
struct FreeWith {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using Context = std::unique_ptr<heif_context, FreeWith<heif_context_free>>;
using Handle = std::unique_ptr<heif_image_handle, FreeWith<heif_image_handle_release>>;
using Image = std::unique_ptr<heif_image, FreeWith<heif_image_release>>;
using Options = std::unique_ptr<heif_decoding_options, FreeWith<heif_decoding_options_free>>;

struct OpenHeic {
  Context context;
  Handle handle;
  int width = 0;
  int height = 0;
  bool has_alpha = false;
};

Error OutOfMemory() { return Unavailable("not enough memory to read this HEIC; try again later"); }

Error HeifError(const heif_error& error) {
  const char* message = error.message != nullptr ? error.message : "its data contradicts itself";
  switch (error.code) {
    case heif_error_Memory_allocation_error:
      if (error.subcode != heif_suberror_Security_limit_exceeded) return OutOfMemory();
      return InvalidInput(std::string("this HEIC is larger than the limits allow: ") + message);
    case heif_error_Unsupported_feature:
    case heif_error_Unsupported_filetype:
      return Unsupported(std::string("this kind of HEIC cannot be read: ") + message);
    default:
      return Damaged(kName, message);
  }
}

// The file's own sizes are checked by CheckSize(); this holds for what the coded
// data inside claims.
void LimitDecoder(heif_context* context, const PictureLimits& limits) {
  const std::int64_t most = std::max(limits.max_pixels, kSmallestDecoderLimit);
#if LIBHEIF_NUMERIC_VERSION >= LIBHEIF_MAKE_VERSION(1, 19, 0)
  heif_context_get_security_limits(context)->max_image_size_pixels =
      static_cast<std::uint64_t>(most);
#else
  const double side = std::ceil(std::sqrt(static_cast<double>(most)));
  heif_context_set_maximum_image_size_limit(context, static_cast<int>(std::min(side, 46340.0)));
#endif
}

Result<OpenHeic> Open(ByteView bytes, const PictureLimits& limits) {
  OpenHeic heic;
  heic.context.reset(heif_context_alloc());
  if (!heic.context) return OutOfMemory();
  // Tiles are decoded on the calling thread: requests already fill the cores.
  heif_context_set_max_decoding_threads(heic.context.get(), 0);
  heif_error error = heif_context_read_from_memory_without_copy(heic.context.get(), bytes.data(),
                                                                bytes.size(), nullptr);
  if (error.code != heif_error_Ok) return HeifError(error);
  heif_image_handle* handle = nullptr;
  error = heif_context_get_primary_image_handle(heic.context.get(), &handle);
  if (error.code != heif_error_Ok) return HeifError(error);
  heic.handle.reset(handle);
  heic.width = heif_image_handle_get_width(handle);
  heic.height = heif_image_handle_get_height(handle);
  heic.has_alpha = heif_image_handle_has_alpha_channel(handle) != 0;
  if (Status size = CheckSize(heic.width, heic.height, limits); !size) {
    return std::move(size).error();
  }
  LimitDecoder(heic.context.get(), limits);
  return heic;
}

Result<Image> DecodeImage(const OpenHeic& heic) {
  const Options options(heif_decoding_options_alloc());
  if (!options) return OutOfMemory();
  options->convert_hdr_to_8bit = 1;
  options->strict_decoding = 1;
  heif_image* image = nullptr;
  const heif_error error = heif_decode_image(
      heic.handle.get(), &image, heif_colorspace_RGB,
      heic.has_alpha ? heif_chroma_interleaved_RGBA : heif_chroma_interleaved_RGB, options.get());
  if (error.code != heif_error_Ok) return HeifError(error);
  return Image(image);
}

void FlattenPremultiplied(const std::uint8_t* source, std::uint8_t* target, std::size_t pixels) {
  for (std::size_t i = 0; i < pixels; ++i, source += 4, target += 3) {
    for (int c = 0; c < 3; ++c) target[c] = PremultipliedOverWhite(source[c], source[3]);
  }
}

RowConverter ChooseConverter(const OpenHeic& heic) {
  if (!heic.has_alpha) return DropPrecision<std::uint8_t, 3>;
  if (heif_image_handle_is_premultiplied_alpha(heic.handle.get()) != 0) return FlattenPremultiplied;
  return FlattenOnWhite<std::uint8_t, 3>;
}

bool HasBrand(ByteView bytes, std::string_view brand) {
  const std::size_t length = static_cast<std::size_t>(bytes[2]) << 8 | bytes[3];
  for (std::size_t at = 8; at + 4 <= std::min(length, bytes.size()); at += 4) {
    if (StartsWith(bytes, brand, at)) return true;
  }
  return false;
}

// mif1 alone is any HEIF; only what names a brand of HEVC pictures is HEIC.
bool Recognizes(ByteView bytes) {
  if (!StartsWith(bytes, "ftyp", 4)) return false;
  constexpr std::array<std::string_view, 8> kBrands = {"heic", "heix", "heim", "heis",
                                                       "hevc", "hevx", "hevm", "hevs"};
  return std::any_of(kBrands.begin(), kBrands.end(),
                     [bytes](std::string_view brand) { return HasBrand(bytes, brand); });
}

// Planes, their colour conversion and the result exist at once.
Result<PictureHeader> Inspect(ByteView bytes, const PictureLimits& limits) {
  Result<OpenHeic> heic = Open(bytes, limits);
  if (!heic) return std::move(heic).error();
  return PictureHeader{PictureFormat::kHeic, heic->width, heic->height,
                       16 * PixelCount(heic->width, heic->height)};
}

Result<Picture> Decode(ByteView bytes, const PictureLimits& limits) {
  Result<OpenHeic> heic = Open(bytes, limits);
  if (!heic) return std::move(heic).error();
  Result<Image> image = DecodeImage(*heic);
  if (!image) return std::move(image).error();
  if (heif_image_get_width(image->get(), heif_channel_interleaved) != heic->width ||
      heif_image_get_height(image->get(), heif_channel_interleaved) != heic->height) {
    return Damaged(kName, "its coded picture has another size than it declares");
  }
  int stride = 0;
  const std::uint8_t* plane =
      heif_image_get_plane_readonly(image->get(), heif_channel_interleaved, &stride);
  if (plane == nullptr) return Damaged(kName, "it holds no pixels");
  Picture picture = BlankPicture(heic->width, heic->height, 3);
  const RowConverter convert = ChooseConverter(*heic);
  for (int y = 0; y < picture.height; ++y) {
    convert(plane + static_cast<std::ptrdiff_t>(y) * stride, MutableRow(picture, y),
            static_cast<std::size_t>(picture.width));
  }
  return picture;
}

}  // namespace

const PictureCodec kHeicCodec = {PictureFormat::kHeic, kName,   "image/heic",
                                 Recognizes,           Inspect, Decode};

}  // namespace glyphd
