// Feeds arbitrary bytes to what takes JSON from strangers: uploads and corrections.

#include <cstddef>
#include <cstdint>

#include "base/result.h"
#include "serving/record_requests.h"
#include "serving/upload.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const glyphd::ByteView bytes(data, size);
  (void)glyphd::serving::ParseCorrection(glyphd::AsText(bytes));
  glyphd::serving::Request request;
  request.headers.Add("Content-Type", "application/json");
  request.body = std::make_shared<glyphd::Bytes>(bytes.begin(), bytes.end());
  const auto outcome = glyphd::serving::ParseUpload(request, 1);
  const auto* upload = std::get_if<glyphd::serving::Upload>(&outcome);
  if (upload != nullptr && upload->pictures.size() != 1) {
    glyphd::AbortBecause("JSON holds exactly one picture");
  }
  return 0;
}
