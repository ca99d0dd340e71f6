// Feeds arbitrary bytes to the multipart parser: the first byte's length of them is the boundary.

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "base/result.h"
#include "serving/multipart.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const glyphd::ByteView rest(data + 1, size - 1);
  const std::size_t boundary_size = std::min<std::size_t>(data[0] % 16 + 1, rest.size());
  const std::string_view boundary = glyphd::AsText(rest.first(boundary_size));
  const glyphd::ByteView body = rest.subspan(boundary_size);
  (void)glyphd::serving::BoundaryOf(glyphd::AsText(body));
  (void)glyphd::serving::ParseDisposition(glyphd::AsText(body));
  const auto parts = glyphd::serving::ParseMultipart(body, boundary, 100);
  if (!parts.ok()) return 0;
  for (const auto& part : *parts) {
    const bool inside = part.content.empty() ||
                        (part.content.data() >= body.data() &&
                         part.content.data() + part.content.size() <= body.data() + body.size());
    if (!inside) glyphd::AbortBecause("a part that lies outside the body");
  }
  return 0;
}
