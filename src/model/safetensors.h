// Named float tensors in one file that nothing has to be executed for.
//
// Bytes     header length (8 bytes, little-endian), header (JSON), the values (float32,
//           little-endian) without gaps, in the order of the names
// Threads   pure functions
// Errors    kCorrupt: says what does not fit; kUnsupported: values that are not float32
// Source    huggingface.co/docs/safetensors

#pragma once

#include <map>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "model/model_folder.h"

namespace glyphd {

Bytes EncodeSafetensors(const std::map<std::string, Tensor>& tensors);
Result<std::map<std::string, Tensor>> DecodeSafetensors(ByteView file);

}  // namespace glyphd
