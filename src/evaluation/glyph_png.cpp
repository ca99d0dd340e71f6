#include "evaluation/glyph_png.h"

#include <cstdlib>
#include <memory>

#include <spng.h>

namespace glyphd {

Bytes EncodeGlyphPng(const GlyphImage& glyph) {
  const std::unique_ptr<spng_ctx, decltype(&spng_ctx_free)> context(spng_ctx_new(SPNG_CTX_ENCODER),
                                                                    &spng_ctx_free);
  if (!context) return {};
  spng_ihdr header{};
  header.width = kGlyphSide;
  header.height = kGlyphSide;
  header.bit_depth = 8;
  header.color_type = SPNG_COLOR_TYPE_GRAYSCALE;
  spng_set_option(context.get(), SPNG_ENCODE_TO_BUFFER, 1);
  spng_set_ihdr(context.get(), &header);
  const int failure = spng_encode_image(context.get(), glyph.data(), glyph.size(), SPNG_FMT_PNG,
                                        SPNG_ENCODE_FINALIZE);
  if (failure != 0) return {};
  std::size_t size = 0;
  int error = 0;
  const std::unique_ptr<void, decltype(&std::free)> png(
      spng_get_png_buffer(context.get(), &size, &error), &std::free);
  const auto* first = static_cast<const std::uint8_t*>(png.get());
  return png ? Bytes(first, first + size) : Bytes();
}

std::string GlyphDataUri(const GlyphImage& glyph) {
  return "data:image/png;base64," + ToBase64(EncodeGlyphPng(glyph));
}

}  // namespace glyphd
